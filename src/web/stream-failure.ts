/** What a web stream's error means to a flow. */
import { FlowError, isFlowError } from '../flow/flow-error.js';

/**
 * An errored stream is a broken connection: `reset`, with the stream's error as the cause. A flow's own error that came
 * through the stream keeps its code, but for the far side's `aborted`, which is a reset here.
 */
export function streamFailure(name: string, side: 'readable' | 'writable', cause: unknown): FlowError {
  const code = isFlowError(cause) && cause.code !== 'aborted' ? cause.code : 'reset';
  return new FlowError(code, `${name}: the ${side} stream failed`, { cause });
}
