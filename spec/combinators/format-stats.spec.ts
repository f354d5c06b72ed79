import type { CopyStats } from '../../src/combinators/copy-stats.js';
import { formatStats } from '../../src/combinators/format-stats.js';
import { formatBytes } from '../../src/combinators/format-bytes.js';

const stats = (bytes: number, durationMs: number): CopyStats => {
  return { readBytes: bytes, readOps: 2, writeBytes: bytes, writeOps: 3, durationMs };
};

describe('formatStats', () => {
  it('prints bytes, operations, time and rate', () => {
    expect(formatStats(stats(3 * 1024 * 1024, 1500))).toBe(
      'read 3145728 bytes (2 ops), wrote 3145728 bytes (3 ops) in 1500 ms, 2.0 MiB/s',
    );
  });

  it('prints no rate where no time has passed', () => {
    expect(formatStats(stats(10, 0))).toBe('read 10 bytes (2 ops), wrote 10 bytes (3 ops) in 0 ms');
  });

  it('prints both directions of a proxy', () => {
    expect(formatStats({ aToB: stats(0, 0), bToA: stats(512, 1000) })).toBe(
      'a to b: read 0 bytes (2 ops), wrote 0 bytes (3 ops) in 0 ms; ' +
        'b to a: read 512 bytes (2 ops), wrote 512 bytes (3 ops) in 1000 ms, 512 bytes/s',
    );
  });

  it.each([
    [1023, 1000, '1023 bytes/s'],
    [1024, 1000, '1.0 KiB/s'],
    [2 ** 40, 1000, '1.0 TiB/s'],
    [2 ** 60, 1000, '1048576.0 TiB/s'],
    [1, 0.5, '2.0 KiB/s'],
    [1, 1000, '1 byte/s'],
  ])('prints %d bytes in %d ms as %s', (bytes, durationMs, rate) => {
    expect(formatStats(stats(bytes, durationMs))).toMatch(new RegExp(`, ${rate.replace('.', '\\.')}$`));
  });

  it.each([null, undefined, 'x', {}, { aToB: {} }])('throws a TypeError for %p', (value) => {
    expect(() => formatStats(value as never)).toThrow(TypeError);
  });

  it('goes on to the next unit where a number would be rounded to 1024.0 of its own', () => {
    expect([1_048_524, 1_048_525, 2 ** 20].map(formatBytes)).toEqual(['1023.9 KiB', '1.0 MiB', '1.0 MiB']);
  });
});
