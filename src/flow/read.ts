/**
 * The cold Observable behind `flow.read()`: each subscription claims the inbound pipe and pulls until EOF. While it
 * delivers it publishes itself as a `Delivery`, so that an operator downstream can hold it (DESIGN: backpressure
 * through ordinary operators).
 */
import { Observable, type Subscriber, type TeardownLogic } from 'rxjs';
import { type Delivery, enterDelivery, forgetDelivery, leaveDelivery } from '../engine/demand.js';
import type { Pipe, Reader } from '../engine/pipe.js';
import { FlowError } from './flow-error.js';

export class ReadObservable extends Observable<Uint8Array> {
  readonly #inbound: Pipe;
  readonly #name: string;

  constructor(inbound: Pipe, name: string) {
    super();
    this.#inbound = inbound;
    this.#name = name;
  }

  /** @internal RxJS's hook for subclasses of Observable. */
  protected _subscribe(subscriber: Subscriber<Uint8Array>): TeardownLogic {
    const reader = new ReadSubscription(this.#inbound, this.#name, subscriber);
    subscriber.add(reader);
    this.#inbound.claim(reader);
    return undefined;
  }
}

class ReadSubscription implements Reader, Delivery {
  #holds = 0;

  constructor(
    private readonly pipe: Pipe,
    private readonly name: string,
    private readonly subscriber: Subscriber<Uint8Array>,
  ) {}

  onData(buffer: Uint8Array): boolean {
    const depth = enterDelivery(this);
    try {
      this.subscriber.next(buffer);
    } finally {
      leaveDelivery(depth);
    }
    if (this.#holds === 0 && !this.subscriber.closed) return true;
    if (this.subscriber.closed) forgetDelivery(this);
    return false;
  }

  onEnd(): void {
    this.subscriber.complete();
  }

  onFailure(reason: unknown): void {
    this.subscriber.error(reason);
  }

  onBusy(): void {
    this.subscriber.error(busyError(this.name));
  }

  isEnding(): boolean {
    return isStopped(this.subscriber);
  }

  hold(): void {
    this.#holds += 1;
  }

  unhold(): void {
    this.#holds -= 1;
    if (this.#holds === 0) this.pipe.resume(this);
  }

  unsubscribe(): void {
    forgetDelivery(this);
    this.pipe.release(this);
  }
}

/** What a second reader is told, while the first goes on. */
export function busyError(name: string): FlowError {
  return new FlowError('busy', `${name}: read() while another read is active; share() one subscription instead`);
}

/**
 * Whether a subscriber further down has completed already, as between `takeUntil`'s `complete` and the unsubscribe
 * that follows it. RxJS 7 shows this only in its subscribers' own fields; where they are missing the answer is no, and
 * a successor is refused as busy.
 */
export function isStopped(subscriber: unknown): boolean {
  let one = subscriber as { isStopped?: boolean; closed?: boolean; destination?: unknown } | undefined;
  for (let depth = 0; one !== undefined && one !== null && depth < DEEPEST; depth += 1) {
    if (one.isStopped === true || one.closed === true) return true;
    one = one.destination as typeof one;
  }
  return false;
}

const DEEPEST = 256;
