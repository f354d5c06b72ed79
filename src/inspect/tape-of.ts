import { map, type Observable, type ObservableInput } from 'rxjs';
import { atEvent, eventOf } from './given-event.js';
import { observableOf } from './observable-of.js';
import type { TapeEvent } from './tape-event.js';

/**
 * The tape that a public function was given, its events checked one by one: those of an array at once, the others as they
 * come. A `TypeError` names the argument, and the event.
 *
 * @example
 * tapeOf('replay: tape', [42]) // TypeError: replay: tape event 1: must be an object, not number 42
 */
export function tapeOf(argument: string, tape: ObservableInput<TapeEvent>): readonly TapeEvent[] | Observable<TapeEvent> {
  const checked = (event: unknown, index: number) => atEvent(argument, index, () => eventOf(event));
  return Array.isArray(tape) ? Array.from(tape, checked) : observableOf(argument, tape).pipe(map(checked));
}
