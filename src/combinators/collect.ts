import type { OperatorFunction, Subscriber } from 'rxjs';
import { byteOperator, type ByteStage } from '../flow/byte-operator.js';
import { ByteQueue } from '../flow/byte-queue.js';
import { checkOptions } from '../flow/check-options.js';
import { checkWhole } from '../flow/check-whole.js';
import { FlowError } from '../flow/flow-error.js';

/**
 * All bytes in one `Uint8Array`, emitted once, when the source completes (empty if nothing came). Without `maxBytes` it
 * takes what comes; with it, one byte more errors with `too-large`.
 *
 * @example
 * flow.read().pipe(collect({ maxBytes: 2 ** 20 })).subscribe((body) => verify(body))
 */
export function collect(options: { readonly maxBytes?: number } = {}): OperatorFunction<Uint8Array, Uint8Array> {
  checkOptions('collect', options);
  const { maxBytes = Infinity } = options;
  if (maxBytes !== Infinity) checkWhole('collect: maxBytes', maxBytes, 0);
  return byteOperator('collect', () => new Collection(maxBytes));
}

class Collection implements ByteStage<Uint8Array> {
  readonly #bytes = new ByteQueue();

  constructor(private readonly maxBytes: number) {}

  onBytes(chunk: Uint8Array): void {
    if (this.#bytes.length + chunk.length > this.maxBytes) {
      throw new FlowError('too-large', `collect: more bytes came than maxBytes ${this.maxBytes}`);
    }
    this.#bytes.push(chunk);
  }

  onEnd(output: Subscriber<Uint8Array>): void {
    output.next(this.#bytes.take(this.#bytes.length));
  }
}
