import type { TcpAddress, UnixAddress } from '../node/socket/socket-flow.js';
import { hostAndPort } from '../node/socket/tcp-address.js';

/** Where a listener listens, as the URL that connects to it; `listening` is the URL that it was told to listen at. */
export function formatAddress(address: TcpAddress | UnixAddress, listening = 'tcp:'): string {
  if ('path' in address) return `unix:${address.path}`;
  const { protocol, pathname } = new URL(listening);
  return `${protocol}//${hostAndPort(address)}${pathname === '/' ? '' : pathname}`;
}
