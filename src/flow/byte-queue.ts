import { describe } from './describe.js';
import { isBytes } from './is-bytes.js';

/**
 * Unread bytes: chunks go in at the back, frames come off the front. A frame that lies inside one chunk is a view of it,
 * one that spans chunks is joined once. It knows no framing and no limit: who pushes looks at `length`. To ask for more than
 * waits, or for parts of a byte, is a `RangeError`.
 */
export class ByteQueue {
  /** Bytes that wait. */
  length = 0;
  /** Bytes ever taken off the front: where in the stream the front stands. */
  position = 0;

  /** The chunk at the front, the same as `#pieces[#first]`; empty where nothing waits. */
  #head: Uint8Array = NONE;
  /** What is asked of the head for every frame: a typed array's own answers take longer than the frame's view. */
  #buffer: ArrayBufferLike = NONE.buffer;
  #offset = 0;
  #size = 0;
  /** Where in the head the front is. */
  #at = 0;
  #pieces: Uint8Array[] = [];
  #first = 0;

  #slab: Uint8Array = NONE;
  #slabUsed = 0;
  /** Whether the last piece ends where the free part of the slab begins. */
  #slabIsLast = false;

  /**
   * Puts a chunk at the back, by reference. Only one that is smaller than the object that carries it, behind others, is
   * copied together with its like, so that bytes which trickle in take the memory that they count. Throws a `TypeError`
   * for what is no `Uint8Array`.
   */
  push(chunk: Uint8Array): void {
    if (!isBytes(chunk)) throw new TypeError(`ByteQueue: push() takes a Uint8Array, not ${describe(chunk)}`);
    const size = chunk.length;
    if (size === 0) return;
    if (this.length === 0) {
      this.#restart(chunk);
    } else if (size < SMALL) {
      this.#gather(chunk);
    } else {
      this.#pieces.push(plain(chunk));
      this.#slabIsLast = false;
    }
    this.length += size;
  }

