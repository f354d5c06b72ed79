/** The trailers of a message that is coming in: replayed to every subscriber once its end is known. */
import { AsyncSubject, Observable, type Subscriber, type TeardownLogic } from 'rxjs';
import { NO_HEADERS, type Headers } from '../message/headers.js';

export class InboundTrailers extends Observable<Headers> {
  // Most messages have none, and nobody asks: the subject is made for whoever subscribes.
  #subject: AsyncSubject<Headers> | null = null;
  #settled: { readonly headers: Headers } | { readonly failure: unknown } | null = null;

  came(headers: Headers): void {
    this.#settle({ headers });
  }

  /** The message has ended, and if it had trailers they have come already. */
  none(): void {
    this.#settle({ headers: NO_HEADERS });
  }

  failed(failure: unknown): void {
    this.#settle({ failure });
  }

  /** @internal RxJS's hook for subclasses of Observable. */
  protected _subscribe(subscriber: Subscriber<Headers>): TeardownLogic {
    if (this.#subject === null) {
      this.#subject = new AsyncSubject();
      this.#tell();
    }
    return this.#subject.subscribe(subscriber);
  }

  #settle(outcome: { readonly headers: Headers } | { readonly failure: unknown }): void {
    if (this.#settled !== null) return;
    this.#settled = outcome;
    this.#tell();
  }

  #tell(): void {
    if (this.#settled === null || this.#subject === null) return;
    if ('failure' in this.#settled) {
      this.#subject.error(this.#settled.failure);
    } else {
      this.#subject.next(this.#settled.headers);
      this.#subject.complete();
    }
  }
}
