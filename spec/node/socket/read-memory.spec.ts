import * as fc from 'fast-check';
import { READ_BYTES, ReadMemory } from '../../../src/node/socket/read-memory.js';

/** Reads as a socket does: fills what is armed, from a stream of counting bytes, at most `size` bytes at a time. */
function readAll(sizes: readonly number[]): { readonly given: Uint8Array[]; readonly bytes: number } {
  const memory = new ReadMemory();
  const given: Uint8Array[] = [];
  memory.deliver = (buffer) => given.push(buffer) > 0;
  let next = 0;
  let room = memory.buffer();
  for (const size of sizes) {
    const length = Math.min(size, room.byteLength);
    for (let at = 0; at < length; at += 1) room[at] = next++ % 251;
    memory.callback(length);
    room = memory.buffer();
  }
  return { given, bytes: next };
}

describe('ReadMemory', () => {
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

  it('makes large reads, of a size that transfers are hardly a multiple of', () => {
    expect(READ_BYTES).toBeGreaterThan(260_000);
    for (const size of [65536, 2 ** 20, 2 ** 24, 10 ** 6]) expect(size % READ_BYTES).not.toBe(0);
  });

  it('gives what is small memory of its own, no larger than itself', () => {
    const { given } = readAll([1, 40, 1400, 65536]);
    expect(given.map((buffer) => buffer.buffer.byteLength)).toEqual([1, 40, 1400, 65536]);
  });

  it('copies nothing where one read follows another that was full, unless it would give away mostly empty memory', () => {
    const { given } = readAll([READ_BYTES, READ_BYTES, 200_000, READ_BYTES, 100_000]);
    expect(given.map((buffer) => buffer.byteLength)).toEqual([READ_BYTES, READ_BYTES, 200_000, READ_BYTES, 100_000]);
    expect(given.map(({ buffer }) => buffer.byteLength)).toEqual([READ_BYTES, READ_BYTES, READ_BYTES, READ_BYTES, 100_000]);
  });

  it('leaves sockets that wait one memory for all, however much they have read', () => {
    const [one, other] = [new ReadMemory(), new ReadMemory()];
    for (const size of [10, READ_BYTES, 200_000]) {
      one.buffer();
      one.callback(size);
    }
    expect(one.buffer()).toBe(other.buffer());
  });

  it('fails where there is no memory to copy to, gives nothing, and goes on with what the socket reads into', () => {
    const memory = new ReadMemory();
    const given: Uint8Array[] = [];
    const errors: Error[] = [];
    memory.deliver = (buffer) => given.push(buffer) > 0;
    memory.fail = (error) => errors.push(error);
    const room = memory.buffer();
    const noMemory = new RangeError('Array buffer allocation failed');
    jest.spyOn(room, 'slice').mockImplementationOnce(() => {
      throw noMemory;
    });
    expect(memory.callback(READ_BYTES)).toBe(false);
    expect([given, errors]).toEqual([[], [noMemory]]);
    room.fill(7, 0, 3); // not asked for another: it reads on there
    memory.callback(3);
    expect(given).toEqual([Uint8Array.of(7, 7, 7)]);
  });

  it('answers the socket what the reader answers', () => {
    const memory = new ReadMemory();
    memory.buffer();
    memory.deliver = () => false;
    expect(memory.callback(1)).toBe(false);
    memory.deliver = () => true;
    expect(memory.callback(1)).toBe(true);
  });
});
