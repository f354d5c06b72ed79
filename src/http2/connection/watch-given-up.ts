/**
 * Notices that nghttp2 has given a connection up. After some faults of the peer it sends GOAWAY, reads nothing any more,
 * and waits for the peer to leave; `node:http2` says nothing, and with a peer that stays, requests would wait for good.
 * What shows is that nothing leaves any more: so in each silence that follows data it is asked for an empty SETTINGS frame
 * (servers count PINGs, and may end connections for them). Source: RFC 9113 §5.4.1.
 *
 * To a client that cancels too much it says GOAWAY and lets the streams that are open go on, and SETTINGS leave; once there
 * are none it does not read either, not even that the client has left. There it is the answer that does not come. But nor
 * does that of a client that is slow to read what it was sent, or at rest between two requests: so it is waited for only
 * where nghttp2 may have had enough. Source: RFC 9113 §6.5.3.
 */
import type { Http2Session } from 'node:http2';
import { MOST_OUTSTANDING } from './session-limits.js';

/**
 * Calls `onGivenUp` once at most; what is returned ends the watch. It keeps no process alive.
 *
 * @param isWriting whether the transport still has something in hand, as with a peer that does not read
 * @param isNoLoss whether the peer may have been given up for what it cancels, and nothing is open
 */
export function watchGivenUp(
  session: Http2Session,
  isWriting: () => boolean,
  isNoLoss: () => boolean,
  onGivenUp: (code: 'protocol' | 'timeout', what: string) => void,
): () => void {
  let readBefore = 0;
  /** Looks in a row at which nothing had come, nothing was to leave, and nothing was to lose. */
  let silences = 0;
  /**
   * Bytes of answers, and of the peer's own questions. They are no reason to ask, or two of these would do so for ever; but
   * what comes with them, in one read, is.
   */
  let idleTalk = 0;
  /** What had been read, less idle talk, when it was last asked. */
  let askedFor = 0;
  /** What had been written then, until that is looked at. */
  let askedAt: number | null = null;
  let unanswered = 0;
  const giveUp: typeof onGivenUp = (code, what) => {
    clearInterval(timer);
    onGivenUp(code, what);
  };
  const look = () => {
    if (session.destroyed) return;
    const { bytesRead, bytesWritten } = session.socket;
    const isSilent = bytesRead === readBefore && !isWriting();
    readBefore = bytesRead;
    silences = isSilent && isNoLoss() ? silences + 1 : 0;
    if (!isSilent) return;
    if (askedAt === bytesWritten) {
      giveUp('protocol', 'the peer does not keep to HTTP/2');
      return;
    }
    if (unanswered > 0 && silences >= MOST_SILENCES) {
      giveUp('timeout', `no answer to SETTINGS within ${ANSWER_MS} ms`);
      return;
    }
    askedAt = null;
    if (bytesRead - idleTalk === askedFor || unanswered === MOST_UNANSWERED) return;
    askedFor = bytesRead - idleTalk;
    askedAt = bytesWritten;
    unanswered += 1;
    session.settings({}, () => {
      unanswered -= 1;
      idleTalk += EMPTY_FRAME_BYTES;
    });
  };
  session.on('remoteSettings', () => (idleTalk += EMPTY_FRAME_BYTES));
  const timer = setInterval(look, EVERY_MS).unref();
  return () => clearInterval(timer);
}

/** Three of these, at the most, until a connection that was given up has failed. */
const EVERY_MS = 100;
/** What such a peer has to acknowledge SETTINGS. */
const ANSWER_MS = 10_000;
const MOST_SILENCES = ANSWER_MS / EVERY_MS;
/** A frame of HTTP/2 without a payload, as an empty SETTINGS and its answer are. */
const EMPTY_FRAME_BYTES = 9;
/** Questions to a peer that is far away, or never answers; `node:http2` takes twice as many. */
const MOST_UNANSWERED = MOST_OUTSTANDING / 2;
