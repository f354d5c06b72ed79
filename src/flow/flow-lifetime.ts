/**
 * How every creator of one flow (`connectTcp`, `connectWebSocket`, …) makes lifetime be subscription. It knows no
 * platform: a creator says when its flow is there, or why it is not. Listeners have `listenerLifetime`.
 */
import { ignoreElements, Observable } from 'rxjs';
import { abortUnlessDetached } from './detached.js';
import type { Flow } from './flow.js';

/** Where a creator reports what became of its attempt; after the first call, or the end of the subscription, nothing counts. */
export interface Opening<F extends Flow> {
  /** The flow is there: it is emitted, and the subscription's from now on. Aborted if nobody waits for it any more. */
  readonly ready: (flow: F) => void;
  /** There will be no flow: an error notification. The creator frees what it has. */
  readonly fail: (error: unknown) => void;
}

/**
 * A cold Observable of one flow. Subscribing calls `open`; the flow is emitted when it is ready; the Observable
 * completes when that flow has closed, and errors when it broke or could not be opened. Unsubscribing before that
 * aborts the flow, unless it was detached, or cancels the attempt: that is what `open` may return, called at most once
 * and never after `ready` or `fail`.
 *
 * @example
 * flowLifetime<Flow>(({ ready, fail }) => {
 *   const attempt = dial(address, (error, line) => (error ? fail(toFlowError(error)) : ready(lineFlow(line))));
 *   return () => attempt.cancel();
 * });
 */
export function flowLifetime<F extends Flow>(open: (opening: Opening<F>) => (() => void) | undefined): Observable<F> {
  return new Observable<F>((subscriber) => {
    let settled = false;
    const ready = (flow: F) => {
      if (settled) {
        flow.abort();
        return;
      }
      settled = true;
      // At once, if nobody waits for it any more.
      subscriber.add(() => abortUnlessDetached(flow));
      subscriber.next(flow);
      flow.closed.pipe(ignoreElements()).subscribe(subscriber);
    };
    const fail = (error: unknown) => {
      if (settled) return;
      settled = true;
      subscriber.error(error);
    };
    const cancel = open({ ready, fail });
    subscriber.add(() => {
      if (!settled) cancel?.();
    });
  });
}
