import type { ByteQueue } from '../flow/byte-queue.js';
import { FlowError } from '../flow/flow-error.js';
import type { Decoder } from './codec.js';

/**
 * A stream's last items, at its end, when `decode` has found no more: calls `emit` for each, as long as it answers
 * `true`. Throws `truncated` if an unfinished frame is left, whose bytes stay.
 */
export function finishDecoding<T>(where: string, decoder: Decoder<T>, bytes: ByteQueue, emit: (item: T) => boolean): void {
  if (decoder.finish !== undefined) {
    for (let item = decoder.finish(bytes); item !== undefined; item = decoder.finish(bytes)) if (!emit(item)) return;
  }
  if (bytes.length === 0) return;
  throw new FlowError('truncated', `${where}: the stream ended ${bytes.length} bytes into a frame`);
}
