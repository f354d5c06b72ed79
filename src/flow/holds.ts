/**
 * The holds of one operator: on every reader that was delivering when it said stop, each held once however often it
 * said so. It decides nothing: the operator says when to take hold and when to let go, its teardown included.
 */
import { type Delivery, deliveryAt, deliveryDepth } from '../engine/demand.js';

export class Holds {
  readonly #held: Delivery[] = [];
  #releasing = false;

  /** Holds what is delivering on the current call stack and is not held yet. */
  take(): void {
    for (let depth = deliveryDepth() - 1; depth >= 0; depth -= 1) {
      const one = deliveryAt(depth)!;
      if (this.#held.includes(one)) continue;
      this.#held.push(one);
      one.hold();
    }
  }

  has(one: Delivery): boolean {
    return this.#held.includes(one);
  }

  /** Lets go of all; a reader may deliver within this call, and be held again. */
  release(): void {
    for (const one of this.#held.splice(0)) one.unhold();
  }

  /**
   * Lets go of one after the other, in turn, for as long as there is room: what one delivers within this call may leave
   * none for the next.
   */
  releaseWhile(hasRoom: () => boolean): void {
    if (this.#releasing) return; // whoever is at it goes on, and not deeper and deeper
    this.#releasing = true;
    while (this.#held.length > 0 && hasRoom()) this.#held.shift()!.unhold();
    this.#releasing = false;
  }
}
