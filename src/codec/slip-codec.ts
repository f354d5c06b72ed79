import type { ByteQueue } from '../flow/byte-queue.js';
import { FlowError } from '../flow/flow-error.js';
import type { Codec, Decoder } from './codec.js';
import { checkFrame, frameLimit, tooLarge, type FrameLimit } from './frame-limit.js';

/**
 * SLIP, RFC 1055: frames with an END on both sides, and escapes for END and ESC inside. Frames without any byte are no
 * items: they are skipped, and cannot be encoded (`protocol`). An ESC that escapes nothing errors with `protocol`,
 * where the RFC's own example would pass it on: on a reliable flow it is no line noise. Items without escapes are views
 * of the chunk they came in. Until a frame is whole it is held as it came, up to twice `maxFrameBytes` if every byte is
 * escaped.
 *
 * @example
 * framed(serialFlow(port, { baudRate: 115_200 }), slipCodec())
 */
export function slipCodec(options: FrameLimit = {}): Codec<Uint8Array> {
  const maxFrameBytes = frameLimit(NAME, options);
  return {
    name: NAME,
    encode(item) {
      checkFrame(NAME, item, maxFrameBytes);
      if (item.length === 0) throw new FlowError('protocol', `${NAME}: an item must have at least 1 byte`);
      return [escaped(item)];
    },
    decoder: () => new SlipDecoder(maxFrameBytes),
  };
}

const NAME = 'slip';
const END = 0xc0;
const ESC = 0xdb;
const ESC_END = 0xdc;
const ESC_ESC = 0xdd;

class SlipDecoder implements Decoder<Uint8Array> {
  readonly #maxFrameBytes: number;
  /** So many bytes at the front hold no END but the first, as long as the queue stands at this position. */
  #searched = 0;
  #position = 0;
  /** So many escapes of the frame at the front have been looked at. */
  #escapes = 0;
  /** Up to here in the stream there is no ESC that has not been looked at. */
  #lookedAt = 0;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  decode(bytes: ByteQueue): Uint8Array | undefined {
    const start = this.#start(bytes);
    const end = bytes.indexOf(END, Math.max(start, this.#searched));
    this.#check(bytes, start, end < 0 ? bytes.length : end);
    this.#searched = bytes.length;
    if (end < 0) return undefined;
    bytes.skip(start);
    const frame = bytes.take(end - start);
    bytes.skip(1);
    return unescaped(frame);
  }

  /** An END that opened a frame of which nothing came is no unfinished frame. */
  finish(bytes: ByteQueue): undefined {
    if (bytes.length === 1 && bytes.byteAt(0) === END) bytes.skip(1);
  }

  /** Where the frame at the front starts: behind an END, if there is one. Of several all but the last are dropped. */
  #start(bytes: ByteQueue): 0 | 1 {
    while (bytes.length > 1 && bytes.byteAt(0) === END && bytes.byteAt(1) === END) bytes.skip(1);
    if (bytes.position !== this.#position) {
      this.#position = bytes.position;
      this.#searched = 0;
      this.#escapes = 0;
    }
    return bytes.length > 0 && bytes.byteAt(0) === END ? 1 : 0;
  }

  /** What has come of a frame, before anything is taken: what is none stays in the queue. */
  #check(bytes: ByteQueue, start: number, end: number): void {
    for (let at = this.#nextEscape(bytes, start); at < end && at + 1 < bytes.length; at = this.#nextEscape(bytes, at + 2)) {
      const code = bytes.byteAt(at + 1);
      if (code !== ESC_END && code !== ESC_ESC) {
        // What is wrong first in the stream counts, so that it does not depend on where chunks end.
        this.#checkSize(at + 1 - start - this.#escapes);
        throw new FlowError('protocol', `${NAME}: an ESC is followed by neither ESC_END nor ESC_ESC`);
      }
      this.#escapes += 1;
    }
    this.#checkSize(end - start - this.#escapes);
  }

  #checkSize(size: number): void {
    if (size > this.#maxFrameBytes) throw tooLarge(NAME, size, this.#maxFrameBytes, 'at least');
  }

  /** The first ESC at or after `from` that has not been looked at, or the end of the queue; no byte is searched twice. */
  #nextEscape(bytes: ByteQueue, from: number): number {
    const unseen = Math.max(from, this.#lookedAt - bytes.position);
    const found = bytes.indexOf(ESC, unseen);
    const at = found < 0 ? Math.max(unseen, bytes.length) : found;
    this.#lookedAt = bytes.position + at;
    return at;
  }
}

function escaped(item: Uint8Array): Uint8Array {
  let specials = 0;
  for (const byte of item) if (byte === END || byte === ESC) specials += 1;
  const bytes = new Uint8Array(item.length + specials + 2);
  bytes[0] = END;
  let at = 1;
  for (const byte of item) {
    if (byte === END || byte === ESC) {
      bytes[at++] = ESC;
      bytes[at++] = byte === END ? ESC_END : ESC_ESC;
    } else {
      bytes[at++] = byte;
    }
  }
  bytes[at] = END;
  return bytes;
}

/** A frame whose escapes have been looked at. */
function unescaped(frame: Uint8Array): Uint8Array {
  const first = frame.indexOf(ESC);
  if (first < 0) return frame;
  const item = new Uint8Array(frame.length);
  item.set(frame.subarray(0, first));
  let size = first;
  for (let at = first; at < frame.length; at += 1, size += 1) {
    if (frame[at] !== ESC) {
      item[size] = frame[at] as number;
      continue;
    }
    at += 1;
    item[size] = frame[at] === ESC_END ? END : ESC;
  }
  return item.subarray(0, size);
}
