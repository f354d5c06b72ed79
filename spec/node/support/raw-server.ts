// A server of Node's own sockets, for the specs of clients: it knows nothing of flows, and keeps those who connect.

import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface RawServer {
  readonly server: Server;
  readonly port: number;
  /** Both ends of these are the spec's to end. */
  readonly peers: Socket[];
}

export async function startRawServer(): Promise<RawServer> {
  const peers: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (peer) => peers.push(peer.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port, peers };
}

export async function stopRawServer({ server, peers }: Pick<RawServer, 'server' | 'peers'>): Promise<void> {
  for (const peer of peers) peer.destroy();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
}
