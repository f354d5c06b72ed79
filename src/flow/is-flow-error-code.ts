import type { FlowErrorCode } from './flow-error.js';

/** Whether `value` is one of the codes that flows fail with. */
export function isFlowErrorCode(value: unknown): value is FlowErrorCode {
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
