/**
 * Knows whether a listener of a tape holds it back. A hold reaches the read that is delivering; the gate stands on the
 * stack of deliveries whenever the tape tells an event, so that it is held too where nothing is being read, and when the
 * read that was held has gone. Who waits for it is `paced-flow.ts`.
 */
import { Observable, type Subscriber } from 'rxjs';
import { ItemDelivery } from '../../flow/item-delivery.js';

export class TapeGate {
  /** Completes once nobody holds the tape, and whoever came before has passed. */
  readonly passed = new Observable<never>((subscriber) => {
    this.#waiting.add(subscriber);
    this.#letPass();
    return () => this.#waiting.delete(subscriber);
  });

  readonly #waiting = new Set<Subscriber<never>>();
  readonly #delivery = new ItemDelivery(null, () => this.#letPass());
  #isTelling = false;
  #isOver = false;

  get isOpen(): boolean {
    return this.#waiting.size === 0 && !this.#isHeld;
  }

  /** The tape tells its listeners something: whoever takes hold within this call holds the gate. */
  telling(tell: () => void): void {
    if (this.#isTelling) {
      tell(); // inside another event: the gate is on the stack already
      return;
    }
    this.#isTelling = true;
    this.#delivery.enter();
    try {
      tell();
    } finally {
      this.#delivery.leave();
      this.#isTelling = false;
    }
  }

  /** Open from now on, whoever holds it. */
  end(): void {
    this.#isOver = true;
    this.#delivery.end();
    this.#letPass();
  }

  get #isHeld(): boolean {
    return this.#delivery.isHeld && !this.#isOver;
  }

  /** One after the other: what one does may lead to a hold again. */
  #letPass(): void {
    for (const one of this.#waiting) {
      if (this.#isHeld) return;
      one.complete(); // which takes it out
    }
  }
}
