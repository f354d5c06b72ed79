/** The failure that a script or a diagram names, as flows fail: with a `FlowError`. */
import { FlowError, isFlowError, type FlowErrorCode } from '../flow/flow-error.js';

/**
 * A `FlowError` as it is; a {@link FlowErrorCode}, or something with one as its `code`, becomes one of that code; anything
 * else the cause of a `failed`. `message` is for those that are made here.
 */
export function asFlowError(given: unknown, message: string): FlowError {
  if (isFlowError(given)) return given;
  if (given === undefined) return new FlowError('failed', message);
  if (isCode(given)) return new FlowError(given, message);
  const { code } = Object(given) as { readonly code?: unknown };
  return new FlowError(isCode(code) ? code : 'failed', message, { cause: given });
}

function isCode(value: unknown): value is FlowErrorCode {
  return typeof value === 'string' && Object.hasOwn(CODES, value);
}

/** As a record, so that the compiler misses none. */
const CODES: Readonly<Record<FlowErrorCode, true>> = {
  closed: true,
  reset: true,
  aborted: true,
  busy: true,
  refused: true,
  unreachable: true,
  timeout: true,
  overflow: true,
  truncated: true,
  'too-large': true,
  protocol: true,
  unsupported: true,
  failed: true,
};
