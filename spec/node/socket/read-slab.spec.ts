import * as fc from 'fast-check';
import { ReadSlab } from '../../../src/node/socket/read-slab.js';

/** Reads as a socket does: fills what is armed, from a stream of counting bytes, at most `size` bytes at a time. */
function readAll(sizes: readonly number[]): { readonly given: Uint8Array[]; readonly armed: number[]; readonly bytes: number } {
  const slab = new ReadSlab();
  const given: Uint8Array[] = [];
  const armed: number[] = [];
  slab.deliver = (buffer) => given.push(buffer) > 0;
  let next = 0;
  let room = slab.buffer();
  for (const size of sizes) {
    armed.push(room.byteLength);
    const length = Math.min(size, room.byteLength);
    for (let at = 0; at < length; at += 1) room[at] = next++ % 251;
    slab.callback(length);
    room = slab.buffer();
  }
  return { given, armed, bytes: next };
}

describe('ReadSlab', () => {
  it('gives what was read, never again written over', () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 300_000 })), { maxLength: 12 });
    fc.assert(
      fc.property(sizes, (reads) => {
        const { given, bytes } = readAll(reads);
        const all = Buffer.concat(given);
        expect(all.byteLength).toBe(bytes);
        for (let at = 0; at < bytes; at += 1) if (all[at] !== at % 251) expect([at, all[at]]).toEqual([at, at % 251]);
      }),
      { numRuns: 30 },
    );
  });

  it('starts small, grows while reads fill what they are given, and shrinks again', () => {
    const { armed } = readAll([...Array<number>(6).fill(1_000_000), ...Array<number>(300).fill(1000)]);
    expect(armed.slice(0, 5)).toEqual([4096, 16384, 65536, 262144, 262144]);
    expect(armed.at(-1)).toBeLessThanOrEqual(65536);
  });

  it('carves many small reads out of one slab', () => {
    const { given } = readAll(Array<number>(50).fill(40));
    expect(new Set(given.map((buffer) => buffer.buffer)).size).toBe(1);
  });

  it('has room for as much as came at once before', () => {
    const { given } = readAll(Array<number>(20).fill(1400));
    expect(given.map((buffer) => buffer.byteLength)).toEqual(Array<number>(20).fill(1400));
  });

  it('answers the socket what the reader answers', () => {
    const slab = new ReadSlab();
    slab.buffer();
    slab.deliver = () => false;
    expect(slab.callback(1)).toBe(false);
    slab.deliver = () => true;
    expect(slab.callback(1)).toBe(true);
  });
});
