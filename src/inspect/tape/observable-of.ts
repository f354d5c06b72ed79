import { from, type Observable, type ObservableInput } from 'rxjs';
import { describe } from '../../flow/describe.js';
import { isBytes } from '../../flow/is-bytes.js';

/**
 * `from`, with a `TypeError` that names the argument of the public function that was given no source. A file's text or
 * bytes are none, though they can be iterated over.
 *
 * @example
 * observableOf('replay: tape', 7) // TypeError: replay: tape must be an Observable, or what can be made one, not number 7
 */
export function observableOf<T>(argument: string, value: ObservableInput<T>): Observable<T> {
  const problem = (hint = '') => `${argument} must be an Observable, or what can be made one, not ${describe(value)}${hint}`;
  if (typeof value === 'string' || isBytes(value)) throw new TypeError(problem(': loadTape makes a tape of a file'));
  try {
    return from(value);
  } catch (error) {
    throw new TypeError(problem(), { cause: error });
  }
}
