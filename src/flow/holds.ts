/**
 * The holds of one operator: on every reader that was delivering when it said stop, each held once however often it
 * said so. It decides nothing: the operator says when to take hold and when to let go, its teardown included.
 */
import { type Delivery, deliveryAt, deliveryDepth } from '../engine/demand.js';

export class Holds {
  readonly #held: Delivery[] = [];

  /** Holds what is delivering on the current call stack and is not held yet. */
  take(): void {
    for (let depth = deliveryDepth() - 1; depth >= 0; depth -= 1) {
      const one = deliveryAt(depth)!;
      if (this.#held.includes(one)) continue;
      this.#held.push(one);
      one.hold();
    }
  }

  /** Lets go of all; a reader may deliver within this call, and be held again. */
  release(): void {
    if (this.#held.length === 0) return;
    for (const one of this.#held.splice(0)) one.unhold();
  }
}
