/**
 * A reader above a flow's own: one that makes several items of a chunk and hands them on one by one. While it does, it
 * stands on the stack of deliveries, so that what holds the flow's read holds it too, between two items of a chunk.
 */
import { type Delivery, enterDelivery, forgetDelivery, leaveDelivery } from '../engine/demand.js';

export class ItemDelivery implements Delivery {
  readonly #onFree: () => void;
  #holds = 0;
  #depth = 0;
  #isOver = false;

  /** `onFree` is called whenever the last hold has gone. */
  constructor(
    readonly subscriber: unknown,
    onFree: () => void,
  ) {
    this.#onFree = onFree;
  }

  get isHeld(): boolean {
    return this.#holds > 0;
  }

  /** Items are handed on from here to {@link leave}. */
  enter(): void {
    this.#depth = enterDelivery(this);
  }

  leave(): void {
    leaveDelivery(this.#depth);
    if (this.#isOver) forgetDelivery(this);
  }

  /** The reader is gone. */
  end(): void {
    this.#isOver = true;
    forgetDelivery(this);
  }

  hold(): void {
    this.#holds += 1;
  }

  unhold(): void {
    this.#holds -= 1;
    if (this.#holds === 0) this.#onFree();
  }
}
