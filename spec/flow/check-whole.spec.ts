import { checkWhole } from '../../src/flow/check-whole.js';

describe('checkWhole', () => {
  it.each([
    [1, 1],
    [7, 1],
    [0, 0],
    [Number.MAX_SAFE_INTEGER, 1],
  ])('accepts %p where at least %p is asked for', (value, least) => {
    expect(() => checkWhole('size', value, least)).not.toThrow();
  });

  it.each([
    [0, 'number 0'],
    [-1, 'number -1'],
    [1.5, 'number 1.5'],
    [NaN, 'number NaN'],
    [Infinity, 'number Infinity'],
    ['1', 'a string'],
    [undefined, 'undefined'],
  ])('names what came instead: %p', (value, came) => {
    const message = `rechunk: size must be a whole number of at least 1, not ${came}`;
    expect(() => checkWhole('rechunk: size', value as number)).toThrow(new TypeError(message));
  });
});
