/**
 * Memory that a socket reads into, in the shape of `net`'s `onread`. Each read fills a part of a slab, and that part is
 * given away for good: whoever reads a buffer owns it, so a slab is never reused. Slabs grow with the reads that fill
 * them: an idle connection holds little, and a busy one makes large reads. It starts and stops no reading itself.
 */
export class ReadSlab {
  /** Takes what was read; `false` stops the socket until it is resumed. */
  deliver: (buffer: Uint8Array) => boolean = () => false;

  #slab = allocate(SMALLEST);
  #used = 0;
  #armed = new Uint8Array(this.#slab);
  /** The largest read of this slab, which says how large the next one should be. */
  #largest = 0;

  /** `onread.buffer`: where the next read goes. */
  readonly buffer = (): Uint8Array => {
    const { byteLength } = this.#slab;
    // What such a connection sends at once should not come as two reads: its peer may go on in two halves for good.
    if (byteLength - this.#used < Math.max(byteLength / 4, this.#largest)) this.#renew(byteLength);
    return (this.#armed = new Uint8Array(this.#slab, this.#used));
  };

  /** `onread.callback`: so many bytes were read into what {@link buffer} returned last. */
  readonly callback = (byteLength: number): boolean => {
    const armed = this.#armed;
    const full = byteLength === armed.byteLength;
    this.#used += byteLength;
    // A read that fills all it is given would have taken more.
    this.#largest = Math.max(this.#largest, full ? this.#slab.byteLength : byteLength);
    return this.deliver(full ? armed : armed.subarray(0, byteLength));
  };

  #renew(size: number): void {
    this.#slab = allocate(nextSize(size, this.#largest));
    this.#used = 0;
    this.#largest = 0;
  }
}

const SMALLEST = 4096;
/** What one read of a busy socket takes; larger ones gained nothing in measurements. */
const LARGEST = 262144;

function nextSize(size: number, largestRead: number): number {
  if (largestRead >= size) return Math.min(LARGEST, size * 4);
  return largestRead < size / 16 ? Math.max(SMALLEST, size / 4) : size;
}

/** Not from Node's shared pool, and not zeroed: what is given away has been read into. */
function allocate(byteLength: number): ArrayBufferLike {
  return Buffer.allocUnsafeSlow(byteLength).buffer;
}
