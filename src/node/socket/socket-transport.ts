/**
 * A `net.Socket` as a transport: what it does otherwise than any Node stream. It reads into slabs, a write is through
 * when the system has taken it, and an abort resets the connection. It neither connects nor listens.
 */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FlowLink } from '../../flow/transport.js';
import { NodeStreamTransport, type Taker } from '../stream/node-stream-transport.js';
import { WriteGatherer } from '../stream/write-gatherer.js';
import type { ReadMemory } from './read-memory.js';

export class SocketTransport extends NodeStreamTransport {
  /** Several large reads: with less, a busy socket would stop and go. */
  override readonly highWaterMark = 262144;

  readonly #gatherer: WriteGatherer | null;

  /** @param memory what the socket was made to read into; without one it is not of `onread-socket`'s making. */
  constructor(
    name: string,
    private readonly socket: Socket,
    private readonly memory: ReadMemory | null,
  ) {
    super(name, socket, socket);
    this.#gatherer = memory === null ? null : new WriteGatherer(socket);
  }

  override open(link: FlowLink): void {
    super.open(link);
    if (this.memory !== null) this.memory.deliver = (buffer) => link.push(buffer);
  }

  override write(buffer: Uint8Array): boolean {
    if (this.#gatherer === null) return super.write(buffer);
    this.state = 'used';
    return this.#gatherer.write(buffer);
  }

  override writev(buffers: Uint8Array[]): boolean {
    if (this.#gatherer === null) return super.writev(buffers);
    this.state = 'used';
    return this.#gatherer.writev(buffers);
  }

  override end(): void {
    const { socket } = this;
    this.state = 'used';
    this.#gatherer?.flush();
    // Not before all has left: a socket that is told to end cannot be reset until it has.
    if (socket.writableLength === 0) socket.end();
    else socket.write(NOTHING, () => socket.end());
  }

  override take(taker?: Taker): Duplex | null {
    const socket = super.take(taker);
    // What comes once the protocol is done, a second GOAWAY say, is nobody's: kept, it would hide the end behind it.
    if (socket !== null && this.memory !== null) this.memory.deliver = () => true;
    return socket;
  }

  override abort(): void {
    const { socket } = this;
    // Where both directions have ended, and only its last bytes are on their way, a reset would drop them. While a FIN is
    // leaving, which takes a turn, a reset is refused, and Node (20) never closes the handle after that: so it waits for
    // `finish`. When a FIN that went past the socket has left, no event tells: then the socket is just destroyed.
    if (this.hasEnded || this.taker?.isEnding()) socket.destroy();
    else if (socket.writableEnded && !socket.writableFinished) socket.once('finish', () => this.abort());
    else reset(socket);
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
