import { checkPositive } from '../../src/flow/check-positive.js';

describe('checkPositive', () => {
  it.each([Number.MIN_VALUE, 0.5, 1, Number.MAX_VALUE])('accepts %p', (value) => {
    expect(() => checkPositive('copy: sampleMs', value)).not.toThrow();
  });

  it.each([
    [0, 'number 0'],
    [-1, 'number -1'],
    [NaN, 'number NaN'],
    [Infinity, 'number Infinity'],
    ['1', 'a string'],
    [1n, 'bigint 1'],
    [undefined, 'undefined'],
  ])('names what came instead: %p', (value, came) => {
    const message = `copy: sampleMs must be a finite number above 0, not ${came}`;
    expect(() => checkPositive('copy: sampleMs', value as number)).toThrow(new TypeError(message));
  });
});
