// The transports that the HTTP/2 specs run on: two connected flows of each, and what must be let go of afterwards.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { firstValueFrom, of, ReplaySubject, Subscription } from 'rxjs';
import { detach, type Flow, flowPair, withIdleTimeout } from 'rxjs-flow';
import { connectTcp, connectWebSocket as connectWebSocketByNode, listenTcp, listenWebSocket, type TcpAddress } from 'rxjs-flow/node';
import { connectWebSocket, webSocketFlow } from 'rxjs-flow/web';
import { WebSocket, WebSocketServer } from 'ws';
import { tlsOver, tlsPair } from '../../node/support/tls-pair.js';
import { authorityAndServer } from '../../support/certificates.js';

export interface ConnectedFlows {
  /** The client's end. */
  readonly near: Flow;
  /** The server's end. */
  readonly far: Flow;
  /** Stops what listens; the flows are the spec's to end. */
  dispose(): void;
}

export interface Transport {
  readonly name: string;
  /** The end of one direction is that of the other: a last GOAWAY may be lost by it, which the flow tells and HTTP/2 need not. */
  readonly endsBothWays?: boolean;
  connect(): Promise<ConnectedFlows>;
}

const memory: Transport = {
  name: 'a pair in memory',
  connect: async () => {
    const [near, far] = flowPair();
    return { near, far, dispose: () => {} };
  },
};

const slowMemory: Transport = {
  name: 'a pair with latency',
  connect: async () => {
    const [near, far] = flowPair({ latencyMs: 2, maxChunk: 1460 });
    return { near, far, dispose: () => {} };
  },
};

const tcp: Transport = { name: 'TCP', connect: connectOverTcp };

async function connectOverTcp(): Promise<ConnectedFlows> {
  const listening = new ReplaySubject<TcpAddress>(1);
  const accepted = new ReplaySubject<Flow>(1);
  const listener = listenTcp({ listeningObserver: listening }).pipe(detach()).subscribe(accepted);
  const { port } = await firstValueFrom(listening);
  const near = await firstValueFrom(connectTcp({ port }).pipe(detach()));
  return { near, far: await firstValueFrom(accepted), dispose: () => listener.unsubscribe() };
}

/** A decorated flow shows no socket: what runs on it goes through the bridge. */
const bridgedTcp: Transport = {
  name: 'TCP through a decorator',
  connect: async () => {
    const { near, far, dispose } = await connectOverTcp();
    return { near: withIdleTimeout(near, 60_000), far: withIdleTimeout(far, 60_000), dispose };
  },
};

const tls: Transport = {
  name: 'TLS',
  connect: async () => {
    const { authority, server } = await (certified ??= authorityAndServer());
    const alpnProtocols = ['h2'];
    const pair = tlsPair({ ca: authority.cert, servername: 'localhost', alpnProtocols }, { ...server, alpnProtocols });
    const opened = new ReplaySubject<[Flow, Flow]>(1);
    const listener = pair.subscribe(opened);
    const [near, far] = await firstValueFrom(opened);
    return { near, far, dispose: () => listener.unsubscribe() };
  },
};

/** Where TLS has no socket under it, and all it has is a flow. */
export const tlsInMemory: Transport = {
  name: 'TLS in memory',
  connect: async () => {
    const { authority, server } = await (certified ??= authorityAndServer());
    const pair = tlsOver(of<[Flow, Flow]>(flowPair()), { ca: authority.cert, servername: 'localhost' }, server);
    const [near, far] = await firstValueFrom(pair);
    return { near, far, dispose: () => {} };
  },
};

/** Made once, and only where it is needed. */
let certified: ReturnType<typeof authorityAndServer> | undefined;

const webSocket: Transport = {
  name: 'a WebSocket',
  connect: async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const accepted = once(server, 'connection');
    const { port } = server.address() as AddressInfo;
    const config = { url: `ws://127.0.0.1:${port}`, WebSocketCtor: WebSocket as never, halfClose: true };
    const near = await firstValueFrom(connectWebSocket(config).pipe(detach()));
    const [socket] = (await accepted) as [WebSocket];
    const far = webSocketFlow(socket, { halfClose: true });
    return { near, far, dispose: () => server.close() };
  },
};

const plainWebSocket: Transport = {
  name: 'a WebSocket without half-close',
  endsBothWays: true,
  connect: async () => {
    const listening = new ReplaySubject<TcpAddress>(1);
    const accepted = new ReplaySubject<Flow>(1);
    const listener = listenWebSocket({ listeningObserver: listening }).pipe(detach()).subscribe(accepted);
    const { port } = await firstValueFrom(listening);
    const near = await firstValueFrom(connectWebSocketByNode({ url: `ws://127.0.0.1:${port}` }).pipe(detach()));
    return { near, far: await firstValueFrom(accepted), dispose: () => listener.unsubscribe() };
  },
};

export const transports: readonly Transport[] = [memory, slowMemory, tcp, bridgedTcp, tls, webSocket, plainWebSocket];

/** Undone after each spec, whatever became of it. */
export class Cleanup {
  #work = new Subscription();

  add(undo: () => void): void {
    this.#work.add(undo);
  }

  run(): void {
    this.#work.unsubscribe();
    this.#work = new Subscription();
  }
}
