/**
 * Notices that the system has lost the connection under a session. While a write is on its way `node:http2` does not
 * read, so it is the write that has to fail; but one that waits in Node's TLS (20) behind a write that fails, such as
 * the tickets behind a handshake, is never told.
 */

/** Calls `onCut` once at most; what is returned ends the watch. It keeps no process alive. */
export function watchCut(isCut: () => boolean, onCut: () => void): () => void {
  let wasCut = false;
  const look = () => {
    if (!isCut()) return;
    if (wasCut) {
      clearInterval(timer);
      onCut();
    }
    // At the first look, whoever should say so may still be about to.
    wasCut = true;
  };
  const timer = setInterval(look, EVERY_MS).unref();
  return () => clearInterval(timer);
}

const EVERY_MS = 200;
