/**
 * Notices that nghttp2 has given a connection up. After some faults of the peer it sends GOAWAY, reads nothing any more,
 * and waits for the peer to leave; `node:http2` says nothing, and with a peer that stays, requests would wait for good.
 * What shows is that nothing leaves any more: so once in each silence that follows data it is asked for an empty
 * SETTINGS frame (servers count PINGs, and may end connections for them). Source: RFC 9113 §5.4.1.
 */
import type { Http2Session } from 'node:http2';

/**
 * Calls `onGivenUp` once at most; what is returned ends the watch. It keeps no process alive.
 *
 * @param isWriting whether the transport still has something in hand, as with a peer that does not read
 */
export function watchGivenUp(session: Http2Session, isWriting: () => boolean, onGivenUp: () => void): () => void {
  let readBefore = 0;
  /** What had been read when the peer last answered, or asked. */
  let answeredAt = 0;
  /** What had been written when it was last asked, until it answers. */
  let askedAt: number | null = null;
  const look = () => {
    if (session.destroyed) return;
    const { bytesRead, bytesWritten } = session.socket;
    const isSilent = bytesRead === readBefore && !isWriting();
    readBefore = bytesRead;
    if (!isSilent || bytesRead === answeredAt) return;
    if (askedAt === bytesWritten) onGivenUp();
    if (askedAt !== null) return;
    askedAt = bytesWritten;
    session.settings({}, () => {
      askedAt = null;
      if (!session.destroyed) answeredAt = session.socket.bytesRead;
    });
  };
  // A frame that is told of has been taken: the peer's own question needs none in return, or the two would ask for ever.
  session.on('remoteSettings', () => (answeredAt = session.socket.bytesRead));
  const timer = setInterval(look, EVERY_MS).unref();
  return () => clearInterval(timer);
}

/** Three of these, at the most, until a connection that was given up has failed. */
const EVERY_MS = 100;
