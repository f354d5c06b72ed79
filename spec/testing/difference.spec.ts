import * as fc from 'fast-check';
import { firstDifference, toBytes } from '../../src/testing/bytes.js';
import { difference, quote } from '../../src/testing/difference.js';

describe('difference()', () => {
  it('shows both sides as text and as hex, with the offset and a mark at the byte that differs', () => {
    expect(difference(toBytes('hello'), toBytes('help!'))).toBe(
      [
        'differs at byte 3 (0x0003)',
        '  expected  "hello"',
        '  came      "help!"',
        '  expected  0000  68 65 6c>6c 6f',
        '  came      0000  68 65 6c>70 21',
      ].join('\n'),
    );
  });

  it('marks a byte that is missing', () => {
    expect(difference(toBytes('hell'), toBytes('hello'))).toContain(
      ['  expected  0000  68 65 6c 6c>--', '  came      0000  68 65 6c 6c>6f'].join('\n'),
    );
  });

  it('shows the row of the difference, and the text around it, of long bytes', () => {
    const long = toBytes('0123456789'.repeat(20));
    const other = long.slice();
    other[100] = 0x21;
    expect(difference(long, other)).toBe(
      [
        'differs at byte 100 (0x0064)',
        '  expected  …"6789012345678901234567890123456789012345678901234567890123456789"… (200 bytes)',
        '  came      …"678901234567890123456789!123456789012345678901234567890123456789"… (200 bytes)',
        '  expected  0060  36 37 38 39>30 31 32 33 34 35 36 37 38 39 30 31',
        '  came      0060  36 37 38 39>21 31 32 33 34 35 36 37 38 39 30 31',
      ].join('\n'),
    );
  });

  it('quotes what is no text without breaking the line', () => {
    expect(quote(Uint8Array.of(10, 0, 255, 34))).toBe('"\\n\\u0000\u{fffd}\\""');
  });

  it('quotes what would turn the text around it, or hide, by its number', () => {
    expect(quote(toBytes('a\u202eb\u0085\u2066\u200f'))).toBe('"a\\u202eb\\u0085\\u2066\\u200f"');
  });

  it('says so when there is none', () => {
    expect(difference(toBytes('same'), toBytes('same'))).toBe('no difference');
  });

  it('names the first byte that differs, of any two', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ maxLength: 80 }), (one, other) => {
        const at = firstDifference(one, other);
        fc.pre(at >= 0);
        const lines = difference(one, other).split('\n');
        expect(lines[0]).toBe(`differs at byte ${at} (0x${at.toString(16).padStart(4, '0')})`);
        expect(lines).toHaveLength(5);
        expect(lines[3]!.indexOf('>')).toBe(lines[4]!.indexOf('>'));
      }),
    );
  });
});
