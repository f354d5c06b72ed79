// A Web Serial port as the specification has it: streams that exist while the port is open, a new readable after an error on
// the line, a close() that refuses while a stream is locked, and a device that can be pulled out.

import type { SerialLineOptions, SerialPortLike } from '../../../src/web/serial-flow.js';

export class FakeSerialPort implements SerialPortLike {
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;
  /** What happened, in order. */
  readonly log: string[] = [];
  readonly written: Uint8Array[] = [];
  /** Asked of the device: how many chunks the reader has wanted. */
  pulls = 0;
  refusal: Error | undefined;
  /** Set: the device takes no more until it is called. */
  release: (() => void) | undefined;
  stalls = false;
  #source!: ReadableStreamDefaultController<Uint8Array>;
  #sink!: WritableStreamDefaultController;

  async open(options: SerialLineOptions): Promise<void> {
    if (this.refusal) throw this.refusal;
    if (this.readable) throw new DOMException('already open', 'InvalidStateError');
    this.log.push(`open ${JSON.stringify(options)}`);
    this.#newReadable();
    this.#newWritable();
  }

  async close(): Promise<void> {
    if (this.readable?.locked || this.writable?.locked) throw new TypeError('a stream is locked');
    this.log.push('close');
    this.readable = null;
    this.writable = null;
  }

  // ── what the device does ───────────────────────────────────────────────────────────────────────────────────────

  send(bytes: Uint8Array): void {
    this.#source.enqueue(bytes);
  }

  /** An error on the line: the stream fails, and there is another one. */
  lineError(name: string): void {
    const failed = this.#source;
    this.#newReadable();
    failed.error(new DOMException('on the line', name));
  }

  unplug(): void {
    const gone = new DOMException('The device has been lost.', 'NetworkError');
    this.readable = null;
    this.writable = null;
    this.#source.error(gone);
    this.#sink.error(gone);
    this.release?.();
  }

  #newReadable(): void {
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#source = controller;
        },
        pull: () => {
          this.pulls += 1;
        },
        cancel: () => {
          this.log.push('cancel');
        },
      },
      { highWaterMark: 0 },
    );
  }

  #newWritable(): void {
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#sink = controller;
        controller.signal.addEventListener('abort', () => this.release?.());
      },
      write: async (chunk) => {
        if (this.stalls) {
          await new Promise<void>((resolve) => {
            this.release = resolve;
          });
        }
        this.written.push(chunk);
      },
      close: () => {
        this.log.push('close writable');
      },
      abort: () => {
        this.log.push('abort writable');
      },
    });
  }
}
