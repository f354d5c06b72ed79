/** A replayed end: what `closed`, `close()` and `shutdown()` return. Emits once and completes, or errors. */
import { AsyncSubject, type Observable } from 'rxjs';

export class Ending {
  readonly #subject = new AsyncSubject<void>();
  readonly observable: Observable<void> = this.#subject.asObservable();

  complete(): void {
    this.#subject.next();
    this.#subject.complete();
  }

  fail(reason: unknown): void {
    this.#subject.error(reason);
  }
}
