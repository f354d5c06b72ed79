/**
 * Makes sure of a socket's end. Where data and a reset behind it come at once, libuv (1.46) reports the data and then an
 * end, since the connection has hung up, and what was cut off would look complete. Reading once more tells them apart.
 */
import type { Socket } from 'node:net';

/** To be called before the socket reads: an end that may be none is asked for twice, and an error that comes instead counts. */
export function doubtEnd(socket: Socket): void {
  const push = socket.push.bind(socket);
  let asked = false;
  socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
    const handle = chunk === null && !asked ? handleOf(socket) : null;
    // A peer that has only ended its own side is still there.
    if (handle?.getpeername === undefined || handle.getpeername({}) === 0) return push(chunk, encoding);
    asked = true;
    handle.readStart();
    return true;
  };
}

/** What is used of Node's handle of a TCP connection; each answers 0 or the negative number of a system error. */
interface Handle {
  readStart(): number;
  getpeername?(peer: object): number;
}

function handleOf(socket: Socket): Handle | null {
  return (socket as unknown as { readonly _handle: Handle | null })._handle;
}
