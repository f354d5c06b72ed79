/**
 * The buffer that a message transport has in hand, sent in pieces as room comes. It holds that one buffer only: queues
 * are the engine's.
 */
export class PieceSender {
  #rest: Uint8Array | null = null;

  /** `room`: how many bytes the next message may carry, 0 for none now. `send` takes a piece, never empty, uncopied. */
  constructor(
    private readonly room: () => number,
    private readonly send: (piece: Uint8Array) => void,
  ) {}

  /** As `Transport.write`: `true` once all is sent, `false` if {@link resume} must be called when there is room. */
  write(buffer: Uint8Array): boolean {
    this.#rest = buffer;
    return this.resume();
  }

  /** Sends on; `true`: nothing is in hand. */
  resume(): boolean {
    while (this.#rest !== null) {
      const buffer: Uint8Array = this.#rest;
      const room = this.room();
      if (room <= 0) return false;
      const whole = buffer.byteLength <= room;
      this.#rest = whole ? null : buffer.subarray(room);
      this.send(whole ? buffer : buffer.subarray(0, room));
    }
    return true;
  }
}
