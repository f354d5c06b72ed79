import { checkDuration, LONGEST_TIMER_MS } from '../../src/flow/check-duration.js';

describe('checkDuration', () => {
  it.each([0.5, 1, LONGEST_TIMER_MS])('accepts %p', (ms) => {
    expect(() => checkDuration('copy: sampleMs', ms)).not.toThrow();
  });

  it.each([
    [0, 'a finite number above 0, not number 0'],
    [Infinity, 'a finite number above 0, not number Infinity'],
    ['1', 'a finite number above 0, not a string'],
    [2 ** 31, 'at most 2147483647, not number 2147483648'],
  ])('says what it must be instead of %p', (ms, problem) => {
    expect(() => checkDuration('copy: sampleMs', ms as number)).toThrow(new TypeError(`copy: sampleMs must be ${problem}`));
  });
});
