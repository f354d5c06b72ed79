/**
 * The answers of a user's function, one at a time: a value that is there at once is handed back, so that a loop over
 * answers stays a loop however many there are; one that comes later goes to the listener.
 */
import { defaultIfEmpty, from, Subscription, take, type ObservableInput } from 'rxjs';

export const LATER: unique symbol = Symbol('later');

export interface AnswerListener<T> {
  onAnswer(answer: T): void;
  onFailure(cause: unknown): void;
}

export class Answers<T> {
  readonly #lifetime = new Subscription();

  constructor(private readonly listener: AnswerListener<T>) {}

  /**
   * The first value of `input` (`undefined` if it has none), or `LATER` if it is still to come, or a failure that the
   * listener hears of. Throws a `TypeError` for what is no input at all.
   */
  take(input: ObservableInput<T>): T | typeof LATER {
    const { listener } = this;
    let inside = true;
    let answer: T | typeof LATER = LATER;
    const subscription = from(input)
      .pipe(take(1), defaultIfEmpty(undefined as T))
      .subscribe({
        next: (value) => {
          if (inside) answer = value;
          else listener.onAnswer(value);
        },
        error: (cause: unknown) => listener.onFailure(cause),
      });
    inside = false;
    this.#lifetime.add(subscription);
    return answer;
  }

  /** Nobody waits any more: later answers, and failures, are dropped. */
  cancel(): void {
    this.#lifetime.unsubscribe();
  }
}
