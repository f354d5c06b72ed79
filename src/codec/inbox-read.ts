/**
 * The cold Observable of what a decoder makes of an inbox: each subscription goes on where the last one stopped, item by
 * item. While it hands items on it can be held like a flow's read, between two items of one chunk too.
 */
import { Observable, type Subscriber, type TeardownLogic } from 'rxjs';
import type { ByteQueue } from '../flow/byte-queue.js';
import { ItemDelivery } from '../flow/item-delivery.js';
import { busyError } from '../flow/read.js';
import { isStopped } from '../flow/subscriber-chain.js';
import type { Decoder } from './codec.js';
import { finishDecoding } from './finish-decoding.js';
import type { Inbox, InboxReader } from './inbox.js';

export class InboxRead<T> extends Observable<T> {
  readonly #inbox: Inbox;
  readonly #where: string;
  readonly #decoder: Decoder<T>;

  /** `where` is for messages. */
  constructor(inbox: Inbox, where: string, decoder: Decoder<T>) {
    super();
    this.#inbox = inbox;
    this.#where = where;
    this.#decoder = decoder;
  }

  /** @internal RxJS's hook for subclasses of Observable. */
  protected _subscribe(subscriber: Subscriber<T>): TeardownLogic {
    const reader = new DecodingReader(this.#inbox, this.#where, this.#decoder, subscriber);
    subscriber.add(reader);
    this.#inbox.claim(reader);
    return undefined;
  }
}

class DecodingReader<T> implements InboxReader {
  readonly #delivery: ItemDelivery;

  constructor(
    private readonly inbox: Inbox,
    private readonly where: string,
    private readonly decoder: Decoder<T>,
    private readonly subscriber: Subscriber<T>,
  ) {
    this.#delivery = new ItemDelivery(subscriber, () => inbox.resume(this));
  }

  onBytes(bytes: ByteQueue): boolean {
    this.#delivery.enter();
    try {
      while (!this.#delivery.isHeld && !isStopped(this.subscriber)) {
        const item = this.decoder.decode(bytes);
        if (item === undefined) return true;
        this.subscriber.next(item);
      }
    } catch (error) {
      this.subscriber.error(error);
    } finally {
      this.#delivery.leave();
    }
    return false;
  }

  onEnd(bytes: ByteQueue): void {
    try {
      finishDecoding(this.where, this.decoder, bytes, (item) => {
        this.subscriber.next(item);
        return !this.subscriber.closed;
      });
    } catch (error) {
      this.subscriber.error(error);
      return;
    }
    this.subscriber.complete();
  }

  onFailure(reason: unknown): void {
    this.subscriber.error(reason);
  }

  onBusy(): void {
    this.subscriber.error(busyError(this.where));
  }

  isEnding(): boolean {
    return isStopped(this.subscriber);
  }

  get isHeld(): boolean {
    return this.#delivery.isHeld;
  }

  unsubscribe(): void {
    this.#delivery.end();
    this.inbox.release(this);
  }
}
