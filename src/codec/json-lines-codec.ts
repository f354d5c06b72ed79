import type { ByteQueue } from '../flow/byte-queue.js';
import { describe } from '../flow/describe.js';
import { FlowError, type FlowErrorCode } from '../flow/flow-error.js';
import { LineReader } from '../flow/line-reader.js';
import { utf8 } from '../flow/utf8.js';
import type { Codec, Decoder } from './codec.js';
import { frameLimit, tooLarge, type FrameLimit } from './frame-limit.js';
import { putBack } from './put-back.js';

/**
 * One JSON value a line (NDJSON, JSON Lines): read with LF or CRLF, written with LF. Blank lines, and a byte order mark
 * in front of the first one, are skipped; a last line that nothing ends is read. A line that is no JSON errors with
 * `protocol`, or `truncated` if nothing ends it, which names the line by its number and never by its text. What
 * `JSON.stringify` has no text for (`undefined`, a function, a cycle, a `bigint`) cannot be encoded. Items are not
 * checked: `T` is the caller's word.
 *
 * @example
 * framed(flow, jsonLinesCodec<{ id: number }>())
 */
export function jsonLinesCodec<T = unknown>(options: FrameLimit = {}): Codec<T> {
  const maxFrameBytes = frameLimit(NAME, options);
  return {
    name: NAME,
    encode(item) {
      const json = JSON.stringify(item) as string | undefined;
      if (json === undefined) throw new TypeError(`${NAME}: there is no JSON for ${describe(item)}`);
      const bytes = utf8(`${json}\n`);
      if (bytes.length - 1 > maxFrameBytes) throw tooLarge(NAME, bytes.length - 1, maxFrameBytes, 'exactly');
      return [bytes];
    },
    decoder: () => new JsonLinesDecoder<T>(maxFrameBytes),
  };
}

const NAME = 'json-lines';
const BYTE_ORDER_MARK = '\uFEFF';
const LF = 10;

/** A line leaves the queue as text, from one piece of bytes: if it is no JSON, those bytes go back. */
class JsonLinesDecoder<T> implements Decoder<T> {
  readonly #lines: LineReader;
  #count = 0;
  /** Where in the stream the search for the end of a line that lies in several pieces goes on. */
  #searched = 0;

  constructor(maxFrameBytes: number) {
    this.#lines = new LineReader(maxFrameBytes, (bytes) => tooLarge(NAME, bytes, maxFrameBytes, 'at least'));
  }

  decode(bytes: ByteQueue): T | undefined {
    for (;;) {
      this.#joinLine(bytes);
      const piece = bytes.front(bytes.length);
      const { length } = bytes;
      const line = this.#lines.next(bytes);
      if (line === undefined) return undefined;
      const value = this.#valueOf(line, 'protocol', 'is not JSON', () => putBack(bytes, piece.subarray(0, length - bytes.length)));
      if (value !== undefined) return value;
    }
  }

  finish(bytes: ByteQueue): T | undefined {
    putBack(bytes, bytes.take(bytes.length));
    const piece = bytes.front(bytes.length);
    const line = this.#lines.last(bytes);
    if (line === undefined) return undefined;
    return this.#valueOf(line, 'truncated', 'has no end, and is not JSON so far', () => putBack(bytes, piece));
  }

  /** `undefined` for a blank line. */
  #valueOf(line: string, code: FlowErrorCode, fault: string, giveBack: () => void): T | undefined {
    this.#count += 1;
    const text = this.#count === 1 && line.startsWith(BYTE_ORDER_MARK) ? line.slice(1) : line;
    if (text.trim() === '') return undefined;
    try {
      return JSON.parse(text) as T;
    } catch {
      giveBack();
      // The parser's own message quotes the text, which has no place in an error.
      throw new FlowError(code, `${NAME}: line ${this.#count} ${fault}`);
    }
  }

  #joinLine(bytes: ByteQueue): void {
    const piece = bytes.front(bytes.length);
    if (piece.length === bytes.length) return;
    const end = bytes.indexOf(LF, Math.max(0, this.#searched - bytes.position));
    if (end < 0) this.#searched = bytes.position + bytes.length;
    else if (end >= piece.length) putBack(bytes, bytes.take(end + 1));
  }
}
