import { sendable } from '../../src/web/sendable.js';

/** As the platform makes it; TypeScript's own library does not know the option yet. */
const ResizableBuffer = ArrayBuffer as unknown as new (size: number, options: { maxByteLength: number }) => ArrayBuffer;

describe('sendable', () => {
  it('gives bytes of ordinary memory as they are, parts of it too', () => {
    for (const piece of [Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 3).subarray(1)]) expect(sendable(piece)).toBe(piece);
  });

  it.each([
    ['is shared', new SharedArrayBuffer(4)],
    ['may change its size', new ResizableBuffer(4, { maxByteLength: 8 })],
  ])('copies bytes of memory that %s', (_, memory) => {
    const piece = new Uint8Array(memory, 1, 2).fill(7);
    const copy = sendable(piece);
    expect(copy).toEqual(Uint8Array.of(7, 7));
    expect(copy.buffer).not.toBe(memory);
    expect(copy.buffer.byteLength).toBe(2);
  });
});
