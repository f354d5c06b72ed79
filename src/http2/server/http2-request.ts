/** What a server is asked for, as a flow. */
import type { Observable } from 'rxjs';
import type { Flow } from '../../flow/flow.js';
import type { Headers, HeadersInput } from '../message/headers.js';
import type { Http2Reply } from './http2-reply.js';

/** The request that a server promises to answer unasked. */
export interface Http2Promise {
  /** With its query, e.g. `/style.css`. */
  readonly path: string;
  /** Default `GET`. */
  readonly method?: string;
  /** Default: that of the request it goes with. */
  readonly authority?: string;
  /** Default: that of the request it goes with. */
  readonly scheme?: string;
  /** The fields that the client would have sent. */
  readonly headers?: HeadersInput;
}

/**
 * A request whose head has come. `read()` brings its body; what is written goes out as the response's body, once the
 * reply's head has been sent: for a CONNECT that is answered with 2xx and no `body`, the two are the tunnel; otherwise
 * the reply's `body` ends the write side. `abort()` resets the stream with CANCEL.
 *
 * A body that did not end by END_STREAM fails: `reset`, with the HTTP/2 code in the message, where the stream was
 * reset, `truncated` where its connection ended, `closed` where it was left unread until the response had ended.
 */
export interface Http2Request extends Flow {
  /** As the client sent it, e.g. `GET`. */
  readonly method: string;
  /** With its query. Empty for a CONNECT without a `protocol`. */
  readonly path: string;
  /**
   * The host that is asked, as the client sent it, e.g. `example.org:8080`: the `:authority`, or else the `host` field. Of a
   * CONNECT without a `protocol`, where to connect to.
   */
  readonly authority: string;
  /** The client's word, e.g. `https`. Empty for a CONNECT without a `protocol`. */
  readonly scheme: string;
  /** Of an extended CONNECT (RFC 8441), e.g. `websocket`; `undefined` otherwise. */
  readonly protocol: string | undefined;
  /** The fields of the head, by lower-case name, without pseudo-headers. */
  readonly headers: Headers;
  /** Emits the trailers once they have come, an empty record if the body ended without any; errors as `read()` does. */
  readonly trailers: Observable<Headers>;
  /**
   * Promises the client a response to `promised` and sends it, while this request's stream is open. Hot: the Observable
   * only reports, replayed to every subscriber: it emits once and completes when the response has been sent, and errors
   * with a `FlowError`: `refused` if the client does not want it, `closed` if it is too late to promise anything, `too-large`
   * if it does not take headers of this size.
   * Throws a `TypeError` for what is no request or no reply.
   */
  push(promised: Http2Promise, reply: Http2Reply): Observable<void>;
}
