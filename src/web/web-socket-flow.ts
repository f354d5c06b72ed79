import { assembleFlow } from '../flow/assemble-flow.js';
import { checkOptions } from '../flow/check-options.js';
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import type { WebSocketLike } from './web-socket-like.js';
import { checkWebSocketOptions, type WebSocketFlowOptions } from './web-socket-options.js';
import { WebSocketTransport } from './web-socket-transport.js';

/**
 * Makes a flow of a WebSocket, open or still connecting, of the web or of the `ws` package. The flow is its only user:
 * it sets `binaryType`, and closes it. How it ends, with and without `halfClose`: `web-socket-transport.ts`.
 *
 * - A write is accepted while no more than `highWaterMark` bytes wait in the socket. Nobody tells when they have gone:
 *   while above the mark, and only then, `bufferedAmount` is looked at from time to time.
 * - A browser's WebSocket cannot be paused: what is not read waits here, up to `maxQueuedBytes`, then `overflow`. One of
 *   `ws` is paused instead; while it is, the end of the connection is not seen either.
 * - Close codes 1000 and 1005 are EOF; 1002, 1003, 1007 `protocol`; 1008 `refused`; 1009 `too-large`; 1011
 *   `failed`; others, such as 1001 (going away), 1006 (cut) and 4000 (a flow's `abort()`),
 *   `reset`. A text message, or any but an `ArrayBuffer`, is `protocol`. With `halfClose`, an end without `eof` is
 *   `truncated`, and what comes after `eof` is `protocol`.
 * - A socket that does not take a message, or does not close, is `failed`, with what it threw as the cause.
 *
 * @example
 * server.on('connection', (socket) => handle(webSocketFlow(socket)));
 */
export function webSocketFlow(socket: WebSocketLike, options: WebSocketFlowOptions = {}): Flow {
  checkSocket(socket);
  checkOptions('webSocketFlow', options);
  checkWebSocketOptions('webSocketFlow', options);
  return assembleFlow(new WebSocketTransport(socket, options));
}

function checkSocket(socket: WebSocketLike): void {
  const { send, close, addEventListener } = (socket ?? {}) as Partial<WebSocketLike>;
  if ([send, close, addEventListener].every((method) => typeof method === 'function')) return;
  throw new TypeError(`webSocketFlow: socket must be a WebSocket, not ${describe(socket)}`);
}
