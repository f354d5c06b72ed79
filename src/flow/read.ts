/**
 * The cold Observable behind `flow.read()`: each subscription claims the inbound pipe and pulls until EOF. While it
 * delivers it publishes itself as a `Delivery`, so that an operator downstream can hold it (DESIGN: backpressure
 * through ordinary operators).
 */
import { config, Observable, type Observer, type Subscriber, type Subscription, type TeardownLogic } from 'rxjs';
import { type Delivery, enterDelivery, forgetDelivery, leaveDelivery } from '../engine/demand.js';
import type { Pipe, Reader } from '../engine/pipe.js';
import { FlowError } from './flow-error.js';
import { reportUnhandled } from './report-unhandled.js';
import { isStopped } from './subscriber-chain.js';

export class ReadObservable extends Observable<Uint8Array> {
  readonly #inbound: Pipe;
  readonly #name: string;
  /** From `subscribe` to the `_subscribe` that RxJS calls inside it. */
  #handler: Handler | null = null;

  constructor(inbound: Pipe, name: string) {
    super();
    this.#inbound = inbound;
    this.#name = name;
  }

  /** As Observable's own; the handler of one who subscribes without an operator in between is called without a detour. */
  override subscribe(observer?: Partial<Observer<Uint8Array>> | ((value: Uint8Array) => void) | null, ...others: unknown[]): Subscription {
    this.#handler = plainHandlerOf(observer);
    // The overloads of `subscribe` cannot be told apart from here.
    return super.subscribe(...([observer, ...others] as [typeof observer & object]));
  }

  /** @internal RxJS's hook for subclasses of Observable. */
  protected _subscribe(subscriber: Subscriber<Uint8Array>): TeardownLogic {
    const reader = new ReadSubscription(this.#inbound, this.#name, subscriber, this.#handler);
    this.#handler = null;
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
    readonly subscriber: Subscriber<Uint8Array>,
    private readonly handler: Handler | null,
  ) {}

  onData(buffer: Uint8Array): boolean {
    const depth = enterDelivery(this);
    // One of its own: holds that come and go inside are no reason to go on.
    this.hold();
    try {
      if (this.handler === null) this.subscriber.next(buffer);
      else this.handler(buffer);
    } catch (error) {
      reportUnhandled(error);
    } finally {
      leaveDelivery(depth);
    }
    this.#holds -= 1;
    if (!this.subscriber.closed) return this.#holds === 0;
    forgetDelivery(this);
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
    // Without an operator in between, nobody ends it but by unsubscribing.
    return this.handler === null && isStopped(this.subscriber);
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

type Handler = (buffer: Uint8Array) => void;

/**
 * The `next` of a plain function or a plain observer, which RxJS would call by way of two objects that many kinds of
 * subscribers share: the slowest part of a read. Whatever is not plain goes RxJS's own way.
 */
function plainHandlerOf(observer: unknown): Handler | null {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- who has set it gets what it promises
  if (config.useDeprecatedNextContext) return null;
  if (typeof observer === 'function') return observer as Handler;
  const plain = observer as Observer<Uint8Array> | null | undefined;
  // Looked up for each buffer, as RxJS does.
  return plain?.constructor === Object && typeof plain.next === 'function' ? (buffer) => plain.next(buffer) : null;
}

/** What a second reader is told, while the first goes on. */
export function busyError(name: string): FlowError {
  return new FlowError('busy', `${name}: read() while another read is active; share() one subscription instead`);
}
