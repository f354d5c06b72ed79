import type { ByteQueue } from '../flow/byte-queue.js';
import { checkWhole } from '../flow/check-whole.js';
import { FlowError } from '../flow/flow-error.js';
import type { Codec } from './codec.js';
import { checkFrame, frameLimit, tooLarge, type FrameLimit } from './frame-limit.js';

/**
 * Frames of `frameBytes` bytes each, with nothing in between. Items are views of the chunk they came in, or copied once
 * where they span chunks. An item of another size cannot be encoded (`protocol`). Throws a `FlowError` `too-large`
 * where `frameBytes` is more than `maxFrameBytes`.
 *
 * @example
 * framed(flow, fixedCodec({ frameBytes: 188 })) // MPEG transport stream packets
 */
export function fixedCodec(options: { readonly frameBytes: number } & FrameLimit): Codec<Uint8Array> {
  const maxFrameBytes = frameLimit('fixed', options);
  const { frameBytes } = options;
  checkWhole('fixed: frameBytes', frameBytes);
  if (frameBytes > maxFrameBytes) throw tooLarge('fixed', frameBytes, maxFrameBytes, 'exactly');
  const decoder = {
    decode: (bytes: ByteQueue) => (bytes.length < frameBytes ? undefined : bytes.take(frameBytes)),
  };
  return {
    name: 'fixed',
    encode(item) {
      checkFrame('fixed', item, maxFrameBytes);
      if (item.length === frameBytes) return [item];
      throw new FlowError('protocol', `fixed: an item must have ${frameBytes} bytes, not ${item.length}`);
    },
    decoder: () => decoder,
  };
}
