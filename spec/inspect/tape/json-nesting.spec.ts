import fc from 'fast-check';
import { JsonNesting } from '../../../src/inspect/tape/json-nesting.js';

/** After each of the pieces. */
function wholeAfter(...pieces: string[]): boolean[] {
  const nesting = new JsonNesting();
  return pieces.map((piece) => {
    nesting.take(piece);
    return nesting.isWholeObject;
  });
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const signs = fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ' ', 'a', 'é'), maxLength: 12 });

describe('the nesting of a line of JSON', () => {
  it('knows of every beginning whether it is a whole object, as JSON.parse does', () => {
    const value = fc.oneof(fc.dictionary(signs, fc.jsonValue({ stringUnit: 'grapheme' })), fc.array(signs), fc.dictionary(signs, fc.array(signs)), signs);
    fc.assert(
      fc.property(value, fc.constantFrom('', ' ', '\r\n'), fc.integer({ min: 1, max: 5 }), (one, end, size) => {
        const text = `${end}${JSON.stringify(one)}${end}`;
        const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size));
        expect(wholeAfter(...pieces)).toEqual(pieces.map((_, at) => isObject(text.slice(0, (at + 1) * size))));
      }),
    );
  });

  it('remembers a backslash that a piece ends with', () => {
    expect(wholeAfter('{"a":"\\', '', '"}', '"}')).toEqual([false, false, false, true]);
  });

  it('takes an object for whole no longer where something comes after it', () => {
    expect(wholeAfter('{}', ' \t', 'x', '}')).toEqual([true, true, false, false]);
  });
});
