import * as fc from 'fast-check';
import { ByteQueue } from '../../src/flow/byte-queue.js';
import { utf8 } from '../../src/flow/utf8.js';
import { anyCuts, byteByByte, cutAt, joined } from '../support/cut-bytes.js';

function queueOf(...chunks: Uint8Array[]): ByteQueue {
  const queue = new ByteQueue();
  for (const chunk of chunks) queue.push(chunk);
  return queue;
}

const large = (byte: number) => new Uint8Array(200).fill(byte);

/** So many bytes of a stream in which each place is told from those near it. */
const STREAM = Uint8Array.from({ length: 60 * 300 }, (_, i) => i % 251);
const stretch = (from: number, size: number) => STREAM.slice(from, from + size);

describe('ByteQueue', () => {
  it('counts what waits and where its front stands', () => {
    const queue = queueOf(utf8('hello'), new Uint8Array(0), utf8(' world'));
    expect([queue.length, queue.position]).toEqual([11, 0]);
    queue.skip(2);
    queue.take(5);
    expect([queue.length, queue.position]).toEqual([4, 7]);
    queue.clear();
    expect([queue.length, queue.position]).toEqual([0, 11]);
  });

  it('takes a view where the bytes lie in one chunk, and a copy where they do not', () => {
    const [first, second] = [large(1), large(2)];
    const queue = queueOf(first, second);
    const view = queue.take(150);
    expect([view.buffer === first.buffer, view.byteOffset, view.byteLength]).toEqual([true, 0, 150]);
    const across = queue.take(100);
    expect(across.buffer === first.buffer || across.buffer === second.buffer).toBe(false);
    expect(across).toEqual(joined([large(1).slice(150), large(2).slice(0, 50)]));
    expect(queue.take(150).buffer === second.buffer).toBe(true);
  });

  it('gives plain Uint8Arrays, whatever kind came', () => {
    const queue = queueOf(Buffer.from('abc'));
    expect(queue.take(2).constructor).toBe(Uint8Array);
    expect(queue.takePiece().constructor).toBe(Uint8Array);
    const whole = queueOf(Buffer.from('-abc').subarray(1)).takePiece();
    expect([whole.constructor, whole]).toEqual([Uint8Array, utf8('abc')]);
  });

  it('hands a whole piece on as it came, with a limit of its size too', () => {
    const [first, second] = [utf8('abc'), new Uint8Array(128)];
    const queue = queueOf(first, second);
    expect(queue.takePiece()).toBe(first);
    expect(queue.takePiece(128)).toBe(second);
  });

  it('joins small chunks behind others into pieces of up to 1 KiB', () => {
    const queue = queueOf(large(1), ...Array.from({ length: 17 }, (_, i) => new Uint8Array(64).fill(i)));
    expect(queue.takePiece()).toEqual(large(1));
    expect([queue.takePiece().length, queue.takePiece().length]).toEqual([1024, 64]);
  });

  it('is left as it was by an empty chunk', () => {
    const queue = queueOf(new Uint8Array(0));
    queue.push(utf8('a'));
    queue.push(new Uint8Array(0));
    expect([queue.front(9), queue.length]).toEqual([utf8('a'), 1]);
  });

  it('shows the front without taking it, as far as it lies in one piece', () => {
    const queue = queueOf(utf8('abc'), large(7));
    expect(queue.front(2)).toEqual(utf8('ab'));
    expect(queue.front(10)).toEqual(utf8('abc'));
    expect(queue.length).toBe(203);
    expect(queue.takePiece(2)).toEqual(utf8('ab'));
    expect(queue.takePiece()).toEqual(utf8('c'));
    expect(queue.takePiece()).toEqual(large(7));
    expect(queue.takePiece()).toEqual(new Uint8Array(0));
  });

  it('keeps bytes that trickle in together, and never changes what it gave out', () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
    const queue = new ByteQueue();
    const taken: Uint8Array[] = [];
    for (const byte of byteByByte(bytes)) {
      queue.push(byte);
      if (queue.length === 70) taken.push(queue.take(queue.position % 3 === 0 ? 33 : 35));
    }
    taken.push(queue.take(queue.length));
    expect(joined(taken)).toEqual(bytes);
  });

  it.each([
    ['take(4): 3 bytes wait', (queue: ByteQueue) => queue.take(4)],
    ['take(-1): 3 bytes wait', (queue: ByteQueue) => queue.take(-1)],
    ['take(NaN): 3 bytes wait', (queue: ByteQueue) => queue.take(NaN)],
    ['take(1.5): 3 bytes wait', (queue: ByteQueue) => queue.take(1.5)],
    ['skip(4): 3 bytes wait', (queue: ByteQueue) => queue.skip(4)],
    ['skip(-1): 3 bytes wait', (queue: ByteQueue) => queue.skip(-1)],
    ['skip(0.5): 3 bytes wait', (queue: ByteQueue) => queue.skip(0.5)],
    ['take(2.5): 3 bytes wait', (queue: ByteQueue) => queue.takePiece(2.5)],
    ['byteAt(3): 3 bytes wait', (queue: ByteQueue) => queue.byteAt(3)],
    ['byteAt(-1): 3 bytes wait', (queue: ByteQueue) => queue.byteAt(-1)],
    ['byteAt(0.5): 3 bytes wait', (queue: ByteQueue) => queue.byteAt(0.5)],
  ])('refuses %s', (message, operation) => {
    const queue = queueOf(utf8('xabc'));
    queue.skip(1);
    expect(() => operation(queue)).toThrow(new RangeError(message));
    expect(queue.take(3)).toEqual(utf8('abc'));
  });

  it.each([['text', 'a string'], [[1, 2], 'an array'], [undefined, 'undefined'], [new ArrayBuffer(2), 'an ArrayBuffer']])('takes no %p for a chunk', (chunk, what) => {
    const queue = queueOf(utf8('abc'));
    expect(() => queue.push(chunk as never)).toThrow(new TypeError(`ByteQueue: push() takes a Uint8Array, not ${what}`));
    expect([queue.length, queue.take(3)]).toEqual([3, utf8('abc')]);
  });

  it('finds a byte behind the place to look from, in whichever piece', () => {
    const queue = queueOf(large(1).fill(7, 0, 1), large(2).fill(7, 10, 11).fill(7, 20, 21), large(3).fill(7, 199));
    expect([0, 1, 211, 221, 400, 600].map((from) => queue.indexOf(7, from))).toEqual([0, 210, 220, 599, 599, -1]);
  });

  it('finds a sequence wherever pieces cut it, though its beginning stands before it too', () => {
    const sequence = Uint8Array.of(1, 2, 1, 3);
    for (let place = 120; place < 270; place += 1) {
      const bytes = new Uint8Array(390);
      bytes.set([1, 2, 1, 2, 1, 3], place);
      const queue = queueOf(...cutAt(bytes, [130, 260]));
      const found = [0, place + 2, place + 3].map((from) => queue.indexOfSequence(sequence, from));
      expect(found).toEqual([place + 2, place + 2, -1]);
    }
  });

  it('finds the bytes at the very edge of its pieces, from the front and from the back', () => {
    const queue = queueOf(large(1), large(2), large(3));
    expect([0, 199, 200, 399, 400, 599].map((index) => queue.byteAt(index))).toEqual([1, 1, 2, 2, 3, 3]);
    expect(queueOf(utf8('a'), utf8('b')).indexOfSequence(utf8('ab'))).toBe(0);
    expect(queueOf(large(1), large(2)).indexOfSequence(joined([large(1), large(2)]))).toBe(0);
    const atTheBack = queueOf(large(1), utf8('ab'));
    expect([0, 200, 201].map((from) => atTheBack.indexOfSequence(utf8('ab'), from))).toEqual([200, 200, -1]);
  });

  it('finds bytes and sequences wherever the chunks cut them', () => {
    const bytes = fc.array(fc.constantFrom(1, 2, 3), { maxLength: 600 }).map((list) => Uint8Array.from(list));
    const sequence = fc.array(fc.constantFrom(1, 2, 3), { minLength: 1, maxLength: 5 }).map((list) => Uint8Array.from(list));
    fc.assert(
      fc.property(bytes, anyCuts, sequence, fc.nat(), fc.nat(), (all, cuts, needle, skipped, start) => {
        const queue = queueOf(...cutAt(all, cuts));
        const skip = skipped % (all.byteLength + 1);
        queue.skip(skip);
        const rest = Buffer.from(all.subarray(skip));
        const from = start % (rest.byteLength + 1);
        expect(queue.indexOf(needle[0]!, from)).toBe(rest.indexOf(needle[0]!, from));
        expect(queue.indexOfSequence(needle, from)).toBe(from === rest.byteLength ? -1 : rest.indexOf(needle, from));
        if (from < rest.byteLength) expect(queue.byteAt(from)).toBe(rest[from]);
      }),
    );
  });

  it('gives every byte once and in order, however it is filled and emptied', () => {
    const step = fc.record({ push: fc.nat(300), take: fc.nat(300), how: fc.constantFrom('take', 'piece', 'skip') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new ByteQueue();
        let [pushed, gone] = [0, 0];
        for (const { push, take, how } of steps) {
          queue.push(stretch(pushed, push));
          pushed += push;
          const size = Math.min(take, pushed - gone);
          if (how === 'skip') queue.skip(size);
          const taken = how === 'skip' ? stretch(gone, size) : how === 'take' ? queue.take(size) : queue.takePiece(size);
          const isRight = Buffer.compare(taken, stretch(gone, taken.length)) === 0 && (how !== 'take' || taken.length === size);
          gone += taken.length;
          expect([isRight, queue.length, queue.position]).toEqual([true, pushed - gone, gone]);
        }
        expect(Buffer.compare(queue.take(queue.length), stretch(gone, pushed - gone))).toBe(0);
      }),
    );
  });

  it.each([
    ['one at a time', Uint8Array.of(1)],
    ['in pieces that are kept as they are', new Uint8Array(128).fill(1)],
  ])('looks at either end of bytes that come %s, and searches them, in linear time', (_, piece) => {
    // Quadratic would be 5,000,000,000 steps and more: minutes, far beyond jest's limit, rather than a moment.
    const steps = 100_000;
    const queue = new ByteQueue();
    const sequence = Uint8Array.of(1, 2);
    let found = 0;
    for (let i = 0; i < steps; i += 1) {
      queue.push(piece);
      const { length } = queue;
      found += queue.byteAt(Math.min(length - 1, 130)) - queue.byteAt(length - 1);
      found += queue.indexOf(10, length - piece.byteLength) + 1;
      found += queue.indexOfSequence(sequence, Math.max(0, length - piece.byteLength - 1)) + 1;
    }
    expect(found).toBe(0);
    expect(queue.take(queue.length).byteLength).toBe(steps * piece.byteLength);
  });
});
