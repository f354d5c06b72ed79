import { FlowError, isFlowError } from '../flow/flow-error.js';

/** What a function of the user's threw, as the flow's error: a `FlowError` as it is, the rest as the cause of `failed`. */
export function failureOf(message: string, cause: unknown): FlowError {
  return isFlowError(cause) ? cause : new FlowError('failed', message, { cause });
}
