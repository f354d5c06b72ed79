/**
 * Makes sure of a socket's end. Where data and a reset behind it come at once, libuv (1.46) reports the data and then an
 * end, since the connection has hung up, and what was cut off would look complete. Reading once more tells them apart.
 */
import type { Socket } from 'node:net';
import { isGone, type ConnectionHandle } from '../is-gone.js';

/** To be called before the socket reads: an end that may be none is asked for twice, and an error that comes instead counts. */
export function doubtEnd(socket: Socket): void {
  const push = socket.push.bind(socket);
  let asked = false;
  socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
    const handle = chunk === null && !asked ? handleOf(socket) : null;
    if (handle === null || !isGone(handle)) return push(chunk, encoding);
    asked = true;
    handle.readStart();
    return true;
  };
}

interface Handle extends ConnectionHandle {
  /** 0, or the negative number of a system error. */
  readStart(): number;
}

function handleOf(socket: Socket): Handle | null {
  return (socket as unknown as { readonly _handle: Handle | null })._handle;
}
