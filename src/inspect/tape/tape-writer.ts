/**
 * Makes the lines of a tape's file of its events, and names the event that a file cannot have: what `loadTape` would
 * refuse is not written. The counterpart of `tape-reader.ts`.
 */
import { FlowError } from '../../flow/flow-error.js';
import { givenEvents } from './given-event.js';
import type { TapeEvent } from './tape-event.js';
import { eventLine, headerLine, MAX_LINE_LENGTH } from './tape-line.js';

export class TapeWriter {
  readonly #checked = givenEvents('saveTape: tape');

  constructor(private readonly maxLineLength = MAX_LINE_LENGTH) {}

  /** The lines of the event at `index`: before the first, if it says nothing of the flow, one that says what the file is. */
  linesOf(given: unknown, index: number): string[] {
    const event = this.#checked(given, index);
    const line = this.#lineOf(event, index);
    return index > 0 || event.kind === 'start' ? [line] : [headerLine(undefined), line];
  }

  #lineOf(event: TapeEvent, index: number): string {
    const line = event.kind === 'start' ? headerLine(event) : eventLine(event);
    if (line.length <= this.maxLineLength) return line;
    throw new FlowError('too-large', `saveTape: tape event ${index + 1}: its line exceeds ${this.maxLineLength} characters`);
  }
}
