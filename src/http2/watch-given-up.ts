/**
 * Notices that nghttp2 has given a connection up. After some faults of the peer it sends GOAWAY, reads nothing any more,
 * and waits for the peer to leave; `node:http2` says nothing, and with a peer that stays, requests would wait for good.
 * What shows is that nothing leaves any more: so once in each silence that follows data it is asked for a PING. Source:
 * RFC 9113 §5.4.1.
 */
import type { Http2Session } from 'node:http2';

/**
 * Calls `onGivenUp` once at most; what is returned ends the watch. It keeps no process alive.
 *
 * @param isWriting whether the transport still has something in hand, as with a peer that does not read
 */
export function watchGivenUp(session: Http2Session, isWriting: () => boolean, onGivenUp: () => void): () => void {
  let readBefore = 0;
  /** Where the connection stood when the last PING was asked for. */
  let asked = { bytesRead: 0, bytesWritten: -1 };
  const look = () => {
    if (session.destroyed) return;
    const { bytesRead, bytesWritten } = session.socket;
    const isSilent = bytesRead === readBefore && !isWriting();
    readBefore = bytesRead;
    if (!isSilent) return;
    if (bytesWritten === asked.bytesWritten) onGivenUp();
    else if (!isAcknowledgement(bytesRead - asked.bytesRead) && session.ping(() => {})) asked = { bytesRead, bytesWritten };
  };
  const timer = setInterval(look, EVERY_MS).unref();
  return () => clearInterval(timer);
}

/** Nothing, the PING's answer, and a WINDOW_UPDATE or two: no reason to ask again, or a PING would be the reason for the next. */
function isAcknowledgement(bytes: number): boolean {
  return [0, PING, WINDOW_UPDATE, 2 * WINDOW_UPDATE, PING + WINDOW_UPDATE, PING + 2 * WINDOW_UPDATE].includes(bytes);
}

/** Three of these, at the most, until a connection that was given up has failed. */
const EVERY_MS = 200;
/** Frames, in bytes. */
const PING = 17;
const WINDOW_UPDATE = 13;
