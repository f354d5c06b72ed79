/**
 * Lines out of a byte queue: UTF-8, ended by LF or CRLF. It takes whole lines off the queue and nothing else, so that
 * what is not asked for stays unread; it keeps no bytes of its own.
 *
 * Decoding a line at a time costs more than finding it, so a run of whole lines at the front of the queue is decoded at
 * once and handed out piecemeal. The run doubles while lines are asked for one after another, and starts small where
 * they are not (a protocol that reads a line, then a body), so that what is decoded in vain stays in proportion.
 */
import type { ByteQueue } from './byte-queue.js';
import { decodeUtf8 } from './decode-utf8.js';

export class LineReader {
  readonly #maxBytes: number;
  readonly #tooLarge: (bytes: number) => Error;

  /** Whole lines at the front of the queue, decoded, and how far they have been handed out. */
  #text = '';
  #at = 0;
  /** Whether each character of the text stands for one byte. */
  #isOneToOne = true;
  #run = SHORTEST_RUN;
  /** The queue's position for which all of this holds; elsewhere it is forgotten. */
  #position = 0;
  /** Bytes at the front that are known to hold no LF. */
  #searched = 0;

  /** `tooLarge` makes the error for a line of (at least) so many bytes, its LF or CRLF not counted. */
  constructor(maxBytes: number, tooLarge: (bytes: number) => Error) {
    this.#maxBytes = maxBytes;
    this.#tooLarge = tooLarge;
  }

  /** The next line without its end, or `undefined` until more bytes come. Throws for a line that is too large. */
  next(bytes: ByteQueue): string | undefined {
    if (bytes.position !== this.#position) this.#forget(bytes);
    if (this.#at === this.#text.length && !this.#decodeRun(bytes)) return this.#lone(bytes);
    const text = this.#text;
    const start = this.#at;
    const end = text.indexOf('\n', start);
    const size = this.#isOneToOne ? end - start : bytes.indexOf(LF);
    const cut = end > start && text.charCodeAt(end - 1) === CR ? 1 : 0;
    if (size - cut > this.#maxBytes) throw this.#tooLarge(size - cut);
    bytes.skip(size + 1);
    this.#position = bytes.position;
    this.#at = end + 1;
    return text.slice(start, end - cut);
  }

  /** What is left at EOF, when `next` has nothing more: a line that nothing ends, or `undefined`. */
  last(bytes: ByteQueue): string | undefined {
    const size = bytes.length;
    if (size === 0) return undefined;
    if (size > this.#maxBytes) throw this.#tooLarge(size);
    return decodeUtf8(bytes.take(size));
  }

  #forget(bytes: ByteQueue): void {
    this.#position = bytes.position;
    this.#text = '';
    this.#at = 0;
    this.#run = SHORTEST_RUN;
    this.#searched = 0;
  }

  /** Decodes the whole lines among the next bytes; false if not even one lies there in one piece. */
  #decodeRun(bytes: ByteQueue): boolean {
    this.#text = '';
    this.#at = 0;
    if (this.#searched > 0) return false;
    const front = bytes.front(this.#run);
    const size = front.lastIndexOf(LF) + 1;
    if (size === 0) return false;
    this.#text = decodeUtf8(front.subarray(0, size));
    this.#isOneToOne = this.#text.length === size;
    this.#run = Math.min(this.#run * 2, LONGEST_RUN);
    return true;
  }

  /** A line that is longer than the run, or lies in several chunks. */
  #lone(bytes: ByteQueue): string | undefined {
    const size = bytes.indexOf(LF, this.#searched);
    const end = size < 0 ? bytes.length : size;
    // A CR at the very end may be half of a CRLF.
    const cut = end > 0 && bytes.byteAt(end - 1) === CR ? 1 : 0;
    if (end - cut > this.#maxBytes) throw this.#tooLarge(end - cut);
    this.#searched = size < 0 ? end : 0;
    if (size < 0) return undefined;
    const line = decodeUtf8(bytes.take(end - cut));
    bytes.skip(cut + 1);
    this.#position = bytes.position;
    return line;
  }
}

const LF = 10;
const CR = 13;
const SHORTEST_RUN = 256;
/** A line that somebody keeps keeps its whole run in memory. */
const LONGEST_RUN = 16_384;
