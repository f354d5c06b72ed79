/**
 * A Node `Duplex`, or a `Readable` and a `Writable`, as a transport. Reading follows demand by `resume` and `pause`;
 * what is written in one tick leaves in one batch. It queues nothing: what does not leave at once waits in the engine.
 */
import { finished, type Readable, type Writable } from 'node:stream';
import { FlowError } from '../flow/flow-error.js';
import type { FlowLink, Transport } from '../flow/transport.js';
import { mergeSmall } from './merge-small.js';
import { systemFlowError } from './system-error.js';

export class NodeStreamTransport implements Transport {
  readonly highWaterMark: number = 65536;
  protected link!: FlowLink;

  constructor(
    readonly name: string,
    protected readonly readable: Readable,
    protected readonly writable: Writable,
  ) {}

  open(link: FlowLink): void {
    this.link = link;
    const { readable, writable } = this;
    const fail = (error: unknown) => link.fail(systemFlowError(this.name, error));
    // These listeners stay for good: an error that comes after the end is nobody's, but must not be uncaught.
    readable.on('error', fail);
    if (!this.#isDuplex) this.#watchWritable(link);
    readable.pause();
    readable.on('data', (chunk: unknown) => this.#onData(chunk));
    readable.on('end', () => link.end());
    readable.on('close', () => this.onClosed());
    writable.on('finish', () => this.#onFinish());
    writable.on('drain', this.#ready);
    this.#catchUp(fail);
  }

  pull(): void {
    this.readable.resume();
  }

  /** The first write of a tick leaves at once; what follows in the same tick waits in the engine and leaves together. */
  write(buffer: Uint8Array): boolean {
    if (this.writable.write(buffer)) process.nextTick(this.#ready);
    return false;
  }

  writev(buffers: Uint8Array[]): boolean {
    const { writable } = this;
    let room = true;
    writable.cork();
    for (const piece of mergeSmall(buffers)) room = writable.write(piece);
    writable.uncork();
    if (room) process.nextTick(this.#ready);
    return false;
  }

  end(): void {
    this.writable.end();
  }

  abort(error: FlowError): void {
    this.readable.destroy(error);
    if (!this.#isDuplex) this.writable.destroy(error);
  }

  free(done: () => void): void {
    finished(this.readable, () => done());
    this.readable.destroy();
    if (!this.#isDuplex) this.writable.destroy();
  }

  /** The stream is gone: in order, or somebody else destroyed it. */
  protected onClosed(): void {
    const { readable, writable } = this;
    if (readable.readableEnded && (writable.writableFinished || !this.#isDuplex)) return;
    this.link.fail(new FlowError('truncated', `${this.name}: the stream was destroyed before its end`));
  }

  readonly #ready = (): void => this.link.ready();

  get #isDuplex(): boolean {
    return (this.readable as unknown) === this.writable;
  }

  /** A writable of its own may break alone: the other direction goes on. */
  #watchWritable(link: FlowLink): void {
    this.writable.on('error', (error: unknown) => link.refuse(systemFlowError(this.name, error)));
    this.writable.on('close', () => this.#onFinish());
  }

  #onData(chunk: unknown): void {
    const buffer = typeof chunk === 'string' ? Buffer.from(chunk, this.readable.readableEncoding ?? 'utf8') : chunk;
    if (!this.link.push(buffer as Uint8Array)) this.readable.pause();
  }

  /** Whoever ended the write side: after `end()` there is nothing left to refuse. */
  #onFinish(): void {
    this.link.refuse(new FlowError('closed', `${this.name}: write after the stream was ended`));
  }

  /** What had happened to the streams before they came here, and is told by no event any more. */
  #catchUp(fail: (error: unknown) => void): void {
    const { readable, writable } = this;
    const error = readable.errored ?? writable.errored;
    if (error !== null && error !== undefined) fail(error);
    else if (readable.closed || readable.destroyed) this.onClosed();
    if (readable.readableEnded) this.link.end();
    if (writable.writableFinished) this.#onFinish();
  }
}
