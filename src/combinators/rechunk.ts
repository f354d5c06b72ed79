import type { OperatorFunction, Subscriber } from 'rxjs';
import { byteOperator, type ByteStage } from '../flow/byte-operator.js';
import { ByteQueue } from '../flow/byte-queue.js';
import { checkWhole } from '../flow/check-whole.js';

/**
 * Cuts a byte stream into pieces of exactly `size` bytes; the last one, when the source completes, may be shorter. A
 * piece that lies inside one chunk is a view of it, others are copied once. Bytes short of a piece are dropped if the
 * source errors.
 *
 * @example
 * flow.read().pipe(rechunk(512)) // sectors
 */
export function rechunk(size: number): OperatorFunction<Uint8Array, Uint8Array> {
  checkWhole('rechunk: size', size);
  return byteOperator('rechunk', () => new Cutter(size));
}

class Cutter implements ByteStage<Uint8Array> {
  readonly #bytes = new ByteQueue();

  constructor(private readonly size: number) {}

  onBytes(chunk: Uint8Array, output: Subscriber<Uint8Array>): void {
    this.#bytes.push(chunk);
    while (this.#bytes.length >= this.size && !output.closed) output.next(this.#bytes.take(this.size));
  }

  onEnd(output: Subscriber<Uint8Array>): void {
    if (this.#bytes.length > 0) output.next(this.#bytes.take(this.#bytes.length));
  }
}
