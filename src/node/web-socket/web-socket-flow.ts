/** What a flow over a WebSocket knows beside being a flow. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Flow } from '../../flow/flow.js';
import type { TcpAddress } from '../socket/socket-flow.js';

/** A flow over a WebSocket, with what was agreed on and the ends of the TCP connection below. */
export interface WebSocketFlow extends Flow {
  /** The subprotocol that was agreed on, empty if none. */
  readonly protocol: string;
  /** This end's address, as it was when the WebSocket opened. */
  readonly local: TcpAddress;
  /** The far end's; where a proxy stands in between, the proxy's. */
  readonly remote: TcpAddress;
}

/** The request that a client opened its WebSocket with. All of it is the client's word, `remote` apart. */
export interface WebSocketRequest {
  /** With its query, e.g. `/feed?since=7`. */
  readonly path: string;
  /** Where a browser's page came from, e.g. `https://example.org`; empty for a client that is no browser. */
  readonly origin: string;
  /** By lower-case name, as `node:http` gives them. */
  readonly headers: IncomingHttpHeaders;
  /** Where the TCP connection comes from: where a proxy stands in between, the proxy's address. */
  readonly remote: TcpAddress;
}

/** A listener's end of a WebSocket. */
export interface AcceptedWebSocketFlow extends WebSocketFlow {
  /** What the client asked with, as `verify` was given it. */
  readonly request: WebSocketRequest;
}

export function webSocketRequest({ url = '/', headers, socket }: IncomingMessage): WebSocketRequest {
  const remote = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
  return { path: url, origin: headers.origin ?? '', headers, remote };
}
