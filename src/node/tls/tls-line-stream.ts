/**
 * A flow as the stream under `node:tls`, which holds back what it has to say, its last words too, until it knows that what it
 * wrote before is through, and drops what is held back when it fails. It knows by the next turn of the event loop, and in
 * memory a peer's answer would come earlier: so what comes waits for that turn. A write that is stuck holds up nothing.
 */
import type { Flow } from '../../flow/flow.js';
import { FlowStream } from '../stream/flow-stream.js';

type Done = (error?: Error) => void;

export class TlsLineStream extends FlowStream {
  /** A write is through, and TLS does not know yet. */
  #isReporting = false;
  #waiting: (() => void) | null = null;

  /** Its end is not yet that of TLS, which would be destroyed with it, and all that nobody has read there yet. */
  constructor(flow: Flow) {
    super(flow, { autoDestroy: false });
  }

  override _write(chunk: Uint8Array, encoding: BufferEncoding, done: Done): void {
    super._write(chunk, encoding, (error) => this.#report(done, error));
  }

  override _writev(chunks: { readonly chunk: Uint8Array }[], done: Done): void {
    super._writev(chunks, (error) => this.#report(done, error));
  }

  protected override soon(deliver: () => void): void {
    super.soon(() => {
      if (this.#isReporting) this.#waiting = deliver;
      else deliver();
    });
  }

  /** The stream tells of it in the next tick, and Node's bridge to TLS in the next turn after that: this comes right behind. */
  #report(done: Done, error?: Error): void {
    this.#isReporting = true;
    done(error);
    process.nextTick(() => setImmediate(this.#onReported));
  }

  readonly #onReported = (): void => {
    const deliver = this.#waiting;
    this.#isReporting = false;
    this.#waiting = null;
    deliver?.();
  };
}
