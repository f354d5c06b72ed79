/**
 * The Observables that writes return: one shared constant for the many that are accepted at once, and a Subject behind
 * each of the few that must wait.
 */
import { AsyncSubject, Observable, of, type Subscriber, type TeardownLogic } from 'rxjs';
import type { RoomWaiter } from '../engine/pipe.js';
import type { WriteResult } from './flow.js';
import type { FlowError } from './flow-error.js';

const OK_RESULT: WriteResult = Object.freeze({ ok: true });

/** A write that was accepted at once. */
export const accepted = new Observable<WriteResult>((subscriber) => {
  subscriber.next(OK_RESULT);
  subscriber.complete();
});

/** A write that was refused at once. */
export function refused(error: FlowError): Observable<WriteResult> {
  return of(Object.freeze({ ok: false, error }));
}

/** A write that waits for room. */
export class PendingWrite extends Observable<WriteResult> implements RoomWaiter {
  mark = 0;
  readonly #outcome = new AsyncSubject<WriteResult>();

  onRoom(): void {
    this.#settle(OK_RESULT);
  }

  onRefused(reason: unknown): void {
    this.#settle(Object.freeze({ ok: false, error: reason as FlowError }));
  }

  /** @internal RxJS's hook for subclasses of Observable. */
  protected _subscribe(subscriber: Subscriber<WriteResult>): TeardownLogic {
    return this.#outcome.subscribe(subscriber);
  }

  #settle(result: WriteResult): void {
    this.#outcome.next(result);
    this.#outcome.complete();
  }
}
