/**
 * Notices that the system has lost a connection at rest, which nobody reads or writes: it tells only who does. So it is
 * read then: what the peer said before it went waits for the next reader, and the failure that stands behind it is told.
 */
import type { Socket } from 'node:net';
import { IS_NODE } from '../runtime.js';
import { canBeCut, isCut } from './watch-cut.js';

/**
 * From now on until the socket closes, or what is returned is called. `read` asks for one buffer, wanted or not. It keeps
 * no process alive.
 */
export function readWhenCut(socket: Socket, read: () => void): () => void {
  if (!IS_NODE || !canBeCut(socket)) return () => {};
  const leave = () => {
    watched.delete(socket);
    if (watched.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  watched.set(socket, read);
  timer ??= setInterval(look, EVERY_MS).unref();
  socket.once('close', leave);
  return leave;
}

function look(): void {
  for (const [socket, read] of watched) {
    if (isReading(socket) || !isCut(socket)) continue;
    watched.delete(socket);
    readRest(socket, read, socket.bytesRead + MOST);
  }
}

/**
 * Where both directions have ended in order, that is no failure, but the peer's end. What is more than the limit waits in
 * the system, and with it what stands behind it.
 */
function readRest(socket: Socket, read: () => void, limit: number): void {
  const { bytesRead, readableLength } = socket;
  read();
  // This turn of the event loop may be over with its reading already; the next is not.
  setImmediate(() =>
    setImmediate(() => {
      const goesOn = socket.bytesRead > bytesRead || socket.readableLength < readableLength;
      if (goesOn && socket.bytesRead < limit && !socket.destroyed) readRest(socket, read, limit);
    }),
  );
}

function isReading(socket: Socket): boolean {
  const { _handle: handle } = socket as unknown as { readonly _handle?: { readonly reading?: boolean } | null };
  return handle?.reading === true;
}

const watched = new Map<Socket, () => void>();
/** One for them all. */
let timer: NodeJS.Timeout | undefined;
const EVERY_MS = 500;
/** Bytes that are read for nobody, and wait to be: more than most systems hold, which have them in memory until then. */
const MOST = 2 ** 24;
