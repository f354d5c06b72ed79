import type { TcpAddress, UnixAddress } from '../node/socket/socket-flow.js';

/** Where a listener listens, as the URL that connects to it; `listening` is the URL that it was told to listen at. */
export function formatAddress(address: TcpAddress | UnixAddress, listening = 'tcp:'): string {
  if ('path' in address) return `unix:${address.path}`;
  const { host, port } = address;
  const { protocol, pathname } = new URL(listening);
  return `${protocol}//${host.includes(':') ? `[${host}]` : host}:${port}${pathname === '/' ? '' : pathname}`;
}
