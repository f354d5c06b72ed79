/**
 * Decorators that tell one error in place of another keep the first one behind the second, so that those above them can
 * still act on what happened, whatever it is called by then.
 */
import type { FlowError } from './flow-error.js';

/** The same for every copy of this package. */
const ORIGINAL = Symbol.for('rxjs-flow/original');

/** `told`, which is told in place of `error`, or of what that was told in place of. */
export function inPlaceOf(error: unknown, told: FlowError): FlowError {
  return Object.defineProperty(told, ORIGINAL, { value: originalOf(error) });
}

/** What `error` was told in place of; itself where it is told as it was. */
export function originalOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && ORIGINAL in error ? error[ORIGINAL] : error;
}
