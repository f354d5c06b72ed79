/**
 * Memory that sockets read into, in the shape of `net`'s `onread`. A read is over within the call that tells of it, so all
 * sockets share one piece of memory, and what was read is copied out of it: an idle connection holds none, and whoever
 * keeps a small buffer keeps no more than that. Where a read fills what it is given, more is waiting: the next one goes
 * into memory of its own, which is given away as it is. It starts and stops no reading itself.
 */
export class ReadMemory {
  /** Takes what was read; `false` stops the socket until it is resumed. */
  deliver: (buffer: Uint8Array) => boolean = () => false;
  /** What was read is lost, for want of memory to copy it to. */
  fail: (error: Error) => void = () => {};

  #armed = sharedMemory();
  #isFull = false;

  /** `onread.buffer`: where the next read goes. Node asks once a read has been told, and not if that has thrown. */
  readonly buffer = (): Uint8Array => (this.#armed = this.#isFull ? ownMemory() : sharedMemory());

  /** `onread.callback`: so many bytes were read into what {@link buffer} returned last. Whoever they go to owns them. */
  readonly callback = (byteLength: number): boolean => {
    this.#isFull = byteLength === READ_BYTES;
    let buffer: Uint8Array;
    try {
      buffer = this.#taken(byteLength);
    } catch (error) {
      this.fail(error as Error);
      return false;
    }
    return this.deliver(buffer);
  };

  /** Memory of its own is given away, unless it is mostly empty. */
  #taken(byteLength: number): Uint8Array {
    const armed = this.#armed;
    return armed !== shared && byteLength * 2 >= READ_BYTES ? armed.subarray(0, byteLength) : armed.slice(0, byteLength);
  }
}

/**
 * What one read of a busy socket takes; larger ones gained nothing in measurements. No power of two, of which transfers
 * are a multiple, so that their last reads do not fill it and leave memory behind that waits for more.
 */
export const READ_BYTES = 262144 - 192;

let shared: Uint8Array | null = null;

/** There once a socket is. */
function sharedMemory(): Uint8Array {
  return (shared ??= allocate());
}

/** Where there is none to be had, the shared one does. */
function ownMemory(): Uint8Array {
  try {
    return allocate();
  } catch {
    return sharedMemory();
  }
}

/** Not from Node's shared pool, and not zeroed: what is given away has been read into. */
function allocate(): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(READ_BYTES).buffer);
}
