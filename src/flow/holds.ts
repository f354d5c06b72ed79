/**
 * The holds of one operator: on every reader that was delivering when it said stop, each held once however often it
 * said so. It decides nothing: the operator says when to take hold and when to let go, its teardown included.
 */
import { type Delivery, deliveryAt, deliveryDepth } from '../engine/demand.js';

export class Holds {
  /** In the order in which they were held; and of each, whether it was the innermost on its stack. */
  readonly #held = new Map<Delivery, boolean>();
  #releasing = false;

  /** Holds what is delivering on the current call stack and is not held yet. */
  take(): void {
    let feeds = true;
    for (let depth = deliveryDepth() - 1; depth >= 0; depth -= 1) {
      const one = deliveryAt(depth)!;
      const isHeld = this.#held.has(one);
      if (!isHeld || feeds) this.#held.set(one, feeds);
      if (!isHeld) one.hold();
      feeds = false;
    }
  }

  /** Those held that feed the operator, and do not only deliver around one that does. */
  get feeders(): Delivery[] {
    return [...this.#held.keys()].filter((one) => this.#held.get(one));
  }

  /** Lets go of all; a reader may deliver within this call, and be held again. */
  release(): void {
    const held = [...this.#held.keys()];
    this.#held.clear();
    for (const one of held) one.unhold();
  }

  /**
   * Lets go of one after the other, in turn, for as long as there is room: what one delivers within this call may leave
   * none for the next.
   */
  releaseWhile(hasRoom: () => boolean): void {
    if (this.#releasing) return; // whoever is at it goes on, and not deeper and deeper
    this.#releasing = true;
    for (const one of this.#held.keys()) {
      if (!hasRoom()) break;
      this.#held.delete(one); // if it is held again, it is the last
      one.unhold();
    }
    this.#releasing = false;
  }
}
