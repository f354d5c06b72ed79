import { type MonoTypeOperatorFunction, Observable, Subscriber } from 'rxjs';
import { type Delivery, deliveryAt, enterDelivery, forgetDelivery, leaveDelivery } from '../engine/demand.js';

/**
 * Passes buffers on and says when the chain downstream takes hold of the read that delivers them (`true`) and when it
 * has let go (`false`): for decorators that show backpressure. It holds nothing of its own accord.
 *
 * @example
 * flow.read().pipe(watchHolds((held) => console.log(held ? 'stalled' : 'reading')))
 */
export function watchHolds(onChange: (held: boolean) => void): MonoTypeOperatorFunction<Uint8Array> {
  return (source) => new Observable((subscriber) => source.subscribe(new HoldWatch(subscriber, onChange)));
}

/** A delivery of its own on the stack, inside that of the read: a hold on it alone reaches the read as well. */
class HoldWatch extends Subscriber<Uint8Array> implements Delivery {
  #holds = 0;
  #depth = 0;
  /** The read that is held for as long as this is. */
  #read: Delivery | null = null;

  constructor(
    readonly subscriber: Subscriber<Uint8Array>,
    private readonly onChange: (held: boolean) => void,
  ) {
    // A Subscriber, as RxJS's own operators are: a plain observer would hide whether `subscriber` is ending.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    super(subscriber);
  }

  hold(): void {
    this.#holds += 1;
    if (this.#holds > 1) return;
    this.#read = deliveryAt(this.#depth - 1);
    this.#read?.hold();
    this.onChange(true);
  }

  unhold(): void {
    this.#holds -= 1;
    if (this.#holds > 0) return;
    this.onChange(false);
    this.#read?.unhold();
  }

  /** @internal RxJS's hook for subclasses of Subscriber. */
  protected override _next(buffer: Uint8Array): void {
    this.#depth = enterDelivery(this);
    try {
      this.subscriber.next(buffer);
    } finally {
      leaveDelivery(this.#depth);
      if (this.closed) forgetDelivery(this);
    }
  }
}
