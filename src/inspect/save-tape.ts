import { concatMap, defaultIfEmpty, type Observable, type ObservableInput, type OperatorFunction } from 'rxjs';
import { observableOf } from './observable-of.js';
import type { TapeEvent } from './tape-event.js';
import { eventLine, headerLine } from './tape-line.js';

/**
 * A tape as the lines of its file, in JSON lines (`docs/tape-format.md`): each with its newline, one for each event as it
 * happens, so that nothing waits here. A slow writer slows the recorded flow down, by `drainMap` or `asSink`. Errors as
 * the tape does, and with a `TypeError` on a second `start` event: a file holds one tape.
 *
 * @example
 * tape.pipe(saveTape(), drainMap((line) => file.write(line))).subscribe();
 */
export function saveTape(): OperatorFunction<TapeEvent, string>;
export function saveTape(tape: ObservableInput<TapeEvent>): Observable<string>;
export function saveTape(tape?: ObservableInput<TapeEvent>): OperatorFunction<TapeEvent, string> | Observable<string> {
  return tape === undefined ? linesOf : linesOf(observableOf('saveTape: tape', tape));
}

function linesOf(tape: Observable<TapeEvent>): Observable<string> {
  return tape.pipe(
    concatMap((event, index) => (index === 0 ? firstLines(event) : [laterLine(event)])),
    defaultIfEmpty(headerLine(undefined)),
  );
}

function firstLines(event: TapeEvent): string[] {
  return event.kind === 'start' ? [headerLine(event)] : [headerLine(undefined), eventLine(event)];
}

function laterLine(event: TapeEvent): string {
  if (event.kind === 'start') throw new TypeError('saveTape: a start event can only be the first of a tape');
  return eventLine(event);
}
