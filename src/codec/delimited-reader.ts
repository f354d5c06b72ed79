/**
 * Bytes up to a delimiter, off a byte queue. It takes a frame only once it is whole, searches no byte twice, and keeps
 * no bytes of its own.
 */
import type { ByteQueue } from '../flow/byte-queue.js';

export class DelimitedReader {
  readonly #delimiter: Uint8Array;
  readonly #maxBytes: number;
  readonly #tooLarge: (bytes: number) => Error;
  /** Where no delimiter begins: so many bytes at the front, as long as the queue stands at this position. */
  #searched = 0;
  #position = 0;

  /** `tooLarge` makes the error for a frame of (at least) so many bytes, the delimiter not counted. */
  constructor(delimiter: Uint8Array, maxBytes: number, tooLarge: (bytes: number) => Error) {
    this.#delimiter = delimiter;
    this.#maxBytes = maxBytes;
    this.#tooLarge = tooLarge;
  }

  /** The next frame without its delimiter, or `undefined` until more bytes come. Throws for one that is too large. */
  next(bytes: ByteQueue): Uint8Array | undefined {
    const from = bytes.position === this.#position ? this.#searched : 0;
    const found = bytes.indexOfSequence(this.#delimiter, from);
    // The last bytes may be the first ones of a delimiter.
    const size = found >= 0 ? found : Math.max(0, bytes.length - this.#delimiter.length + 1);
    if (size > this.#maxBytes) throw this.#tooLarge(size);
    if (found < 0) {
      this.#position = bytes.position;
      this.#searched = size;
      return undefined;
    }
    const frame = bytes.take(size);
    bytes.skip(this.#delimiter.length);
    this.#position = bytes.position;
    this.#searched = 0;
    return frame;
  }
}
