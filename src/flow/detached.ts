/**
 * Whose a flow is. A creator's flow belongs to its subscription, which aborts it when it ends; one that was detached is
 * its holder's to close. Creators call `abortUnlessDetached`, the `detach()` operator `detachFlow`.
 */
import type { Flow } from './flow.js';

/** Registered, so that a flow of another copy of this package can be detached too. */
export const DETACH: unique symbol = Symbol.for('rxjs-flow/detach') as never;

/** A flow that can be taken from the subscription that made it; a decorator passes this on to the flow inside. */
export interface Detachable {
  /** Whether the end of that subscription no longer matters to it: it was detached, or is over. */
  readonly isDetached: boolean;
  [DETACH](): void;
}

export function detachFlow(flow: object): void {
  (flow as Partial<Detachable>)[DETACH]?.();
}

/** Has the flow `below`, on which `flow` runs, detached with it. */
export function detachedWith<F extends object>(flow: F, below: object): F {
  const own = (flow as Partial<Detachable>)[DETACH];
  return Object.assign(flow, {
    [DETACH]: () => {
      own?.call(flow);
      detachFlow(below);
    },
  });
}

/** What the end of a subscription does to a flow that it owns. The cause is for whoever holds the flow still, to keep it. */
export function abortUnlessDetached(flow: Pick<Flow, 'abort'> & Partial<Detachable>): void {
  if (flow.isDetached !== true) flow.abort(new Error('unsubscribed without detach()'));
}
