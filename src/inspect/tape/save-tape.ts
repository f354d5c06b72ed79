import { concatMap, defaultIfEmpty, defer, type Observable, type ObservableInput, type OperatorFunction } from 'rxjs';
import { observableOf } from './observable-of.js';
import type { TapeEvent } from './tape-event.js';
import { headerLine } from './tape-line.js';
import { TapeWriter } from './tape-writer.js';

/**
 * A tape as the lines of its file, in JSON lines (`docs/tape-format.md`): each with its newline, one for each event as it
 * happens, so that nothing waits here. A slow writer slows the recorded flow down, by `drainMap` or `asSink`.
 *
 * Errors as the tape does, and on an event that `loadTape` would refuse: with a `TypeError` that names its number, or with
 * a `FlowError` `too-large` for one whose line would exceed 256 MiB. What `record` puts on the tape of a flow that
 * keeps the contract is never refused for any other reason.
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
  return defer(() => {
    const writer = new TapeWriter();
    return tape.pipe(
      concatMap((event, index) => writer.linesOf(event, index)),
      defaultIfEmpty(headerLine(undefined)),
    );
  });
}
