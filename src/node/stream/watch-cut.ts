/**
 * Notices that the system has lost the connection under a stream, where nothing else would. While a write is on its way
 * `node:http2` does not read, and behind the peer's end nobody does: so it is the write that has to fail; but one that
 * waits in Node's TLS (20) behind a write that fails, such as the tickets behind a handshake, is never told.
 */
import type { Duplex } from 'node:stream';
import { isGone, type ConnectionHandle } from '../is-gone.js';

/** Calls `onCut` once at most; what is returned ends the watch. It keeps no process alive. */
export function watchCut(duplex: Duplex, onCut: () => void): () => void {
  if (connectionOf(duplex)?.getpeername === undefined) return () => {}; // nothing to look at
  let wasCut = false;
  const look = () => {
    if (!isCut(duplex)) return;
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

/** Whether the system has no connection any more, where that can be asked: of a socket, or of TLS on one. */
export function isCut(duplex: Duplex): boolean {
  return isGone(connectionOf(duplex));
}

function connectionOf(duplex: Duplex): ConnectionHandle | null | undefined {
  const { _handle: handle } = duplex as { readonly _handle?: (ConnectionHandle & { readonly _parent?: ConnectionHandle }) | null };
  return handle?._parent ?? handle;
}

const EVERY_MS = 200;
