/**
 * A flow over a pair of web streams: a TransformStream, a WebSocketStream's connection, a WebTransport stream, Node's
 * `Duplex.toWeb`. It queues nothing: one `read()` is in flight at most, and only once bytes are wanted.
 * Source: WHATWG Streams Standard.
 */
import { checkOptions } from '../flow/check-options.js';
import { checkWhole } from '../flow/check-whole.js';
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { FlowError } from '../flow/flow-error.js';
import { makeFlow } from '../flow/make-flow.js';
import type { FlowLink, Transport } from '../flow/transport.js';
import { chunkBytes, describeChunk } from '../protocol/chunk-bytes.js';
import { quietly } from './quietly.js';
import { sendable } from './sendable.js';
import { streamFailure } from './stream-failure.js';
import { TurnTaker } from './turn-taker.js';

/** Both directions as web streams, as a `TransformStream` or a WebTransport stream has them. */
export interface WebStreamPair {
  /** What the flow reads; its chunks are handed on by reference. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Gets the written buffers, by reference; a copy where their memory is shared or may change its size. */
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;
}

/** What a flow of web streams is called, and how much may wait in it. */
export interface FromWebStreamsOptions {
  /** For messages and pictures (default `web streams`). */
  readonly name?: string;
  /** Bytes that may wait for the writable before a write's result stays pending, beside its own strategy (default 0). */
  readonly highWaterMark?: number;
}

/**
 * Makes a flow of a readable and a writable stream of bytes. Both are locked until the flow is over, then released.
 *
 * - Nothing is read before it is wanted. A chunk may be a `Uint8Array`, another view or an `ArrayBuffer`; any other,
 *   or one whose memory was transferred before it was read, breaks the flow with `protocol`.
 * - A write is accepted once the writable has taken it and wants more; `shutdown('write')` closes the writable.
 * - `shutdown('read')` goes on reading, and drops what comes, so that whoever writes there neither waits nor fails: to
 *   cancel the readable of a `TransformStream` would error its writer. A source without an end is ended by `abort()`.
 * - A source that always has more, or one that is dropped, leaves the event loop a turn every few milliseconds.
 * - `abort()` cancels the readable and aborts the writable, with the `FlowError` as the reason. Either stream's
 *   error breaks the flow with `reset` (a `FlowError` keeps its code) and the error as the cause.
 *
 * Throws a `TypeError` for what is no stream, a stream that is locked, or options of the wrong types.
 *
 * @example
 * const flow = fromWebStreams(new CompressionStream('gzip'));
 * flow.write(utf8('hello'));
 * flow.shutdown('write');
 * flow.read().pipe(collect()).subscribe((gzipped) => save(gzipped));
 */
export function fromWebStreams(pair: WebStreamPair, options: FromWebStreamsOptions = {}): Flow {
  const readable = checkStream<ReadableStream<Uint8Array>>(pair, 'readable', 'getReader');
  const writable = checkStream<WritableStream<Uint8Array>>(pair, 'writable', 'getWriter');
  checkOptions('fromWebStreams', options);
  const { highWaterMark = 0 } = options;
  checkWhole('fromWebStreams: highWaterMark', highWaterMark, 0);
  return makeFlow(new WebStreamsTransport(readable.getReader(), writable.getWriter(), options));
}

class WebStreamsTransport implements Transport {
  readonly name: string;
  readonly highWaterMark: number;
  readonly #turns = new TurnTaker();
  // Made once, and not for every read.
  readonly #readFailed = (cause: unknown) => this.#fail('readable', cause);
  readonly #writeFailed = (cause: unknown) => this.#fail('writable', cause);
  readonly #take = ({ done, value }: ReadableStreamReadResult<Uint8Array>) => {
    if (done) this.#link.end();
    else this.#push(value);
  };
  #link!: FlowLink;
  /** As a writable whose own mark is 0: there is always as much in it as there should be. */
  #isNeverReady = false;
  /** The read in flight, or the last one: what it brings comes before the end. */
  #reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly reader: ReadableStreamDefaultReader<Uint8Array>,
    private readonly writer: WritableStreamDefaultWriter<Uint8Array>,
    options: FromWebStreamsOptions,
  ) {
    this.name = options.name ?? 'web streams';
    this.highWaterMark = options.highWaterMark ?? 0;
  }

  open(link: FlowLink): void {
    this.#link = link;
    this.#isNeverReady = this.writer.desiredSize === 0;
    // An end or a failure is seen though nobody reads or writes.
    this.reader.closed.then(() => this.#reading.then(() => link.end()), this.#readFailed);
    this.writer.closed.catch(this.#writeFailed);
  }

  pull(): void {
    if (this.#turns.step()) this.#turns.afterTurn(() => this.#pullAgain());
    else this.#read();
  }

  write(buffer: Uint8Array): boolean {
    try {
      const written = this.writer.write(sendable(buffer));
      written.catch(this.#writeFailed);
      if (Number(this.writer.desiredSize) > 0) return true;
      const through: Promise<unknown> = this.#isNeverReady ? written : this.writer.ready;
      through.then(() => this.#link.ready(), this.#writeFailed);
    } catch (cause) {
      this.#writeFailed(cause); // Not heard if it was the sink that aborted the flow: that has released the writer.
    }
    return false;
  }

  end(): void {
    this.#ask(() => this.writer.close().then(() => this.#link.finished()), this.#writeFailed);
  }

  abort(error: FlowError): void {
    // The writer first: behind both there may be one connection, which a cancel alone would only half end.
    this.#ask(() => this.writer.abort(error), this.#writeFailed);
    this.#ask(() => this.reader.cancel(error), this.#readFailed);
    this.#release();
  }

  free(done: () => void): void {
    this.#release();
    done();
  }

  /** In the turn that went by, the flow may have ended or its reader gone: no bytes at all ask whether more are wanted. */
  #pullAgain(): void {
    if (this.#link.push(NOTHING)) this.#read();
  }

  #read(): void {
    try {
      this.#reading = this.reader.read().then(this.#take, this.#readFailed);
    } catch (cause) {
      this.#readFailed(cause);
    }
  }

  #push(chunk: unknown): void {
    const buffer = chunkBytes(chunk);
    if (buffer === undefined) {
      this.#link.fail(new FlowError('protocol', `${this.name}: the readable stream gave ${describeChunk(chunk)} instead of bytes`));
    } else if (this.#link.push(buffer)) {
      this.pull();
    }
  }

  /** A stream rejects and never throws; what only looks like one may. A flow that is over takes no notice of either. */
  #ask(call: () => Promise<unknown>, failed: (cause: unknown) => void): void {
    try {
      call().catch(failed);
    } catch (cause) {
      failed(cause);
    }
  }

  #fail(side: 'readable' | 'writable', cause: unknown): void {
    this.#link.fail(streamFailure(this.name, side, cause));
  }

  #release(): void {
    quietly(() => this.reader.releaseLock());
    quietly(() => this.writer.releaseLock());
  }
}

const NOTHING = new Uint8Array(0);

function checkStream<S>(pair: unknown, side: keyof WebStreamPair, method: string): S {
  const stream = (pair as Partial<Record<string, { locked?: boolean }>> | null | undefined)?.[side];
  if (typeof (stream as Record<string, unknown> | undefined)?.[method] !== 'function') {
    throw new TypeError(`fromWebStreams: ${side} must be a stream, not ${describe(stream)}`);
  }
  if (stream?.locked === true) throw new TypeError(`fromWebStreams: ${side} is locked to another reader or writer`);
  return stream as S;
}
