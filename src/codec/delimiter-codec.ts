import { ByteQueue } from '../flow/byte-queue.js';
import { describe } from '../flow/describe.js';
import { FlowError } from '../flow/flow-error.js';
import { isBytes } from '../flow/is-bytes.js';
import { utf8 } from '../flow/utf8.js';
import type { Codec } from './codec.js';
import { DelimitedReader } from './delimited-reader.js';
import { checkFrame, frameLimit, tooLarge, type FrameLimit } from './frame-limit.js';

/** What the frames of `delimiterCodec` end with, and how long they may be. */
export interface DelimiterOptions extends FrameLimit {
  /** What ends a frame: a text (its UTF-8 bytes), bytes, or one byte as a number; not empty. */
  readonly delimiter: string | Uint8Array | number;
}

/**
 * Frames that each end with a delimiter of one byte or more. Items come without it, as views of the chunk they came in,
 * or copied once where they span chunks; empty ones too. An item that holds the delimiter cannot be encoded
 * (`protocol`); a frame without delimiter at the end of the stream is `truncated`.
 *
 * @example
 * framed(flow, delimiterCodec({ delimiter: '\0' }))
 */
export function delimiterCodec(options: DelimiterOptions): Codec<Uint8Array> {
  const maxFrameBytes = frameLimit(NAME, options);
  const delimiter = delimiterBytes(options.delimiter);
  const oversize = (bytes: number) => tooLarge(NAME, bytes, maxFrameBytes, 'at least');
  return {
    name: NAME,
    encode(item) {
      checkFrame(NAME, item, maxFrameBytes);
      if (!endsFirstAt(item, delimiter)) throw new FlowError('protocol', `${NAME}: an item must not hold the delimiter`);
      return [item, delimiter.slice()]; // each frame's own: a transport may hand memory over
    },
    decoder: () => {
      const reader = new DelimitedReader(delimiter, maxFrameBytes, oversize);
      return { decode: (bytes) => reader.next(bytes) };
    },
  };
}

const NAME = 'delimiter';

function delimiterBytes(delimiter: string | Uint8Array | number): Uint8Array {
  if (typeof delimiter === 'string' && delimiter !== '') return utf8(delimiter);
  if (isBytes(delimiter) && delimiter.length > 0) return delimiter.slice();
  if (typeof delimiter === 'number' && Number.isInteger(delimiter) && delimiter >= 0 && delimiter < 256) {
    return Uint8Array.of(delimiter);
  }
  const came = delimiter === '' || isBytes(delimiter) ? 'nothing' : describe(delimiter);
  throw new TypeError(`${NAME}: delimiter must be text, bytes or a byte, not ${came}`);
}

/** Whether a reader that meets the item and its delimiter finds that delimiter and not an earlier one. */
function endsFirstAt(item: Uint8Array, delimiter: Uint8Array): boolean {
  const bytes = new ByteQueue();
  bytes.push(item);
  bytes.push(delimiter);
  return bytes.indexOfSequence(delimiter) === item.length;
}
