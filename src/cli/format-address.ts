import type { TcpAddress, UnixAddress } from '../node/socket-flow.js';

/** Where a listener listens, as the URL that connects to it. */
export function formatAddress(address: TcpAddress | UnixAddress): string {
  if ('path' in address) return `unix:${address.path}`;
  const { host, port } = address;
  return `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
