import fc from 'fast-check';
import { wrapLine } from '../../../src/inspect/picture/wrap-line.js';

describe('wrapLine', () => {
  it('leaves a line that fits as it is', () => {
    expect(wrapLine('  as wide as this', 17, 4)).toEqual(['  as wide as this']);
  });

  it('cuts where a part ends rather than at a comma, there rather than between words, and there rather than in one', () => {
    expect(wrapLine('one two; three, four five', 20, 2)).toEqual(['one two;', '  three, four five']);
    expect(wrapLine('one, two three four five', 20, 2)).toEqual(['one,', '  two three four', '  five']);
    expect(wrapLine('one two three four five', 20, 2)).toEqual(['one two three four', '  five']);
    expect(wrapLine('x'.repeat(25), 20, 2)).toEqual(['x'.repeat(20), '  xxxxx']);
  });

  it('leaves numbers with their units', () => {
    expect(wrapLine('had to wait up to 15 ms', 20, 2)).toEqual(['had to wait up to', '  15 ms']);
  });

  it('cuts no character in two', () => {
    expect(wrapLine('😀'.repeat(6), 7, 0)).toEqual(['😀😀😀', '😀😀😀']);
  });

  it('makes no line that is too wide or empty, and loses nothing but spaces', () => {
    const text = fc.oneof(fc.string({ maxLength: 200 }), fc.stringMatching(/^ {0,60}[a-z0-9 ,;]{1,200}$/));
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 60 }), fc.nat(8), (line, width, indent) => {
        const lines = wrapLine(line, width, indent);
        expect(lines.filter((one) => one.length > width)).toEqual([]);
        if (line.trim() !== '') expect(lines.filter((one) => one.trim() === '')).toEqual([]);
        expect(lines.join('').replace(/\s/g, '')).toBe(line.replace(/\s/g, ''));
      }),
    );
  });
});
