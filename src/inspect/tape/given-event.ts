/** Events that a program has put together, or got from who knows where: checked, and without whatever else is on them. */
import type { TapeEvent } from './tape-event.js';
import { bytesIn, dateIn, type Fields, fieldsOf, LineFault, textIn, timeIn } from './tape-fields.js';
import { eventIn, type StartEvent } from './tape-kinds.js';
import { TapeRules } from './tape-rules.js';

/**
 * Takes the events of one tape that a public function was given, one after the other, `index` counting from 0: what is no
 * event, or cannot follow those before it, throws a `TypeError` that names the argument, and the event.
 *
 * @example
 * givenEvents('replay: tape')(42, 0) // TypeError: replay: tape event 1: must be an object, not number 42
 */
export function givenEvents(argument: string): (value: unknown, index: number) => TapeEvent {
  const rules = new TapeRules();
  return (value, index) => {
    try {
      const event = eventOf(value);
      rules.take(event);
      return event;
    } catch (error) {
      throw error instanceof LineFault ? new TypeError(`${argument} event ${index + 1}: ${error.message}`) : error;
    }
  };
}

/** Throws a `LineFault` for what is no event of a tape. */
function eventOf(value: unknown): TapeEvent {
  const fields = fieldsOf(value);
  return fields['kind'] === 'start' ? startIn(fields) : eventIn(fields, dataIn);
}

function startIn(fields: Fields): StartEvent {
  const at = timeIn(fields, 'at');
  const startedAt = dateIn(fields, 'startedAt');
  return { at, kind: 'start', direction: 'both', name: textIn(fields, 'name'), startedAt };
}

function dataIn(fields: Fields): Uint8Array {
  return bytesIn(fields, 'data');
}
