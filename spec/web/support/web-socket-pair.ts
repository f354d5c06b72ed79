// WebSockets of the `ws` package in specs: a server on any free port, and pairs of flows over it.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Observable } from 'rxjs';
import { WebSocket, WebSocketServer } from 'ws';
import { detach } from '../../../src/combinators/detach.js';
import type { Flow } from '../../../src/flow/flow.js';
import { connectWebSocket, type ConnectWebSocketConfig } from '../../../src/web/connect-web-socket.js';
import { webSocketFlow } from '../../../src/web/web-socket-flow.js';
import type { WebSocketFlowOptions } from '../../../src/web/web-socket-options.js';

export interface SocketServer {
  readonly url: string;
  /** The server's end of the next connection. */
  next(): Promise<WebSocket>;
  close(): Promise<void>;
}

export async function startServer(options = {}): Promise<SocketServer> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    next: async () => (await once(server, 'connection'))[0] as WebSocket,
    close: async () => {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A client's flow and the server's, both the subscriber's to close; the server goes with the subscription. */
export function webSocketPair(options: WebSocketFlowOptions = {}): Observable<[Flow, Flow]> {
  return new Observable((subscriber) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    subscriber.add(() => {
      for (const client of server.clients) client.terminate();
      server.close();
    });
    server.once('listening', () => {
      const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const config: ConnectWebSocketConfig = { ...options, url, WebSocketCtor: WebSocket };
      server.once('connection', (socket) => {
        const far = webSocketFlow(socket, options);
        near.then(
          (flow) => subscriber.next([flow, far]),
          (error: unknown) => subscriber.error(error),
        );
      });
      const near = new Promise<Flow>((resolve, reject) => connectWebSocket(config).pipe(detach()).subscribe({ next: resolve, error: reject }));
    });
  });
}
