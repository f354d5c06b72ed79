import * as fc from 'fast-check';
import { mergeSmall } from '../../../src/node/stream/merge-small.js';

const bytesOf = (buffers: readonly Uint8Array[]) => Buffer.concat(buffers);

describe('mergeSmall', () => {
  it('copies neighbouring small buffers together and passes large ones as they are', () => {
    const large = new Uint8Array(10000).fill(7);
    const pieces = mergeSmall([Uint8Array.of(1), Uint8Array.of(2, 3), large, Uint8Array.of(4)]);
    expect(pieces.map((piece) => piece.byteLength)).toEqual([3, 10000, 1]);
    expect(pieces[1]).toBe(large);
    expect([...(pieces[0] as Uint8Array)]).toEqual([1, 2, 3]);
  });

  it('passes a small buffer that stands alone without a copy', () => {
    const alone = Uint8Array.of(1);
    expect(mergeSmall([alone])[0]).toBe(alone);
  });

  it('keeps all bytes in order, and makes no merged piece above 64 KiB', () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 9000 })), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        let value = 0;
        const buffers = lengths.map((length) => new Uint8Array(length).fill((value = (value + 1) % 251)));
        const pieces = mergeSmall(buffers);
        expect(bytesOf(pieces).equals(bytesOf(buffers))).toBe(true);
        expect(Math.max(0, ...pieces.map((piece) => piece.byteLength))).toBeLessThanOrEqual(65536);
        expect(pieces.length).toBeLessThanOrEqual(buffers.length);
      }),
    );
  });
});
