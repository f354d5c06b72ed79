/** What a client's request brings, as a flow. */
import type { IncomingHttpHeaders } from 'node:http2';
import type { Observable } from 'rxjs';
import type { Flow } from '../../flow/flow.js';
import { incomingHeaders, type Headers } from '../message/headers.js';

/**
 * A response whose head has come. `read()` brings its body; the write side is open for a CONNECT that was answered with
 * 2xx, where the two are the tunnel, and writes are `closed` otherwise: a request's body is its `body`.
 *
 * A body that did not end by END_STREAM fails: `reset`, with the HTTP/2 code in the message, where the stream was
 * reset, `truncated` where its connection ended.
 */
export interface Http2Response extends Flow {
  /** The final one, from 200 on: what a server says before it (1xx) is not shown. */
  readonly status: number;
  /** The fields of the head, by lower-case name, without pseudo-headers. */
  readonly headers: Headers;
  /**
   * Emits the trailers once they have come, an empty record if the body ended without any, and completes; errors as
   * `read()` does. Replayed. They come after the body, so a body that nobody reads may keep them away.
   */
  readonly trailers: Observable<Headers>;
}

/** The stream's flow, with what its head said. */
export function makeResponse(flow: Flow, trailers: Observable<Headers>, block: IncomingHttpHeaders): Http2Response {
  return Object.assign(flow, { status: Number(block[':status']), headers: incomingHeaders(block), trailers });
}
