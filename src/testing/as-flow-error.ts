/** The failure that a script or a diagram names, as flows fail: with a `FlowError`. */
import { FlowError, isFlowError } from '../flow/flow-error.js';
import { isFlowErrorCode } from '../flow/is-flow-error-code.js';

/**
 * A `FlowError` as it is; a `FlowErrorCode`, or something with one as its `code`, becomes one of that code; anything
 * else the cause of a `failed`. `message` is for those that are made here.
 */
export function asFlowError(given: unknown, message: string): FlowError {
  if (isFlowError(given)) return given;
  if (given === undefined) return new FlowError('failed', message);
  if (isFlowErrorCode(given)) return new FlowError(given, message);
  const { code } = Object(given) as { readonly code?: unknown };
  return new FlowError(isFlowErrorCode(code) ? code : 'failed', message, { cause: given });
}
