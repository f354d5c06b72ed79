import { formatDuration } from '../../../src/inspect/picture/format-duration.js';
import { formatSize } from '../../../src/inspect/picture/format-size.js';
import { plainText } from '../../../src/inspect/plain-text.js';

describe('formatSize', () => {
  it.each([
    [0, '0 B'],
    [9999, '9,999 B'],
    [10_000, '9.77 KiB'],
    [65536, '64 KiB'],
    [1023 * 1024, '0.999 MiB'],
    [1024 * 1024, '1 MiB'],
    [1.5 * 2 ** 30, '1.5 GiB'],
    [2 ** 52, '4100 TiB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [0.12345, '0.123 ms'],
    [999.4, '999 ms'],
    [999.7, '1 s'],
    [1234, '1.23 s'],
    [59_400, '59.4 s'],
    [59_600, '1 min'],
    [75_000, '1 min 15 s'],
    [3_599_400, '59 min 59 s'],
    [3_599_600, '1 h'],
    [90_060_000, '25 h 1 min'],
    [172_760_000, '47 h 59 min'],
    [172_780_000, '2 d'],
    [270_000_000, '3 d 3 h'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('plainText', () => {
  it('makes one line of many and marks what it takes out', () => {
    expect(plainText('a\r\n\tb\u0007\u200Fc\uDC00')).toBe('a   b\uFFFD\uFFFDc\uFFFD');
  });

  it('cuts text to a length in characters, not in code units', () => {
    expect(plainText('😀😀😀', 3)).toBe('😀😀😀');
    expect(plainText('😀😀😀😀', 3)).toBe('😀😀…');
  });
});
