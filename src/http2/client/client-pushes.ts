/** What a server pushes to a client: refused while nobody wants it. Source: RFC 9113 §8.4. */
import { constants, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import { AsyncSubject, finalize, Subject, type Observable } from 'rxjs';
import { flowLifetime } from '../../flow/flow-lifetime.js';
import { makeFlow } from '../../flow/make-flow.js';
import type { Http2Connection } from '../connection/http2-connection.js';
import { REFUSED_STREAM } from '../error-codes.js';
import { incomingHeaders, type Headers } from '../message/headers.js';
import { StreamTransport } from '../stream/stream-transport.js';
import { makeResponse, type Http2Response } from './http2-response.js';

/** A request that the server has made in the client's stead, and its response. */
export interface Http2Push {
  /** Of the promised request, as is all of this, e.g. `GET`. */
  readonly method: string;
  /** With its query, e.g. `/style.css`. */
  readonly path: string;
  /** Whose answer it is said to be: the server's word, which nobody has checked. */
  readonly authority: string;
  /** E.g. `https`. */
  readonly scheme: string;
  /** The fields of the promised request, without pseudo-headers. */
  readonly headers: Headers;
  /**
   * To be subscribed to once. Emits the pushed response when its head has come, completes when its body has been read
   * and errors if it failed; unsubscribing before that cancels it, as with a request's. Until it is subscribed to, at
   * most a window of it arrives, and if the client shuts down before that, the push is refused.
   */
  readonly response: Observable<Http2Response>;
  /** Refuses the push: nothing (more) of it is sent. Its response errors with `aborted`. */
  refuse(): void;
}

export class ClientPushes {
  readonly #pushes = new Subject<Http2Push>();
  readonly observable = this.#pushes.asObservable();
  /** Those that nobody has subscribed to. */
  readonly #waiting = new Set<Http2Push>();
  #areWanted = true;

  constructor(connection: Http2Connection, session: ClientHttp2Session) {
    session.on('stream', (stream, block) => {
      if (this.#areWanted && this.#pushes.observed) this.#take(connection, stream, block);
      else refuse(stream);
    });
    const complete = () => this.#pushes.complete();
    // Why the connection ended is told by `closed`: here an error would be one more to handle, or to crash on.
    connection.closed.subscribe({ error: complete, complete });
  }

  /** Refuses those that nobody has subscribed to, since they might wait for that for ever, and all that come. */
  refuseAll(): void {
    this.#areWanted = false;
    for (const push of this.#waiting) push.refuse();
  }

  #take(connection: Http2Connection, stream: ClientHttp2Stream, block: IncomingHttpHeaders): void {
    const push = takePush(connection, stream, block, () => this.#waiting.delete(push));
    this.#waiting.add(push);
    this.#pushes.next(push);
  }
}

function refuse(stream: ClientHttp2Stream): void {
  stream.on('error', () => {}); // nobody is left to be told
  stream.close(REFUSED_STREAM);
  // A response that has come already: the stream would wait for somebody to read it.
  stream.resume();
}

/** @param onTaken called when its response is subscribed to, and when it is over */
function takePush(connection: Http2Connection, stream: ClientHttp2Stream, block: IncomingHttpHeaders, onTaken: () => void): Http2Push {
  const transport = new StreamTransport(`${connection.name}, pushed stream ${stream.id}`, stream, connection, true);
  const flow = makeFlow(transport);
  flow.shutdown('write');
  transport.listen();
  transport.expectBody(false);
  const head = new AsyncSubject<Http2Response>();
  stream.once('push', (response, flags: number) => {
    if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) transport.endAfterHead();
    head.next(makeResponse(flow, transport.trailers, response));
    head.complete();
  });
  flow.closed.pipe(finalize(onTaken)).subscribe({ error: (error: unknown) => head.error(error), complete: () => {} });
  return {
    method: block[':method'] ?? '',
    path: block[':path'] ?? '',
    authority: block[':authority'] ?? '',
    scheme: block[':scheme'] ?? '',
    headers: incomingHeaders(block),
    response: flowLifetime(({ ready, fail }) => {
      onTaken();
      const waiting = head.subscribe({ next: ready, error: fail });
      return () => {
        waiting.unsubscribe();
        flow.abort();
      };
    }),
    refuse: () => {
      transport.abortCode = REFUSED_STREAM;
      flow.abort();
    },
  };
}
