/** Random numbers that a seed repeats exactly: mulberry32, one 32-bit word of state. Not for secrets. */
import { describe } from '../../flow/describe.js';

/**
 * A function that gives the next number in [0, 1). Equal seeds give equal sequences. Throws a `TypeError` for a seed that
 * is no whole number.
 */
export function seededRandom(seed: number): () => number {
  checkSeed('seededRandom', seed);
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Throws the `TypeError` of `where` for a seed that is none. */
export function checkSeed(where: string, seed: number): void {
  if (!Number.isSafeInteger(seed)) throw new TypeError(`${where}: seed must be a whole number, not ${describe(seed)}`);
}
