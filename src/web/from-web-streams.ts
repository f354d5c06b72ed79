/**
 * A flow over a pair of web streams: a TransformStream, a WebSocketStream's connection, a WebTransport stream, Node's
 * `Duplex.toWeb`. It queues nothing: one `read()` is in flight at most, and only once bytes are wanted.
 * Source: WHATWG Streams Standard.
 */
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { FlowError } from '../flow/flow-error.js';
import { makeFlow } from '../flow/make-flow.js';
import type { FlowLink, Transport } from '../flow/transport.js';
import { chunkBytes } from '../protocol/chunk-bytes.js';
import { streamFailure } from './stream-failure.js';

export interface WebStreamPair {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

export interface FromWebStreamsOptions {
  /** For messages and pictures (default `web streams`). */
  readonly name?: string;
  /** Bytes that may wait for the writable before a write's result stays pending, beside its own strategy (default 0). */
  readonly highWaterMark?: number;
}

/**
 * Makes a flow of a readable and a writable stream of bytes. Both are locked until the flow is over, then released.
 *
 * - Nothing is read before it is wanted. A chunk may be a `Uint8Array`, another view or an `ArrayBuffer`; any other
 *   breaks the flow with `protocol`.
 * - A write is accepted once the writable has taken it and wants more; `shutdown('write')` closes the writable.
 * - `abort()` cancels the readable and aborts the writable, with the {@link FlowError} as the reason. Either stream's
 *   error breaks the flow with `reset` (a `FlowError` keeps its code) and the error as the cause.
 *
 * Throws a `TypeError` for what is no stream, or a stream that is locked.
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
  return makeFlow(new WebStreamsTransport(readable.getReader(), writable.getWriter(), options));
}

class WebStreamsTransport implements Transport {
  readonly name: string;
  readonly highWaterMark: number;
  #link!: FlowLink;
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
    // An end or a failure is seen though nobody reads or writes.
    this.reader.closed.then(
      () => this.#reading.then(() => link.end()),
      (cause: unknown) => this.#fail('readable', cause),
    );
    this.writer.closed.catch((cause: unknown) => this.#fail('writable', cause));
  }

  pull(): void {
    this.#reading = this.reader.read().then(
      ({ done, value }) => {
        if (done) this.#link.end();
        else this.#take(value);
      },
      (cause: unknown) => this.#fail('readable', cause),
    );
  }

  write(buffer: Uint8Array): boolean {
    const failed = (cause: unknown) => this.#fail('writable', cause);
    this.writer.write(buffer).catch(failed);
    if (Number(this.writer.desiredSize) > 0) return true;
    this.writer.ready.then(() => this.#link.ready(), failed);
    return false;
  }

  end(): void {
    this.writer.close().then(
      () => this.#link.finished(),
      (cause: unknown) => this.#fail('writable', cause),
    );
  }

  abort(error: FlowError): void {
    // The writer first: behind both there may be one connection, which a cancel alone would only half end.
    this.writer.abort(error).catch(ignored);
    this.reader.cancel(error).catch(ignored);
    this.#release();
  }

  free(done: () => void): void {
    this.#release();
    done();
  }

  #take(chunk: unknown): void {
    const buffer = chunkBytes(chunk);
    if (buffer === undefined) {
      this.#link.fail(new FlowError('protocol', `${this.name}: the readable stream gave ${describe(chunk)} instead of bytes`));
    } else if (this.#link.push(buffer)) {
      this.pull();
    }
  }

  #fail(side: 'readable' | 'writable', cause: unknown): void {
    this.#link.fail(streamFailure(this.name, side, cause));
  }

  #release(): void {
    this.reader.releaseLock();
    this.writer.releaseLock();
  }
}

/** The stream has failed already, which the flow knows. */
function ignored(): void {}

function checkStream<S>(pair: unknown, side: keyof WebStreamPair, method: string): S {
  const stream = (pair as Partial<Record<string, { locked?: boolean }>> | null | undefined)?.[side];
  if (typeof (stream as Record<string, unknown> | undefined)?.[method] !== 'function') {
    throw new TypeError(`fromWebStreams: ${side} must be a stream, not ${describe(stream)}`);
  }
  if (stream?.locked === true) throw new TypeError(`fromWebStreams: ${side} is locked to another reader or writer`);
  return stream as S;
}
