import { describe as describeValue } from '../../src/flow/describe.js';

describe('describe', () => {
  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [7, 'number 7'],
    [NaN, 'number NaN'],
    [true, 'boolean true'],
    [7n, 'bigint 7'],
    ['a secret', 'a string'],
    [Symbol('s'), 'a symbol'],
    [() => 1, 'a function'],
    [[1, 2], 'an array'],
    [{ a: 1 }, 'an object'],
    [Object.create(null), 'an object'],
    [new Uint8Array(1), 'a Uint8Array'],
    [new Uint16Array(1), 'a Uint16Array'],
    [new ArrayBuffer(1), 'an ArrayBuffer'],
    [new Map(), 'a Map'],
    [new (class extends Map {})(), 'an object'],
  ])('calls %p %s', (value, words) => {
    expect(describeValue(value)).toBe(words);
  });
});
