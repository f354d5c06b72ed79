/**
 * A flow as the stream under a protocol of Node's own, which writes a batch as a great many small buffers, corked, and
 * waits until all are through before it writes the next. Node's `Writable` would handle each of them; here a batch is
 * one write. It takes bytes only, and its writer does the waiting: `write` always says that there is room.
 */
import { FlowStream } from './flow-stream.js';
import { mergeSmall } from './merge-small.js';

type Done = (error?: Error | null) => void;

export class BatchingStream extends FlowStream {
  #corks = 0;
  #buffers: Uint8Array[] = [];
  #callbacks: Done[] = [];
  /** Batches that are not through. */
  #pending = 0;

  /** Whether the flow has not taken yet all that was written. */
  get isWriting(): boolean {
    return this.#pending > 0;
  }

  override cork(): void {
    this.#corks += 1;
  }

  override uncork(): void {
    this.#corks -= 1;
    if (this.#corks === 0) this.#send();
  }

  override write(buffer: Uint8Array, encodingOrDone?: BufferEncoding | Done, done?: Done): boolean {
    this.#buffers.push(buffer);
    const callback = typeof encodingOrDone === 'function' ? encodingOrDone : done;
    if (callback !== undefined) this.#callbacks.push(callback);
    if (this.#corks === 0) this.#send();
    return true;
  }

  /** Node ends a write in a turn of the event loop after its callback, and on hearing of an error writes once more. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    super._destroy(error, (failure) => setImmediate(() => done(failure)));
  }

  #send(): void {
    const callbacks = this.#callbacks;
    const pieces = mergeSmall(this.#buffers);
    this.#buffers = [];
    this.#callbacks = [];
    const [only] = pieces;
    const sent = pieces.length === 1 && only !== undefined ? this.flow.write(only) : this.flow.writev(pieces);
    this.#pending += 1;
    sent.subscribe((result) => {
      this.#pending -= 1;
      const error = result.ok ? null : result.error;
      for (const callback of callbacks) callback(error);
      // Its writer looks at the stream, and not at what its callbacks are told.
      if (error !== null) this.fail(error);
    });
  }
}
