/**
 * Writes to a socket with a high-water mark of 0, which drains once the system has taken everything. The first write of
 * a tick leaves at once; small ones that follow in the same tick are copied together and leave with its end, since a
 * call to the system costs as much as copying some ten thousand bytes. What the socket does not take stops the writer.
 */
import type { Socket } from 'node:net';
import { mergeSmall } from './merge-small.js';

export class WriteGatherer {
  /** Where small writes are gathered, up to `#used`; none between ticks. */
  #slab: Uint8Array | null = null;
  #used = 0;
  /** Something has left in this tick. */
  #gathering = false;
  /** The system has taken all that was sent in this tick. */
  #taken = true;

  constructor(private readonly socket: Socket) {}

  /** Whether the system has taken all; if not, the socket drains when it has. */
  write(buffer: Uint8Array): boolean {
    // `length`, since here the accessor `byteLength` would cost as much as the copy.
    if (this.#gathering && buffer.length <= SMALL) this.#gather(buffer);
    else this.#send(buffer);
    return this.#taken;
  }

  writev(buffers: readonly Uint8Array[]): boolean {
    const { socket } = this;
    this.flush();
    socket.cork();
    for (const piece of mergeSmall(buffers)) this.#send(piece);
    socket.uncork();
    return (this.#taken = this.#hasTaken());
  }

  /** Lets go of what is gathered. */
  flush(): void {
    if (this.#used === 0) return;
    const slab = this.#slab as Uint8Array;
    this.#write(slab.subarray(0, this.#used));
    this.#used = 0;
    // What the system has not taken is still read from the slab.
    if (!this.#taken) this.#slab = null;
  }

  #send(buffer: Uint8Array): void {
    this.flush();
    this.#write(buffer);
    if (this.#gathering) return;
    this.#gathering = true;
    process.nextTick(this.#onTickEnd);
  }

  #write(buffer: Uint8Array): void {
    this.socket.write(buffer);
    this.#taken = this.#hasTaken();
  }

  /** What the system refused at once does not wait in the socket either. */
  #hasTaken(): boolean {
    return this.socket.writableLength === 0 && this.socket.errored === null;
  }

  #gather(buffer: Uint8Array): void {
    const size = buffer.length;
    if (this.#used + size > SLAB) this.flush();
    const slab = (this.#slab ??= takeSlab());
    slab.set(buffer, this.#used);
    this.#used += size;
  }

  readonly #onTickEnd = (): void => {
    this.#gathering = false;
    if (!this.socket.destroyed) this.flush();
    if (this.#slab !== null) spare = this.#slab;
    this.#slab = null;
    this.#used = 0;
  };
}

/** Below this, a copy costs less than a call to the system. */
const SMALL = 4096;
const SLAB = 65536;

/** One slab serves all sockets, unless several gather in one tick: an idle socket holds none. */
let spare: Uint8Array | null = null;

function takeSlab(): Uint8Array {
  const slab = spare ?? new Uint8Array(SLAB);
  spare = null;
  return slab;
}
