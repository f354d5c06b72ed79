import { defer, map, type Observable, type ObservableInput } from 'rxjs';
import { givenEvents } from './given-event.js';
import { observableOf } from './observable-of.js';
import type { TapeEvent } from './tape-event.js';

/**
 * The tape that a public function was given, its events checked one by one: those of an array at once, the others as they
 * come. A `TypeError` names the argument, and the event that is none, or cannot follow those before it.
 *
 * @example
 * tapeOf('replay: tape', [42]) // TypeError: replay: tape event 1: must be an object, not number 42
 */
export function tapeOf(argument: string, tape: ObservableInput<TapeEvent>): readonly TapeEvent[] | Observable<TapeEvent> {
  if (Array.isArray(tape)) return Array.from(tape, givenEvents(argument));
  const events = observableOf(argument, tape);
  return defer(() => events.pipe(map(givenEvents(argument))));
}
