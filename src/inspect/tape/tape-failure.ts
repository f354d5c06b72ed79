/** Errors to a tape and back: plain data there, `FlowError`s here. */
import { FlowError, isFlowError } from '../../flow/flow-error.js';
import { formatError } from '../../flow/format-error.js';
import { isFlowErrorCode } from '../../flow/is-flow-error-code.js';
import type { TapeFailure } from './tape-event.js';

/**
 * Anything that was thrown or notified, as a tape holds it: what is no `FlowError`, or one of a package that knows more
 * codes than this, has the code `failed`.
 */
export function toTapeFailure(error: unknown): TapeFailure {
  if (!isFlowError(error) || !isFlowErrorCode(error.code)) return { code: 'failed', message: formatError(error) };
  const { code, message, cause } = error;
  return cause === undefined ? { code, message } : { code, message, cause: formatError(cause) };
}

/** The error of a tape as one to fail with: its cause, if any, is the text of what it was. */
export function fromTapeFailure({ code, message, cause }: TapeFailure): FlowError {
  return new FlowError(code, message, { cause });
}
