/** What conformance cases judge with: each of these throws a plain Error that says what was expected and what came. */
import { isFlowError, type FlowError, type FlowErrorCode } from '../../flow/flow-error.js';
import { formatError } from '../../flow/format-error.js';
import { joinBytes, toBytes, toText } from '../bytes.js';
import { difference } from '../difference.js';
import type { Watch } from './watch.js';

/** Fails unless both are the same, saying `what` was compared. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  if (Object.is(actual, expected)) return;
  const areLong = typeof actual === 'string' && typeof expected === 'string' && actual.length + expected.length > LONGEST_SHOWN;
  if (areLong) throw new Error(`${what} ${difference(toBytes(expected), toBytes(actual))}`);
  throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Fails unless an ending (`shutdown()`, `close()`, `closed`) has completed, with one emission before that or with none. */
export function completed(ending: Watch<unknown>, what: string): void {
  equal(ending.ended, 'complete', `how ${what} ended`);
  check(ending.values.length <= 1, `${what} emitted ${ending.values.length} times`);
}

/** Fails with `message` unless `condition` holds. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

export function sizeOf(reading: Watch<Uint8Array>): number {
  return reading.byteLength;
}

export function textOf(reading: Watch<Uint8Array>): string {
  return toText(joinBytes(reading.values));
}

/** `size` bytes that tell their own place in the stream, as if cut out of an endless one at `offset`. */
export function pattern(size: number, offset = 0): Uint8Array {
  const start = offset % PERIOD;
  if (start + size <= PERIOD) return patternUpTo(start + size).slice(start, start + size);
  const rest = PERIOD - start;
  return joinBytes([pattern(rest, start), pattern(size - rest)]);
}

/** Fails at the first byte that is not the pattern's. */
export function isPattern(buffers: readonly Uint8Array[], size: number, what: string): void {
  const came = joinBytes(buffers);
  const expected = patternUpTo(Math.min(size, PERIOD));
  const shorter = Math.min(came.byteLength, size);
  for (let at = sameWords(came, expected, shorter); at < shorter; at += 1) {
    const due = expected[at % PERIOD]!;
    if (came[at] !== due) throw new Error(`${what}: byte ${at} of ${size} is ${came[at]!}, not ${due}`);
  }
  equal(came.byteLength, size, `${what}: number of bytes`);
}

/** The pattern repeats itself after so many bytes. */
const PERIOD = 2 ** 24;
/** A word's number in the pattern, by `&`. */
const PLACE = PERIOD / 4 - 1;

/** The pattern's beginning, worked out once: all cases together look at it thousands of times. */
let beginning = new Uint8Array(0);

/** Words that tell their place, four bytes each: any shift, gap or repetition shows. */
function patternUpTo(size: number): Uint8Array {
  if (beginning.byteLength >= size) return beginning;
  const longer = new Uint8Array(Math.min(Math.max(size + (-size & 3), beginning.byteLength * 2, LEAST), PERIOD));
  longer.set(beginning);
  const words = new Int32Array(longer.buffer);
  const known = beginning.byteLength / 4;
  let word = known === 0 ? 0 : words[known - 1]!;
  for (let place = known; place < words.length; place += 1) words[place] = word = (word + GOLDEN) | 0;
  beginning = longer;
  return beginning;
}

/** How many bytes at the beginning are the pattern's, or a few less: looked at word by word, which is most of it. */
function sameWords(came: Uint8Array, expected: Uint8Array, size: number): number {
  const words = size >>> 2;
  const [ours, theirs] = [new Int32Array(came.buffer, 0, words), new Int32Array(expected.buffer)];
  let at = 0;
  while (at < words && ours[at] === theirs[at & PLACE]) at += 1;
  return at * 4;
}

const LEAST = 65_536;
/** 2³² over the golden ratio: odd, so that no two places have the same word. */
const GOLDEN = 0x9e3779b1;

/** Fails unless the Observable errored with a FlowError of this code, which it gives back. */
export function failedWith(watch: Watch<unknown>, code: FlowErrorCode, what: string): FlowError {
  equal(watch.ended, 'error', `how ${what} ended`);
  return isCoded(watch.error, code, `the error of ${what}`);
}

/** Fails unless `error` is a FlowError, and of this code if one is given. */
export function isCoded(error: unknown, code: FlowErrorCode | undefined, what: string): FlowError {
  if (!isFlowError(error)) throw new Error(`${what} is no FlowError: ${formatError(error)}`, { cause: error });
  if (code !== undefined && error.code !== code) {
    throw new Error(`${what}: expected code ${code}, got ${formatError(error)}`, { cause: error });
  }
  return error;
}

/** Fails unless calling throws a TypeError whose message matches. */
export function throwsTypeError(call: () => unknown, message: RegExp): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof TypeError)) throw new Error(`threw ${formatError(error)}, not a TypeError`, { cause: error });
    check(message.test(error.message), `the TypeError does not name what came (${message.source}): ${error.message}`);
    return;
  }
  throw new Error(`threw nothing where a TypeError naming ${message.source} is due`);
}

/** Characters of two texts that are shown whole; of longer ones, the place where they part. */
const LONGEST_SHOWN = 200;

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
