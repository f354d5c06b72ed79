/**
 * How every listener (`listenTcp`, `listenWebSocket`, …) makes lifetime be subscription: a flow per connection, until
 * unsubscribed. It knows no platform. Creators of one flow have `flowLifetime`.
 */
import { Observable } from 'rxjs';
import { abortUnlessDetached } from './detached.js';
import type { Flow } from './flow.js';

/** Where a listener reports; once its subscription has ended nothing counts. */
export interface Listening<F extends Flow> {
  /** A connection came: its flow is emitted, and the subscription's from now on. Aborted if nobody listens any more. */
  readonly accept: (flow: F) => void;
  /** The listener itself failed: an error notification, which ends it as unsubscribing does. */
  readonly fail: (error: unknown) => void;
}

/**
 * A cold Observable of the flows that connect. Subscribing calls `listen`, which returns how to stop; each accepted flow
 * is emitted, and how it ends is told by the flow alone: no flow's failure ends the listener. When the subscription
 * ends, by unsubscribing or by `fail`, listening stops and the flows still open are aborted, detached ones apart.
 *
 * @example
 * listenerLifetime<Flow>(({ accept, fail }) => {
 *   const server = serve((line) => accept(lineFlow(line)), (error) => fail(toFlowError(error)));
 *   return () => server.close();
 * });
 */
export function listenerLifetime<F extends Flow>(listen: (listening: Listening<F>) => () => void): Observable<F> {
  return new Observable<F>((subscriber) => {
    const open = new Set<F>();
    const accept = (flow: F) => {
      if (subscriber.closed) {
        flow.abort();
        return;
      }
      open.add(flow);
      const forget = () => void open.delete(flow);
      // Not the subscription's to end: an entry goes when its flow is over, and with the set when the listener is.
      flow.closed.subscribe({ error: forget, complete: forget });
      subscriber.next(flow);
    };
    const stop = listen({ accept, fail: (error) => subscriber.error(error) });
    subscriber.add(() => {
      stop();
      for (const flow of [...open]) abortUnlessDetached(flow);
      open.clear();
    });
  });
}
