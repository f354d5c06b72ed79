/**
 * Reads the marble diagrams of flows: RxJS's syntax in run mode, with bytes for values.
 *
 *     -        a frame in which nothing happens        a        a buffer (any other character)
 *     |        EOF, or shutdown('write')               #        failure, or abort()
 *     (ab|)    all in the frame of the parenthesis      9ms 2s   time that passes, between spaces
 */
import { describe } from '../../flow/describe.js';
import { isBytes } from '../../flow/is-bytes.js';
import { toBytes } from '../bytes.js';
import type { MarbleValues, Moment } from './moment.js';
import { readDiagram } from './read-diagram.js';

/** Which side of a flow a diagram tells of. */
export type FlowSide = 'reads' | 'writes';

/** The moments of `marbles`, their values as bytes. Throws a `TypeError` that names the column (from 1) of what is wrong. */
export function parseMarbles(marbles: string, values: MarbleValues = {}, error?: unknown, side: FlowSide = 'reads'): Moment[] {
  const bytes = bytesOfValues(values);
  const moments: Moment[] = [];
  readDiagram('marbles', marbles, (letter, frame, fail) => {
    if (letter === '^' || letter === '!') fail(`'${letter}' has no place in the marbles of a flow`);
    const moment = momentOf(letter, bytes, error);
    if (isEmpty(moment)) fail(`${letter} is empty, and a buffer is at least 1 byte`);
    if (!mayFollow(moments.at(-1), moment.kind, side)) fail(`${letter} after the end`);
    moments.push({ frame, ...moment });
  });
  return moments;
}

function bytesOfValues(values: MarbleValues): Map<string, Uint8Array> {
  if (typeof values !== 'object' || values === null) throw new TypeError(`marble values must be an object, not ${describe(values)}`);
  const bytes = new Map<string, Uint8Array>();
  for (const [letter, value] of Object.entries(values)) {
    if (typeof value !== 'string' && !isBytes(value)) {
      throw new TypeError(`marble values: ${letter} must be a string or a Uint8Array, not ${describe(value)}`);
    }
    if (Array.from(letter).length !== 1) throw new TypeError(`marble values: ${JSON.stringify(letter)} is not one character`);
    bytes.set(letter, toBytes(value));
  }
  return bytes;
}

/** All but its frame. */
function momentOf(letter: string, values: ReadonlyMap<string, Uint8Array>, error: unknown): Omit<Moment, 'frame'> {
  if (letter === '|') return { kind: 'complete', letter };
  if (letter === '#') return { kind: 'error', letter, value: error };
  return { kind: 'next', letter, value: values.get(letter) ?? toBytes(letter) };
}

function isEmpty({ kind, value }: Omit<Moment, 'frame'>): boolean {
  return kind === 'next' && isBytes(value) && value.byteLength === 0;
}

/** Who has ended the writes may still abort; nothing else comes after an end. */
function mayFollow(before: Moment | undefined, kind: Moment['kind'], side: FlowSide): boolean {
  if (before === undefined || before.kind === 'next') return true;
  return side === 'writes' && before.kind === 'complete' && kind === 'error';
}
