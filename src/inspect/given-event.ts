/** Events that a program has put together, or got from who knows where: checked, and without whatever else is on them. */
import type { TapeEvent } from './tape-event.js';
import { bytesIn, type Fields, fieldsOf, LineFault, textIn, timeIn } from './tape-fields.js';
import { eventIn, type StartEvent } from './tape-kinds.js';

/** Throws a `LineFault` for what is no event of a tape. */
export function eventOf(value: unknown): TapeEvent {
  const fields = fieldsOf(value);
  return fields['kind'] === 'start' ? startIn(fields) : eventIn(fields, dataIn);
}

/** Turns the fault of a step into the `TypeError` of the public function that was given the event; `index` counts from 0. */
export function atEvent<T>(argument: string, index: number, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw error instanceof LineFault ? new TypeError(`${argument} event ${index + 1}: ${error.message}`) : error;
  }
}

function startIn(fields: Fields): StartEvent {
  const at = timeIn(fields, 'at');
  const startedAt = timeIn(fields, 'startedAt');
  if (Number.isNaN(new Date(startedAt).getTime())) throw new LineFault('startedAt is no time of a calendar');
  return { at, kind: 'start', direction: 'both', name: textIn(fields, 'name'), startedAt };
}

function dataIn(fields: Fields): Uint8Array {
  return bytesIn(fields, 'data');
}
