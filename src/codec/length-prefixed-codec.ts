import type { ByteQueue } from '../flow/byte-queue.js';
import { describe } from '../flow/describe.js';
import { FlowError } from '../flow/flow-error.js';
import type { Codec, Decoder } from './codec.js';
import { checkFrame, frameLimit, tooLarge, type FrameLimit } from './frame-limit.js';
import { FixedPrefix, VarintPrefix, type LengthPrefix } from './length-prefix.js';

/** How `lengthPrefixedCodec` writes the length of a frame, and how long a frame may be. */
export interface LengthPrefixedOptions extends FrameLimit {
  /** The prefix: an unsigned number of so many bytes, or an unsigned LEB128 varint. */
  readonly lengthBytes: 1 | 2 | 4 | 'varint';
  /** The byte order of the number; a varint has but one (default big-endian). */
  readonly littleEndian?: boolean;
}

/**
 * Each frame after its length. Items are views of the chunk they came in, or copied once where they span chunks; a
 * length beyond the limit errors with `too-large` before the frame has come.
 *
 * @example
 * framed(flow, lengthPrefixedCodec({ lengthBytes: 4, maxFrameBytes: 65536 }))
 */
export function lengthPrefixedCodec(options: LengthPrefixedOptions): Codec<Uint8Array> {
  const maxFrameBytes = frameLimit(NAME, options);
  const prefix = prefixOf(options);
  const { most } = prefix;
  return {
    name: NAME,
    encode(item) {
      checkFrame(NAME, item, maxFrameBytes);
      if (item.length <= most) return [prefix.encode(item.length), item];
      throw new FlowError('too-large', `${NAME}: frame of ${item.length} bytes: its prefix can say at most ${most}`);
    },
    decoder: () => new LengthPrefixedDecoder(prefix, maxFrameBytes),
  };
}

const NAME = 'length-prefixed';

function prefixOf({ lengthBytes, littleEndian = false }: LengthPrefixedOptions): LengthPrefix {
  if (typeof littleEndian !== 'boolean') throw new TypeError(`${NAME}: littleEndian must be a boolean, not ${describe(littleEndian)}`);
  if (lengthBytes === 'varint') return new VarintPrefix();
  if (lengthBytes === 1 || lengthBytes === 2 || lengthBytes === 4) return new FixedPrefix(lengthBytes, littleEndian);
  throw new TypeError(`${NAME}: lengthBytes must be 1, 2, 4 or 'varint', not ${describe(lengthBytes)}`);
}

class LengthPrefixedDecoder implements Decoder<Uint8Array> {
  constructor(
    private readonly prefix: LengthPrefix,
    private readonly maxFrameBytes: number,
  ) {}

  decode(bytes: ByteQueue): Uint8Array | undefined {
    const { prefix, maxFrameBytes } = this;
    const start = prefix.parse(bytes);
    const size = prefix.found;
    if (size > maxFrameBytes) throw tooLarge(NAME, size, maxFrameBytes, start === 0 ? 'at least' : 'exactly');
    if (start === 0 || bytes.length < start + size) return undefined;
    bytes.skip(start);
    return bytes.take(size);
  }
}
