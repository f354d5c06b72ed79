/**
 * Keeps what is native of a session for as long as its socket lives. When a session is over `node:http2` lets go of it,
 * and where the socket stays for its peer's end, it goes on to take the socket's data until it is collected. If that
 * happens between the system's asking where a read shall go and the read itself (Node 20), the data comes to the buffer
 * that sockets of ours read into, which it was not read into: an assertion then ends the process.
 */
import type { Http2Session } from 'node:http2';
import type { Duplex } from 'node:stream';

const kept = new Set<unknown>();

/** To be called before the session is destroyed, for then it knows its native half no more. */
export function keepNative(session: Http2Session, duplex: Duplex): void {
  if (duplex.closed) return;
  const symbol = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'kHandle');
  const native = (session as unknown as Record<symbol, unknown>)[symbol!];
  if (native === undefined) return;
  kept.add(native);
  duplex.once('close', () => kept.delete(native));
}
