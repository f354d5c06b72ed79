/**
 * An event as one line of a tape's file, and back. The format is in `docs/tape-format.md`; what is wrong with a line is
 * told by a `LineFault`, which knows no line numbers.
 */
import type { TapeEvent } from './tape-event.js';
import { LineFault, objectOf, textIn } from './tape-fields.js';
import { eventIn, type StartEvent, VERSION } from './tape-kinds.js';
import { payloadIn, payloadOf } from './tape-payload.js';

/** In characters, the newline included: a file without lines must not fill the memory. */
export const MAX_LINE_LENGTH = 2 ** 28;

export function headerLine(start: StartEvent | undefined): string {
  const about = start === undefined ? {} : { name: start.name, startedAt: new Date(start.startedAt).toISOString() };
  return `${JSON.stringify({ tape: 'rxjs-flow', version: VERSION, ...about })}\n`;
}

export function parseHeader(line: string): StartEvent | undefined {
  const fields = objectOf(line);
  if (fields['tape'] !== 'rxjs-flow') throw new LineFault(`is not {"tape":"rxjs-flow","version":${VERSION}}: this is no tape`);
  if (fields['version'] !== VERSION) throw new LineFault(`has a version other than ${VERSION}`, 'unsupported');
  if (fields['name'] === undefined && fields['startedAt'] === undefined) return undefined;
  const startedAt = timeOf(textIn(fields, 'startedAt'));
  return { at: 0, kind: 'start', direction: 'both', name: textIn(fields, 'name'), startedAt };
}

/** `Date.parse` alone would take much else for a time too, and the 30th of February for the 2nd of March. */
function timeOf(text: string): number {
  const [, date = '', day] = ISO_8601.exec(text) ?? [];
  const isThere = new Date(date).getUTCDate() === Number(day);
  const time = isThere ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) throw new LineFault('startedAt must be a time of ISO 8601, as 2025-03-01T09:30:00.000Z');
  return time;
}

const ISO_8601 = /^(?!-000000)((?:[+-]\d\d)?\d{4}-\d\d-(\d\d))(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

export function eventLine(event: TapeEvent): string {
  // What the kind says already is left out.
  const { at, kind, direction: _direction, ...details } = event;
  const fields = 'data' in event ? { ...details, data: undefined, ...payloadOf(event.data) } : details;
  return `${JSON.stringify({ at, kind, ...fields })}\n`;
}

export function parseEvent(line: string): TapeEvent {
  return eventIn(objectOf(line), payloadIn);
}
