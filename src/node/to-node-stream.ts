import { Duplex } from 'node:stream';
import { Subscription, takeWhile } from 'rxjs';
import { checkFlow } from '../flow/check-flow.js';
import type { Flow } from '../flow/flow.js';

/**
 * A flow as a Node `Duplex`, half-open both ways: the stream's `end()` is the flow's `shutdown('write')`, and its `end`
 * event the flow's EOF. Backpressure goes both ways; corked writes are one `writev`. Destroying the stream before both
 * directions have ended aborts the flow, and a flow that breaks destroys the stream with its `FlowError`.
 *
 * The flow is the stream's from now on: do not read it or write to it beside. As with any flow, a buffer that was
 * written must not be reused. Throws a `TypeError` for anything but a flow.
 *
 * @example
 * await pipeline(createReadStream('in.txt'), createGzip(), toNodeStream(flow));
 */
export function toNodeStream(flow: Flow): Duplex {
  checkFlow('toNodeStream: flow', flow);
  return new FlowStream(flow);
}

const HIGH_WATER_MARK = 65536;

class FlowStream extends Duplex {
  #reading = Subscription.EMPTY;
  #isReading = false;
  /** Whether the stream has asked for more since the last buffer. */
  #wanted = false;

  constructor(private readonly flow: Flow) {
    super({ readableHighWaterMark: HIGH_WATER_MARK, writableHighWaterMark: HIGH_WATER_MARK });
    flow.closed.subscribe({
      // Until its end a read reports how the flow broke, behind the data that came before.
      error: (error: unknown) => {
        if (this.readableEnded) this.destroy(error as Error);
      },
    });
  }

  override _read(): void {
    this.#wanted = true;
    if (!this.#isReading) this.#readOn();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.flow.write(chunk).subscribe((result) => done(result.ok ? undefined : result.error));
  }

  override _writev(chunks: { readonly chunk: Uint8Array }[], done: (error?: Error) => void): void {
    const buffers = chunks.map(({ chunk }) => chunk);
    this.flow.writev(buffers).subscribe((result) => done(result.ok ? undefined : result.error));
  }

  override _final(done: (error?: Error) => void): void {
    this.flow.shutdown('write').subscribe({ error: done, complete: () => done() });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#reading.unsubscribe();
    const inOrder = error === null && this.readableEnded && this.writableFinished;
    if (!inOrder) this.flow.abort(error ?? undefined);
    done(error);
  }

  /** Reads until the stream has enough, which ends the subscription and loses nothing: the next one goes on from there. */
  #readOn(): void {
    let enough = false;
    this.#isReading = true;
    const isWanted = (buffer: Uint8Array) => {
      this.#wanted = false;
      enough = !this.push(buffer) && !this.#wanted;
      return !enough;
    };
    this.#reading = this.flow.read().pipe(takeWhile(isWanted)).subscribe({
      error: (error: unknown) => this.destroy(error as Error),
      complete: () => {
        this.#isReading = false;
        if (!enough) this.push(null);
      },
    });
  }
}
