/**
 * One request on a server's connection and the answer to it: from the handler to the stream. Whatever the handler does
 * wrong costs this stream and no other.
 */
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { from, Subscription, type ObservableInput } from 'rxjs';
import { FlowError } from '../flow/flow-error.js';
import { makeFlow } from '../flow/make-flow.js';
import { INTERNAL_ERROR } from './error-codes.js';
import type { Http2Connection } from './http2-connection.js';
import { replyHead, type Http2Reply } from './http2-reply.js';
import { makeRequest, type Http2Request } from './http2-request.js';
import { requestHead } from './request-head.js';
import { sendReply } from './send-reply.js';
import { pushReply } from './server-push.js';
import { StreamTransport } from './stream-transport.js';

/** Answers a request; the first value counts, and what was subscribed to is kept until the exchange is over. */
export type Http2Handler = (request: Http2Request) => ObservableInput<Http2Reply>;

/**
 * Told, once, of each request that failed: because the handler threw, errored or gave no proper reply, or its body or
 * trailers did (`failed`, with what came as the cause), or because the client or the connection broke it off. What it
 * returns is sent if nothing has been sent yet (by default: status 500), and not looked at otherwise.
 */
export type Http2ErrorHandler = (error: FlowError, request: Http2Request) => Http2Reply | undefined;

export class ServerExchange {
  readonly #connection: Http2Connection;
  readonly #stream: ServerHttp2Stream;
  readonly #transport: StreamTransport;
  readonly #request: Http2Request;
  readonly #errorHandler: Http2ErrorHandler | undefined;
  readonly #work = new Subscription();
  #state: 'asked' | 'answered' | 'failed' = 'asked';

  constructor(connection: Http2Connection, stream: ServerHttp2Stream, block: IncomingHttpHeaders, flags: number, errorHandler?: Http2ErrorHandler) {
    this.#connection = connection;
    this.#stream = stream;
    this.#errorHandler = errorHandler;
    const transport = new StreamTransport(`${connection.name}, stream ${stream.id}`, stream, connection, false);
    this.#transport = transport;
    const flow = makeFlow(transport);
    if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) transport.endAfterHead();
    else transport.expectBody(false);
    transport.onGone = () => this.#work.unsubscribe();
    transport.onLost = (error) => this.#lost(error);
    const request = makeRequest(flow, transport.trailers, block, (promised, reply) =>
      pushReply(connection, stream, requestHead('push', promised, request), reply),
    );
    this.#request = request;
  }

  run(handler: Http2Handler): void {
    try {
      this.#work.add(
        from(handler(this.#request)).subscribe({
          next: (reply) => this.#answer(reply),
          error: (error: unknown) => this.#failed(error),
          complete: () => {
            if (this.#state === 'asked') this.#failed(new Error('the handler completed without a reply'));
          },
        }),
      );
    } catch (error) {
      this.#failed(error);
    }
  }

  #answer(reply: Http2Reply): void {
    if (this.#state !== 'asked') return;
    this.#state = 'answered';
    try {
      this.#send(reply);
    } catch (error) {
      this.#failed(error);
    }
  }

  #send(reply: Http2Reply): void {
    const head = replyHead(this.#connection, reply);
    if (this.#stream.closed || this.#stream.destroyed) return;
    const target = { stream: this.#stream, transport: this.#transport, flow: this.#request, method: this.#request.method };
    this.#work.add(sendReply(target, head, reply, (error) => this.#failed(error)));
  }

  /** The handler's fault, or its body's. */
  #failed(cause: unknown): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    const failure = new FlowError('failed', `${this.#request.name}: the handler failed`, { cause });
    const reply = this.#told(failure) ?? { status: 500 };
    if (this.#stream.headersSent || this.#stream.closed) {
      this.#giveUp(failure);
      return;
    }
    try {
      this.#send(reply);
    } catch {
      this.#giveUp(failure);
    }
  }

  #giveUp(failure: FlowError): void {
    this.#transport.abortCode = INTERNAL_ERROR;
    this.#request.abort(failure);
  }

  /** The client's doing, or the connection's. */
  #lost(error: FlowError): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    this.#told(error);
  }

  #told(error: FlowError): Http2Reply | undefined {
    try {
      return this.#errorHandler?.(error, this.#request) ;
    } catch {
      // A handler of errors that throws has none to turn to: the request is answered as if it were not there.
      return undefined;
    }
  }
}
