import { throwError, timeout, type MonoTypeOperatorFunction } from 'rxjs';
import { FlowError } from '../flow/flow-error.js';

/**
 * Gives up on a connection with code `timeout` unless it is there in `ms`. What does not fit the timers of JavaScript,
 * which would fire at once, is no limit.
 */
export function within<T>(name: string, ms = 2 ** 31): MonoTypeOperatorFunction<T> {
  if (ms >= 2 ** 31) return (source) => source;
  const late = () => throwError(() => new FlowError('timeout', `${name}: not connected in ${ms} ms`));
  return timeout({ first: ms, with: late });
}
