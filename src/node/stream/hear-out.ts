/**
 * Hears a peer out that goes away in the middle of what it is told. Node destroys a socket whose write fails, and what the
 * peer had said before ("413 too large", and it was gone) goes with it, though the system still has it to be read.
 */
import type { Socket } from 'node:net';

/** To be called before the socket writes: a write that fails destroys it only when no more comes from the system. */
export function hearOut(socket: Socket): void {
  const destroy = socket.destroy.bind(socket);
  let hearing = false;
  socket.destroy = (error?: Error) => {
    if (!isOfWrite(error) || socket.destroyed) return destroy(error);
    // Later writes fail in the same way: the first failure speaks for them.
    if (hearing) return socket;
    hearing = true;
    passBy(socket);
    readOn(socket, socket.bytesRead + MOST, () => destroy(error));
    return socket;
  };
}

/** A stream that has failed takes in nothing any more: what comes goes by it, as `data` events, behind what it has. */
function passBy(socket: Socket): void {
  if (socket.errored === null) return;
  const push = socket.push.bind(socket);
  while (socket.readableLength > 0 && socket.read() !== null); // which emits it
  socket.push = (chunk: unknown) => (chunk === null ? push(chunk) : !socket.emit('data', chunk));
}

/** Reads although nobody may want it, which stops after each buffer: so again, while there is any. */
function readOn(socket: Socket, limit: number, done: () => void): void {
  const before = socket.bytesRead;
  socket._read(0);
  // This turn of the event loop may be over with its reading already; the next is not.
  setImmediate(() =>
    setImmediate(() => {
      if (socket.bytesRead > before && socket.bytesRead < limit && !socket.destroyed) readOn(socket, limit, done);
      else done();
    }),
  );
}

/** Bytes that are read for nobody, and wait to be. */
const MOST = 2 ** 20;

function isOfWrite(error: NodeJS.ErrnoException | undefined): boolean {
  return error?.syscall === 'write';
}
