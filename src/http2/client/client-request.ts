/** One request and its response, as a stream of a client's connection. */
import { constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { Observable } from 'rxjs';
import { FlowError } from '../../flow/flow-error.js';
import { flowLifetime, type Opening } from '../../flow/flow-lifetime.js';
import { makeFlow } from '../../flow/make-flow.js';
import type { Http2Connection } from '../connection/http2-connection.js';
import { checkHeaderListSize } from '../message/header-list-size.js';
import type { HeadersInput } from '../message/headers.js';
import { checkBody, discardBody, sendBody, type Http2Body } from '../message/http2-body.js';
import { requestHead, type RequestDefaults } from '../message/request-head.js';
import { checkTrailers, sendTrailers, type Http2Trailers } from '../stream/outbound-trailers.js';
import { StreamTransport } from '../stream/stream-transport.js';
import { makeResponse, type Http2Response } from './http2-response.js';

/** A request to send; an empty one is a GET of `/`. */
export interface Http2RequestOptions {
  /** Default `GET`. */
  readonly method?: string;
  /** With its query, e.g. `/search?q=flow` (default `/`). A CONNECT without a `protocol` has none: there it is the authority. */
  readonly path?: string;
  /** The host that is asked, with its port; of a CONNECT, where to connect to (default: the connection's). */
  readonly authority?: string;
  /** Default: the connection's. A CONNECT without a `protocol` has none. */
  readonly scheme?: string;
  /** Makes a CONNECT an extended one (RFC 8441), e.g. `websocket`; `unsupported` where the server's settings do not allow it. */
  readonly protocol?: string;
  /** Without pseudo-headers, which are options here. */
  readonly headers?: HeadersInput;
  /** Without it the request has none, but for a CONNECT, whose tunnel is written to through the response. */
  readonly body?: Http2Body;
  /** Sent behind the body. */
  readonly trailers?: Http2Trailers;
}

export function clientRequest(
  connection: Http2Connection,
  session: ClientHttp2Session,
  defaults: RequestDefaults,
  options: Http2RequestOptions,
): Observable<Http2Response> {
  const head = requestHead('request', options, defaults);
  const { body, trailers, protocol } = options;
  checkBody('request: body', body);
  checkTrailers('request: trailers', trailers);
  const isTunnel = head[':method'] === 'CONNECT';
  const endStream = body === undefined && trailers === undefined && !isTunnel;

  const send = ({ ready, fail }: Opening<Http2Response>) => {
    const refuse = (error: FlowError) => {
      discardBody(body);
      fail(error);
    };
    const refusal =
      connection.refusal ?? protocolRefusal(connection, session, protocol) ?? checkHeaderListSize(connection.name, head, connection.peerHeaderLimit);
    if (refusal !== null) {
      refuse(refusal);
      return undefined;
    }
    let stream: ClientHttp2Stream;
    try {
      stream = session.request(head, { endStream, waitForTrailers: trailers !== undefined });
    } catch (cause) {
      refuse(new FlowError('failed', `${connection.name}: the request could not be sent`, { cause }));
      return undefined;
    }
    const transport = new StreamTransport(`${connection.name}, stream ${stream.id ?? 'pending'}`, stream, connection, true);
    const flow = makeFlow(transport);
    transport.listen();
    transport.expectBody(true);
    flow.closed.subscribe({ error: fail, complete: () => {} });
    stream.once('response', (block, flags) => {
      if (!transport.takes(block)) return;
      if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) transport.endAfterHead();
      const response = makeResponse(flow, transport.trailers, block);
      if (isTunnel && !isSuccess(response.status)) flow.shutdown('write');
      ready(response);
    });
    const onFailure = (error: unknown) => flow.abort(error);
    if (trailers !== undefined) sendTrailers(stream, transport, trailers, onFailure);
    if (endStream) flow.shutdown('write');
    else if (body !== undefined || !isTunnel) {
      const sending = sendBody(body ?? '', flow, onFailure);
      transport.owner = { onGone: () => sending.unsubscribe(), onLost: () => {} };
    }
    return () => flow.abort();
  };

  return flowLifetime<Http2Response>((opening) => {
    if (protocol === undefined) return send(opening);
    let cancel: (() => void) | undefined = () => discardBody(body);
    const sending = connection.greeted.subscribe(() => (cancel = send(opening)));
    return () => {
      sending.unsubscribe();
      cancel?.();
    };
  });
}

/** An extended CONNECT must not be sent before the server's SETTINGS have come, and allow it. Source: RFC 8441 §3. */
function protocolRefusal({ name }: Http2Connection, session: ClientHttp2Session, protocol: string | undefined): FlowError | null {
  if (protocol === undefined || session.remoteSettings.enableConnectProtocol === true) return null;
  return new FlowError('unsupported', `${name}: the server takes no CONNECT with a protocol`);
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