  /** The byte at `index`, counted from the front. */
  byteAt(index: number): number {
    const at = this.#at + index;
    if (index >>> 0 === index && at < this.#size) return this.#head[at] as number;
    this.#check('byteAt', index, this.length - 1);
    const { piece, start } = this.#pieceOf(index);
    return this.#pieces[piece]![index - start] as number;
  }

  /** Where `byte` first stands at or after `from`, counted from the front; -1 if it does not. */
  indexOf(byte: number, from = 0): number {
    const inHead = this.#head.indexOf(byte, this.#at + from);
    if (inHead >= 0) return inHead - this.#at;
    if (this.#pieces.length - this.#first <= 1) return -1;
    const unseen = Math.max(from, this.#size - this.#at);
    let { piece, start } = this.#pieceOf(unseen);
    for (; piece < this.#pieces.length; piece += 1) {
      const one = this.#pieces[piece]!;
      const at = one.indexOf(byte, Math.max(0, unseen - start));
      if (at >= 0) return start + at;
      start += one.length;
    }
    return -1;
  }

  /** Where the bytes of `sequence` (not empty) first stand at or after `from`, though chunks may cut them; or -1. */
  indexOfSequence(sequence: Uint8Array, from = 0): number {
    const last = this.length - sequence.length;
    if (from > last) return -1;
    let { piece, start } = this.#pieceOf(from);
    for (; piece < this.#pieces.length && start <= last; piece += 1) {
      const one = this.#pieces[piece]!;
      const whole = findWhole(one, sequence, Math.max(0, from - start));
      if (whole >= 0) return start + whole;
      // Where the piece is too short for it, the sequence may go on in those behind it.
      const cut = Math.max(0, from - start, one.length - sequence.length + 1);
      for (let at = cut; at < one.length && start + at <= last; at += 1) {
        if (this.#standsAt(sequence, piece, at)) return start + at;
      }
      start += one.length;
    }
    return -1;
  }

  /** Takes `size` bytes off the front: a view of the chunk they came in, or joined if they came in several. */
  take(size: number): Uint8Array {
    const at = this.#at;
    if (size >>> 0 !== size || at + size > this.#size) return this.#join(size);
    const view = new Uint8Array(this.#buffer, this.#offset + at, size);
    this.#advance(size);
    return view;
  }

  /** Takes `size` bytes off the front and drops them. */
  skip(size: number): void {
    this.#check('skip', size);
    this.#advance(size);
  }

  /** At most `most` bytes at the front, as far as they lie in one piece; they stay. */
  front(most: number): Uint8Array {
    const size = Math.min(most, this.#size - this.#at);
    return new Uint8Array(this.#buffer, this.#offset + this.#at, size);
  }

  /** Takes at most `most` bytes off the front, as far as they lie in one piece: never a copy, a whole piece as it is. */
  takePiece(most = Infinity): Uint8Array {
    if (this.#at === 0 && most >= this.#size) {
      const piece = this.#head;
      this.#advance(this.#size);
      return piece;
    }
    return this.take(Math.min(most, this.#size - this.#at));
  }

  /** Drops everything. */
  clear(): void {
    this.skip(this.length);
  }

  #restart(chunk: Uint8Array): void {
    this.#pieces = [plain(chunk)];
    this.#first = 0;
    this.#slabIsLast = false;
    this.#setHead(this.#pieces[0]!);
    this.#at = 0;
  }

  #gather(chunk: Uint8Array): void {
    const size = chunk.length;
    if (this.#slabUsed + size > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB);
      this.#slabUsed = 0;
      this.#slabIsLast = false;
    }
    this.#slab.set(chunk, this.#slabUsed);
    const last = this.#pieces.length - 1;
    const start = this.#slabIsLast ? this.#pieces[last]!.byteOffset : this.#slabUsed;
    this.#slabUsed += size;
    const piece = this.#slab.subarray(start, this.#slabUsed);
    if (!this.#slabIsLast) {
      this.#pieces.push(piece);
    } else {
      this.#pieces[last] = piece;
      if (last === this.#first) this.#setHead(piece);
    }
    this.#slabIsLast = true;
  }

  #advance(size: number): void {
    this.length -= size;
    this.position += size;
    this.#at += size;
    if (this.#at >= this.#size) this.#nextPiece();
  }

  /** The head is used up; what is skipped beyond it, off the pieces behind it. */
  #nextPiece(): void {
    while (this.#at >= this.#size && this.#first < this.#pieces.length) {
      this.#at -= this.#size;
      this.#first += 1;
      this.#setHead(this.#pieces[this.#first] ?? NONE);
    }
    // A list that is used up goes at once, a long one as soon as its front half is.
    if (this.#first < this.#pieces.length && (this.#first < TIDY || this.#first * 2 < this.#pieces.length)) return;
    this.#pieces = this.#pieces.slice(this.#first);
    this.#first = 0;
  }

  #setHead(piece: Uint8Array): void {
    this.#head = piece;
    this.#buffer = piece.buffer;
    this.#offset = piece.byteOffset;
    this.#size = piece.length;
  }

  #join(size: number): Uint8Array {
    this.#check('take', size);
    const joined = new Uint8Array(size);
    for (let filled = 0; filled < size; ) {
      const part = this.takePiece(size - filled);
      joined.set(part, filled);
      filled += part.length;
    }
    return joined;
  }

  /** Throws a `RangeError` for what is no whole number of bytes, or more than `most`. */
  #check(asked: string, count: number, most = this.length): void {
    if (!(Number.isInteger(count) && count >= 0 && count <= most)) throw new RangeError(`${asked}(${count}): ${this.length} bytes wait`);
  }

  /** The piece that holds the byte at `index`, and where it starts; looked for from the nearer end of the queue. */
  #pieceOf(index: number): { piece: number; start: number } {
    let piece = this.#first;
    let start = -this.#at;
    if (index * 2 < this.length) {
      for (let size = this.#size; index >= start + size; size = this.#pieces[piece]!.length) {
        start += size;
        piece += 1;
      }
      return { piece, start };
    }
    piece = this.#pieces.length;
    start = this.length;
    while (start > index && piece > this.#first) {
      piece -= 1;
      start -= this.#pieces[piece]!.length;
    }
    return { piece, start };
  }

  /** Whether the sequence stands at this place in the piece and, if it is cut there, in those behind it. */
  #standsAt(sequence: Uint8Array, piece: number, at: number): boolean {
    let one = this.#pieces[piece]!;
    for (let i = 0, behind = piece, place = at; i < sequence.length; i += 1, place += 1) {
      while (place >= one.length) {
        place -= one.length;
        behind += 1;
        one = this.#pieces[behind]!;
      }
      if (one[place] !== sequence[i]) return false;
    }
    return true;
  }
}

/** Where the sequence first stands in the piece as a whole; or -1. */
function findWhole(piece: Uint8Array, sequence: Uint8Array, from: number): number {
  const size = sequence.length;
  const last = piece.length - size;
  const first = sequence[0] as number;
  for (let at = from; at <= last; at += 1) {
    // Where one candidate follows another, looking is cheaper than calling.
    if (piece[at] !== first) {
      at = piece.indexOf(first, at);
      if (at < 0 || at > last) return -1;
    }
    let same = 1;
    while (same < size && piece[at + same] === sequence[same]) same += 1;
    if (same === size) return at;
  }
  return -1;
}

/** A plain view: a `Buffer`'s own methods differ, and one kind of array is the fast kind. */
function plain(chunk: Uint8Array): Uint8Array {
  if (chunk.constructor === Uint8Array) return chunk;
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
}

const NONE = new Uint8Array(0);
/** About what a `Uint8Array` takes besides its bytes. */
const SMALL = 128;
const SLAB = 1024;
/** Used-up slots at the front that are not worth a copy of the list. */
const TIDY = 32;
