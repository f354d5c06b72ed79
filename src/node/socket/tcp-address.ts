/** What TCP connections are called, and where their ends are. */
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Ends, TcpAddress } from './socket-flow.js';

/** `tcp 127.0.0.1:80`, `tcp [::1]:80`; of another `protocol` over it, `tls 127.0.0.1:443`. */
export function tcpName(address: TcpAddress, protocol = 'tcp'): string {
  return `${protocol} ${hostAndPort(address)}`;
}

/** As URLs have it: `127.0.0.1:80`, `[::1]:80`. */
export function hostAndPort({ host, port }: TcpAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Of a connection that is gone already, the system does not tell the ends any more. */
export function tcpEndsOf(socket: Socket): Ends<TcpAddress> {
  const local = { host: socket.localAddress ?? '', port: socket.localPort ?? 0 };
  const remote = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
  return { name: tcpName(remote), local, remote };
}

export function tcpAddressOf(server: Server): TcpAddress {
  const { address: host, port } = server.address() as AddressInfo;
  return { host, port };
}
