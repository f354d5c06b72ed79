import type { OperatorFunction, Subscriber } from 'rxjs';
import { byteOperator, type ByteStage } from '../flow/byte-operator.js';
import { ByteQueue } from '../flow/byte-queue.js';
import { checkCodec } from './check-codec.js';
import type { Codec, Decoder } from './codec.js';
import { finishDecoding } from './finish-decoding.js';

/**
 * A codec as an operator on any Observable of buffers: emits each item within the call that brought its last byte, and
 * completes when the source has, after what the end of the stream makes an item. Errors as the source does, with the
 * codec's own errors, and with `truncated` when the source completes inside a frame. Bytes and items that are there
 * when it is unsubscribed are dropped; `framed` keeps them.
 *
 * @example
 * flow.read().pipe(decodeWith(jsonLinesCodec()), drainMap((event) => store(event)))
 */
export function decodeWith<T>(codec: Codec<T>): OperatorFunction<Uint8Array, T> {
  checkCodec('decodeWith: codec', codec);
  return byteOperator(codec.name, () => new Decoding(codec.name, codec.decoder()));
}

class Decoding<T> implements ByteStage<T> {
  readonly #bytes = new ByteQueue();

  constructor(
    private readonly name: string,
    private readonly decoder: Decoder<T>,
  ) {}

  onBytes(chunk: Uint8Array, output: Subscriber<T>): void {
    this.#bytes.push(chunk);
    while (!output.closed) {
      const item = this.decoder.decode(this.#bytes);
      if (item === undefined) return;
      output.next(item);
    }
  }

  onEnd(output: Subscriber<T>): void {
    finishDecoding(this.name, this.decoder, this.#bytes, (item) => {
      output.next(item);
      return !output.closed;
    });
  }
}
