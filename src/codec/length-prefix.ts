/** How a frame's length is written in front of it: as a number of fixed size, or as a varint. */
import type { ByteQueue } from '../flow/byte-queue.js';

export interface LengthPrefix {
  /** The largest length that it can say. */
  readonly most: number;
  encode(length: number): Uint8Array;
  /**
   * Where the prefix at the front ends, or 0 if it has not come whole. `found` is then the length it says, or the least
   * that it can still come to.
   */
  parse(bytes: ByteQueue): number;
  found: number;
}

/** An unsigned number of 1, 2 or 4 bytes. */
export class FixedPrefix implements LengthPrefix {
  readonly most: number;
  found = 0;

  constructor(
    private readonly size: 1 | 2 | 4,
    private readonly littleEndian: boolean,
  ) {
    this.most = 2 ** (8 * size) - 1;
  }

  encode(length: number): Uint8Array {
    const prefix = new Uint8Array(this.size);
    for (let i = 0, left = length; i < this.size; i += 1, left = Math.floor(left / 256)) {
      prefix[this.littleEndian ? i : this.size - 1 - i] = left % 256;
    }
    return prefix;
  }

  parse(bytes: ByteQueue): number {
    const { size, littleEndian } = this;
    this.found = 0;
    if (bytes.length < size) return 0;
    let length = 0;
    for (let i = 0; i < size; i += 1) length = length * 256 + bytes.byteAt(littleEndian ? size - 1 - i : i);
    this.found = length;
    return size;
  }
}

/** An unsigned LEB128 number, as in Protocol Buffers and multiformats: seven bits a byte, the lowest first. */
export class VarintPrefix implements LengthPrefix {
  readonly most = 2 ** (7 * MOST_BYTES) - 1;
  found = 0;

  encode(length: number): Uint8Array {
    const prefix: number[] = [];
    let left = length;
    for (; left > 127; left = Math.floor(left / 128)) prefix.push((left % 128) + 128);
    prefix.push(left);
    return Uint8Array.from(prefix);
  }

  parse(bytes: ByteQueue): number {
    this.found = 0;
    const whole = Math.min(bytes.length, MOST_BYTES);
    for (let i = 0, scale = 1; i < whole; i += 1, scale *= 128) {
      const byte = bytes.byteAt(i);
      this.found += (byte % 128) * scale;
      if (byte < 128) return i + 1;
    }
    // A number that goes on is beyond any limit, or padded beyond any sense.
    if (whole === MOST_BYTES) this.found = Infinity;
    return 0;
  }
}

/** Seven are enough for any length that a number can count exactly. */
const MOST_BYTES = 7;
