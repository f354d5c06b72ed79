/**
 * A `net.Socket` as a transport: what it does otherwise than any Node stream. It reads into slabs, a write is through
 * when the system has taken it, an abort resets the connection, and the socket can be taken from a flow that was never
 * used. It neither connects nor listens.
 */
import type { Socket } from 'node:net';
import { FlowError } from '../flow/flow-error.js';
import type { FlowLink } from '../flow/transport.js';
import { NodeStreamTransport } from './node-stream-transport.js';
import type { ReadSlab } from './read-slab.js';

export class SocketTransport extends NodeStreamTransport {
  #taken = false;

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

  override pull(): void {
    if (!this.#taken) super.pull();
  }

  override abort(): void {
    const { socket } = this;
    // A reset is refused while the FIN is on its way, which takes a turn of the event loop: nothing is queued before it.
    if (socket.writableEnded && !socket.writableFinished) socket.once('finish', () => reset(socket));
    else reset(socket);
  }

  /**
   * Hands the socket over, to a protocol that Node runs on sockets natively (`node:tls`, `node:http2`); `null` once
   * anything was read or written. What is left of the flow is its lifetime: it closes, breaks and aborts with the socket.
   */
  take(): Socket | null {
    const { socket } = this;
    const isFresh = socket.isPaused() && socket.bytesRead === 0 && socket.bytesWritten === 0 && socket.writable;
    if (this.#taken || this.slab === null || !isFresh) return null;
    this.#taken = true;
    this.link.refuse(new FlowError('closed', `${this.name}: write after the socket was handed over`));
    return socket;
  }

  protected override onClosed(): void {
    if (this.#taken) this.link.end();
    else super.onClosed();
  }
}

/** TCP says RST, so that the peer can tell it from an end; a Unix socket has no such thing and is just closed. */
function reset(socket: Socket): void {
  try {
    socket.resetAndDestroy();
  } catch {
    socket.destroy();
  }
}
