/** Everything that one Observable has said so far, kept to be judged; it judges nothing itself. */
import type { Observable, Subscription } from 'rxjs';
import { isBytes } from '../../flow/is-bytes.js';

export class Watch<T> {
  readonly values: T[] = [];
  /** The bytes in `values`, if those are buffers. */
  byteLength = 0;
  /** How the Observable ended, if it has. */
  ended: 'complete' | 'error' | undefined = undefined;
  error: unknown = undefined;
  readonly #subscription: Subscription;

  /** Subscribes at once; `onNews` is called after each notification has been noted. */
  constructor(
    readonly source: Observable<T>,
    onNews: () => void,
  ) {
    this.#subscription = source.subscribe({
      next: (value) => {
        this.values.push(value);
        if (isBytes(value)) this.byteLength += value.byteLength;
        onNews();
      },
      error: (error: unknown) => {
        this.ended = 'error';
        this.error = error;
        onNews();
      },
      complete: () => {
        this.ended = 'complete';
        onNews();
      },
    });
  }

  get isEnded(): boolean {
    return this.ended !== undefined;
  }

  unsubscribe(): void {
    this.#subscription.unsubscribe();
  }
}
