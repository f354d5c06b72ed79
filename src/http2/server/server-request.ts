/**
 * A request as its handler sees it. Most are answered without a look at more than the head, so the stream's flow is made
 * when it is first asked for.
 */
import type { IncomingHttpHeaders } from 'node:http2';
import type { Observable } from 'rxjs';
import type { Flow, ShutdownMode, WriteResult } from '../../flow/flow.js';
import { incomingHeaders, type Headers } from '../message/headers.js';
import type { Http2Reply } from './http2-reply.js';
import type { Http2Promise, Http2Request } from './http2-request.js';

/** The stream behind a request. */
export interface RequestStream {
  readonly name: string;
  /** The same each time. */
  readonly flow: Flow;
  readonly trailers: Observable<Headers>;
  read(): Observable<Uint8Array>;
  push(promised: Http2Promise, reply: Http2Reply, request: Http2Request): Observable<void>;
}

export class ServerRequest implements Http2Request {
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly scheme: string;
  readonly protocol: string | undefined;
  readonly #stream: RequestStream;
  readonly #block: IncomingHttpHeaders;
  #headers: Headers | null = null;

  constructor(stream: RequestStream, block: IncomingHttpHeaders) {
    this.method = block[':method'] ?? '';
    this.path = block[':path'] ?? '';
    this.authority = block[':authority'] ?? block.host ?? '';
    this.scheme = block[':scheme'] ?? '';
    this.protocol = block[':protocol'];
    this.#stream = stream;
    this.#block = block;
  }

  /** Whether it came on this stream. */
  isOn(stream: RequestStream): boolean {
    return this.#stream === stream;
  }

  get name(): string {
    return this.#stream.name;
  }

  get headers(): Headers {
    return (this.#headers ??= incomingHeaders(this.#block));
  }

  get trailers(): Observable<Headers> {
    return this.#stream.trailers;
  }

  push(promised: Http2Promise, reply: Http2Reply): Observable<void> {
    return this.#stream.push(promised, reply, this);
  }

  get closed(): Observable<void> {
    return this.#stream.flow.closed;
  }

  read(): Observable<Uint8Array> {
    return this.#stream.read();
  }

  write(buffer: Uint8Array): Observable<WriteResult> {
    return this.#stream.flow.write(buffer);
  }

  writev(buffers: readonly Uint8Array[]): Observable<WriteResult> {
    return this.#stream.flow.writev(buffers);
  }

  shutdown(mode: ShutdownMode): Observable<void> {
    return this.#stream.flow.shutdown(mode);
  }

  close(): Observable<void> {
    return this.#stream.flow.close();
  }

  abort(reason?: unknown): void {
    this.#stream.flow.abort(reason);
  }
}
