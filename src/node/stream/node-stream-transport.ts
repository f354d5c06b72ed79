/**
 * A Node `Duplex`, or a `Readable` and a `Writable`, as a transport. Reading follows demand by `resume` and `pause`;
 * what is written in one tick leaves in one batch. It queues nothing: what does not leave at once waits in the engine.
 */
import { finished, type Duplex, type Readable, type Writable } from 'node:stream';
import { FlowError } from '../../flow/flow-error.js';
import type { FlowLink, Transport } from '../../flow/transport.js';
import { systemFlowError } from '../system-error.js';
import { mergeSmall } from './merge-small.js';

/** A protocol that goes past the stream it was handed: what the stream cannot tell by itself. */
export interface Taker {
  /** Once the stream is gone: whether in order. */
  hasEnded(): boolean;
  /** Whether the system is being told of an end that the stream knows nothing of. */
  isEnding(): boolean;
}

export class NodeStreamTransport implements Transport {
  readonly highWaterMark: number = 65536;
  protected link!: FlowLink;
  protected state: 'fresh' | 'used' | 'taken' = 'fresh';
  protected taker: Taker | undefined;

  constructor(
    readonly name: string,
    protected readonly readable: Readable,
    protected readonly writable: Writable,
  ) {}

  open(link: FlowLink): void {
    this.link = link;
    const { readable, writable } = this;
    // It stays for good: an error that comes after the end is nobody's, but must not be uncaught.
    readable.on('error', this.#onError);
    readable.on('close', this.#onClosed);
    if (!this.#isDuplex) this.#watchWritable();
    readable.pause();
    readable.on('data', this.#onData);
    readable.on('end', this.#onEnd);
    writable.on('finish', this.#onFinish);
    writable.on('drain', this.#onReady);
    this.#catchUp();
  }

  pull(): void {
    if (this.state === 'taken') return;
    this.state = 'used';
    this.readable.resume();
  }

  /** The first write of a tick leaves at once; what follows in the same tick waits in the engine and leaves together. */
  write(buffer: Uint8Array): boolean {
    this.state = 'used';
    if (!this.#takesMore()) return false;
    if (this.writable.write(buffer)) process.nextTick(this.#onReady);
    return false;
  }

  writev(buffers: Uint8Array[]): boolean {
    this.state = 'used';
    if (!this.#takesMore()) return false;
    const { writable } = this;
    let room = true;
    writable.cork();
    for (const piece of mergeSmall(buffers)) room = writable.write(piece);
    writable.uncork();
    if (room) process.nextTick(this.#onReady);
    return false;
  }

  end(): void {
    this.state = 'used';
    this.writable.end();
  }

  abort(error: FlowError): void {
    this.readable.destroy(error);
    if (!this.#isDuplex) this.writable.destroy(error);
  }

  free(done: () => void): void {
    // Both directions have ended, though the stream may not have: somebody at a terminal need not end what he types.
    this.readable.off('close', this.#onClosed);
    finished(this.readable, () => done());
    this.readable.destroy();
    if (!this.#isDuplex) this.writable.destroy();
  }

  /**
   * Hands the stream over to a protocol that Node itself runs on one; `null` once anything was read or written. What is
   * left of the flow is its lifetime: it closes, breaks and aborts with the stream. `taker` is for one whose bytes go past
   * the stream itself.
   */
  take(taker?: Taker): Duplex | null {
    const { readable, writable } = this;
    if (this.state !== 'fresh' || !this.#isDuplex || readable.destroyed || !writable.writable) return null;
    this.state = 'taken';
    this.taker = taker;
    readable.off('data', this.#onData).off('end', this.#onEnd);
    writable.off('finish', this.#onFinish).off('drain', this.#onReady);
    this.link.refuse(new FlowError('closed', `${this.name}: write after the stream was handed over`));
    return readable as unknown as Duplex;
  }

  /** Whether both directions have come to their ends. */
  protected get hasEnded(): boolean {
    if (this.taker !== undefined) return this.taker.hasEnded();
    return this.readable.readableEnded && (this.writable.writableFinished || !this.#isDuplex);
  }

  /** What an error that the stream reports means. */
  protected errorOf(error: unknown): FlowError {
    return systemFlowError(this.name, error);
  }

  /** The stream's end has been read. */
  protected onEnd(): void {
    this.link.end();
  }

  /** A writable of its own has failed. What it had been given may be lost, though it was accepted: so the flow is broken. */
  protected onWritableError(error: FlowError): void {
    this.link.fail(error);
  }

  /** What came is more than anybody wants now. */
  protected pause(): void {
    this.readable.pause();
  }

  readonly #onData = (chunk: unknown): void => {
    if (!this.#push(chunk)) this.pause();
  };

  readonly #onEnd = (): void => this.onEnd();

  readonly #onError = (error: unknown): void => this.#fail(this.errorOf(error));

  readonly #onReady = (): void => this.link.ready();

  /** All that was written before the end has left, whoever ended it. If `end()` did, nothing is left to refuse. */
  readonly #onFinish = (): void => {
    this.link.ready();
    this.#refuse();
  };

  /** The stream is gone: in order, or somebody else destroyed it. */
  readonly #onClosed = (): void => {
    if (!this.hasEnded) this.#fail(new FlowError('truncated', `${this.name}: the stream was destroyed before its end`));
    else if (this.state === 'taken') this.link.end();
  };

  #push(chunk: unknown): boolean {
    const buffer = typeof chunk === 'string' ? Buffer.from(chunk, this.readable.readableEncoding ?? 'utf8') : chunk;
    return this.link.push(buffer as Uint8Array);
  }

  /** What had come before, and nobody wanted yet, is still in the stream: it goes first. */
  #fail(error: FlowError): void {
    try {
      if (this.state !== 'taken') this.#takeRest();
    } catch {
      // It does not give it, which is no worse than what has broken it.
    }
    this.link.fail(error);
  }

  /** No more than is there: a stream that has told an error, and lives, would read on for ever. */
  #takeRest(): void {
    const { readable } = this;
    // Or some would come twice: `read()` emits what it returns, unless the stream has been closed or has failed.
    readable.off('data', this.#onData);
    for (let left = readable.readableLength; left > 0; ) {
      const chunk = readable.read() as Buffer | string | null;
      if (chunk === null) return;
      this.#push(chunk);
      left -= chunk.length;
    }
  }

  /** One that somebody else has ended is given nothing more. */
  #takesMore(): boolean {
    if (!this.writable.writableEnded) return true;
    this.#refuse();
    return false;
  }

  #refuse(): void {
    this.link.refuse(new FlowError('closed', `${this.name}: write after the stream was ended`));
  }

  #watchWritable(): void {
    this.writable.on('error', (error: unknown) => this.onWritableError(this.errorOf(error)));
    this.writable.on('close', () => this.#refuse());
  }

  /** What had happened to the streams before they came here, and is told by no event any more. */
  #catchUp(): void {
    const { readable, writable } = this;
    const error = readable.errored ?? writable.errored;
    if (error !== null && error !== undefined) this.#onError(error);
    else if (readable.closed || readable.destroyed) this.#onClosed();
    if (readable.readableEnded) this.onEnd();
    if (writable.writableFinished) this.#onFinish();
  }

  get #isDuplex(): boolean {
    return (this.readable as unknown) === this.writable;
  }
}
