/**
 * A `net.Socket` as a transport: what it does otherwise than any Node stream. It reads into slabs, a write is through
 * when the system has taken it, and an abort resets the connection. It neither connects nor listens.
 */
import type { Socket } from 'node:net';
import { NodeStreamTransport } from './node-stream-transport.js';
import type { FlowLink } from '../flow/transport.js';
import type { ReadSlab } from './read-slab.js';

export class SocketTransport extends NodeStreamTransport {
  /** @param slab what the socket was told to read into, if it was: without one it emits `data` events. */
  constructor(
    name: string,
    private readonly socket: Socket,
    private readonly slab: ReadSlab | null,
  ) {
    super(name, socket, socket);
  }

  override open(link: FlowLink): void {
    super.open(link);
    if (this.slab !== null) this.slab.deliver = (buffer) => link.push(buffer);
  }

  override abort(): void {
    const { socket } = this;
    // A reset is refused while the FIN is on its way, which takes a turn of the event loop: nothing is queued before it.
    if (socket.writableEnded && !socket.writableFinished) socket.once('finish', () => reset(socket));
    else reset(socket);
  }
}

/** TCP says RST, so that the peer can tell it from an end; a Unix socket has no such thing and is just closed. */
function reset(socket: Socket): void {
  if (socket.remoteFamily === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
