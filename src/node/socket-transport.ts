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
import { WriteGatherer } from './write-gatherer.js';

export class SocketTransport extends NodeStreamTransport {
  /** Several large reads: with less, a busy socket would stop and go. */
  override readonly highWaterMark = 262144;

  readonly #gatherer: WriteGatherer | null;
  #taken = false;

  /** @param slab what the socket was made to read into; without one it is not of `slab-socket`'s making. */
  constructor(
    name: string,
    private readonly socket: Socket,
    private readonly slab: ReadSlab | null,
  ) {
    super(name, socket, socket);
    this.#gatherer = slab === null ? null : new WriteGatherer(socket);
  }

  override open(link: FlowLink): void {
    super.open(link);
    if (this.slab !== null) this.slab.deliver = (buffer) => link.push(buffer);
  }

  override pull(): void {
    if (!this.#taken) super.pull();
  }

  override write(buffer: Uint8Array): boolean {
    return this.#gatherer === null ? super.write(buffer) : this.#gatherer.write(buffer);
  }

  override writev(buffers: Uint8Array[]): boolean {
    return this.#gatherer === null ? super.writev(buffers) : this.#gatherer.writev(buffers);
  }

  override end(): void {
    const { socket } = this;
    this.#gatherer?.flush();
    // Not before all has left: a socket that is told to end cannot be reset until it has.
    if (socket.writableLength === 0) socket.end();
    else socket.write(NOTHING, () => socket.end());
  }

  override abort(): void {
    const { socket } = this;
    // A reset is refused while the FIN is on its way, which takes a turn of the event loop.
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

const NOTHING = new Uint8Array(0);

/** TCP says RST, so that the peer can tell it from an end; a Unix socket has no such thing and is just closed. */
function reset(socket: Socket): void {
  try {
    socket.resetAndDestroy();
  } catch {
    socket.destroy();
  }
}
