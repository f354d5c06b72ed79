// WebSockets of the Node room in specs: a listener on any free port, flows that are connected, and bare peers.

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { catchError, firstValueFrom, mergeMap, NEVER, Observable, ReplaySubject, zip } from 'rxjs';
import { WebSocket } from 'ws';
import { detach } from '../../../src/combinators/detach.js';
import type { Flow } from '../../../src/flow/flow.js';
import type { TcpAddress } from '../../../src/node/socket/socket-flow.js';
import { connectWebSocket, type ConnectWebSocketConfig } from '../../../src/node/web-socket/connect-web-socket.js';
import { listenWebSocket, type ListenWebSocketConfig } from '../../../src/node/web-socket/listen-web-socket.js';
import type { AcceptedWebSocketFlow } from '../../../src/node/web-socket/web-socket-flow.js';
import type { WebSocketOptions } from '../../../src/node/web-socket/web-socket-options.js';
import { connectWebSocket as connectFromWeb } from '../../../src/web/connect-web-socket.js';
import { watch, type Watched } from './settled.js';

/** The client's flow and the listener's, both the subscriber's to close; the listener goes with the subscription. */
export function webSocketPair(
  options: WebSocketOptions = {},
  dial: (config: ConnectWebSocketConfig) => Observable<Flow> = connectWebSocket,
): Observable<[Flow, AcceptedWebSocketFlow]> {
  return new Observable((subscriber) => {
    const listening = new ReplaySubject<TcpAddress>(1);
    const accepted = listenWebSocket({ ...options, listeningObserver: listening }).pipe(detach());
    const connected = listening.pipe(mergeMap(({ port }) => dial({ ...options, url: `ws://127.0.0.1:${port}/` }).pipe(detach())));
    // How a flow ends is the flow's to tell: here it would end the other one.
    return zip(connected.pipe(catchError(() => NEVER)), accepted).subscribe(subscriber);
  });
}

/** The client of the web room, on `ws` in the place of a browser's own. */
export function dialFromWeb({ url, halfClose = false }: ConnectWebSocketConfig): Observable<Flow> {
  return connectFromWeb({ url, halfClose, WebSocketCtor: WebSocket });
}

export interface StartedListener extends Watched<AcceptedWebSocketFlow> {
  readonly address: TcpAddress;
  /** `ws://127.0.0.1:1234`, without a path. */
  readonly url: string;
  /** The flow of that connection, counted from 0, when it has come. */
  flow(at: number): Promise<AcceptedWebSocketFlow>;
}

export async function startListener(config: ListenWebSocketConfig = {}): Promise<StartedListener> {
  const listening = new ReplaySubject<TcpAddress>(1);
  const watched = watch(listenWebSocket({ ...config, listeningObserver: listening }));
  const address = await firstValueFrom(listening);
  const flow = async (at: number) => {
    while (watched.values.length <= at) await new Promise(setImmediate);
    return watched.values[at]!;
  };
  return { ...watched, address, url: `${config.tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${address.port}`, flow };
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The request for a WebSocket, as it goes over the connection. */
export function upgradeRequest(): string {
  const key = randomBytes(16).toString('base64');
  return `GET / HTTP/1.1\r\nHost: specs\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`;
}

/** A client that shakes hands by itself, and then sends whatever bytes it is told to. */
export async function bareClient({ host, port }: TcpAddress): Promise<Socket> {
  const socket = connect({ host, port });
  socket.on('error', () => {});
  socket.write(upgradeRequest());
  await once(socket, 'readable');
  while (!String(socket.read() ?? '').includes('\r\n\r\n')) await once(socket, 'readable');
  return socket;
}

/** A server that shakes hands by itself, and then does as it is told with the connection. */
export async function bareServer(serve: (socket: Socket) => void): Promise<{ readonly url: string; close(): Promise<void> }> {
  const peers: Socket[] = [];
  const server = createServer((socket) => {
    peers.push(socket.on('error', () => {}));
    socket.once('data', (request: Buffer) => {
      const key = /sec-websocket-key: (.*)\r\n/i.exec(request.toString())![1]!;
      const accept = createHash('sha1').update(key + GUID).digest('base64');
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
      serve(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    for (const peer of peers) peer.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}
