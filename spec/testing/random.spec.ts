import { seededRandom } from '../../src/testing/faults/random.js';

describe('seededRandom()', () => {
  const first = (seed: number) => Array.from({ length: 1000 }, seededRandom(seed));

  it('gives the same numbers for the same seed, others for another, all in [0, 1)', () => {
    expect(first(7)).toEqual(first(7));
    expect(first(7)).not.toEqual(first(8));
    expect(first(-1).every((one) => one >= 0 && one < 1)).toBe(true);
  });

  it.each([['x', 'a string'], [0.5, 'number 0.5'], [NaN, 'number NaN'], [undefined, 'undefined']])('throws a TypeError for %p', (seed, what) => {
    expect(() => seededRandom(seed as never)).toThrow(new TypeError(`seededRandom: seed must be a whole number, not ${what}`));
  });
});
