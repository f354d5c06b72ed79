/** How a handler's replies come to the exchange, also those that come when it is over: they may hold what must be freed. */
import { from, take, type ObservableInput, type Subscriber } from 'rxjs';
import { isPromise } from '../../flow/is-promise.js';

/**
 * As `from(replies).subscribe(subscriber)`, but RxJS keeps from a subscriber that has unsubscribed what a promise still
 * brings, and what was at hand: here its `next` is told.
 */
export function awaitReplies<T>(replies: ObservableInput<T>, subscriber: Subscriber<T>): void {
  if (isPromise<T>(replies)) {
    replies.then(
      (reply) => {
        subscriber.next(reply);
        subscriber.complete();
      },
      (error: unknown) => subscriber.error(error),
    );
  } else if (subscriber.closed) {
    from(replies).pipe(take(1)).subscribe({ next: (reply) => subscriber.next(reply), error: () => {} }).unsubscribe();
  } else {
    from(replies).subscribe(subscriber);
  }
}
