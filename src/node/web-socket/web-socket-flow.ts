/** What a flow over a WebSocket knows beside being a flow. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Flow } from '../../flow/flow.js';
import type { TcpAddress } from '../socket/socket-flow.js';

export interface WebSocketFlow extends Flow {
  /** The subprotocol that was agreed on, empty if none. */
  readonly protocol: string;
  readonly local: TcpAddress;
  readonly remote: TcpAddress;
}

/** The request that a client opened its WebSocket with. All of it is the client's word, `remote` apart. */
export interface WebSocketRequest {
  /** With its query, e.g. `/feed?since=7`. */
  readonly path: string;
  /** Where a browser's page came from, e.g. `https://example.org`; empty for a client that is no browser. */
  readonly origin: string;
  readonly headers: IncomingHttpHeaders;
  readonly remote: TcpAddress;
}

/** A listener's end of a WebSocket. */
export interface AcceptedWebSocketFlow extends WebSocketFlow {
  readonly request: WebSocketRequest;
}

export function webSocketRequest({ url = '/', headers, socket }: IncomingMessage): WebSocketRequest {
  const remote = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
  return { path: url, origin: headers.origin ?? '', headers, remote };
}
