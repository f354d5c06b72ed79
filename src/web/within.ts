import { throwError, timeout, type MonoTypeOperatorFunction } from 'rxjs';
import { FlowError } from '../flow/flow-error.js';

/** Gives up on a connection with code `timeout` unless it is there in `ms`; without a limit it waits. */
export function within<T>(ms: number | undefined, name: string): MonoTypeOperatorFunction<T> {
  if (ms === undefined) return (source) => source;
  const late = () => throwError(() => new FlowError('timeout', `${name}: not connected in ${ms} ms`));
  return timeout({ first: ms, with: late });
}
