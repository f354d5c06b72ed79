/** Takes the fields of an event, and says what is wrong with one: its name and kind, never its content. */
import { describe } from '../../flow/describe.js';
import type { FlowErrorCode } from '../../flow/flow-error.js';
import { isBytes } from '../../flow/is-bytes.js';
import { isFlowErrorCode } from '../../flow/is-flow-error-code.js';
import type { TapeFailure } from './tape-event.js';

export type Fields = Readonly<Record<string, unknown>>;

/** What is wrong with a line or an event, as the rest of a sentence: who has read it adds which one it is. */
export class LineFault {
  constructor(
    readonly message: string,
    readonly code: FlowErrorCode = 'protocol',
  ) {}
}

export function objectOf(line: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new LineFault(`is not JSON${columnIn(error)}`);
  }
  return fieldsOf(value, 'a JSON object');
}

export function fieldsOf(value: unknown, expected = 'an object'): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new LineFault(`must be ${expected}, not ${describe(value)}`);
}

export function textIn(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw wrong(name, 'a string', value);
}

export function flagIn(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value === 'boolean') return value;
  throw wrong(name, 'true or false', value);
}

export function timeIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw wrong(name, 'a number of milliseconds not below 0', value);
}

/** A time of the calendar, before 1970 too: one that a file can say. */
export function dateIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number') throw wrong(name, 'a number of milliseconds since 1970', value);
  if (Number.isNaN(new Date(value).getTime())) throw new LineFault(`${name} is no time of a calendar`);
  return value;
}

export function countIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw wrong(name, 'a whole number above 0', value);
}

export function failureIn(fields: Fields): TapeFailure {
  const value = fields['error'];
  if (typeof value !== 'object' || value === null) throw wrong('error', 'an object', value);
  const error = value as Fields;
  const code = textIn(error, 'code');
  if (!isFlowErrorCode(code)) throw new LineFault('code is none of a FlowError');
  const { cause } = error;
  return { code, message: textIn(error, 'message'), ...(cause === undefined ? {} : { cause: textIn(error, 'cause') }) };
}

export function bytesIn(fields: Fields, name: string): Uint8Array {
  const value = fields[name];
  if (isBytes(value)) return value;
  throw wrong(name, 'a Uint8Array', value);
}

function wrong(name: string, expected: string, value: unknown): LineFault {
  return new LineFault(value === undefined ? `has no ${name} (${expected})` : `${name} must be ${expected}, not ${describe(value)}`);
}

/** JSON.parse says where, if at all, only in its message, which may quote the payload too. */
function columnIn(error: unknown): string {
  const position = /at position (\d+)/.exec((error as Error).message)?.[1];
  return position === undefined ? '' : ` (column ${Number(position) + 1})`;
}
