import { from, type Observable, type ObservableInput } from 'rxjs';
import { describe } from '../flow/describe.js';

/**
 * `from`, with a `TypeError` that names the argument of the public function that was given no source.
 *
 * @example
 * observableOf('replay: tape', 7) // TypeError: replay: tape must be an Observable, or what can be made one, not number 7
 */
export function observableOf<T>(argument: string, value: ObservableInput<T>): Observable<T> {
  try {
    return from(value);
  } catch (error) {
    throw new TypeError(`${argument} must be an Observable, or what can be made one, not ${describe(value)}`, { cause: error });
  }
}
