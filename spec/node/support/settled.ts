// What an Observable has done so far, and waiting until it has ended: specs on real sockets wait on events, not on time.

import type { Observable, Subscription } from 'rxjs';
import type { Flow } from '../../../src/flow/flow.js';
import { type FlowError, isFlowError } from '../../../src/flow/flow-error.js';

export interface Watched<T> {
  readonly values: T[];
  /** `complete`, or the error, once it has ended. */
  readonly ended: Promise<unknown>;
  readonly subscription: Subscription;
}

export function watch<T>(source: Observable<T>): Watched<T> {
  const values: T[] = [];
  let subscription: Subscription | undefined;
  const ended = new Promise<unknown>((resolve) => {
    subscription = source.subscribe({
      next: (value) => values.push(value),
      error: resolve,
      complete: () => resolve('complete'),
    });
  });
  return { values, ended, subscription: subscription as Subscription };
}

/** The error that a source ends with, which must be a `FlowError`. */
export async function failureOf(source: Observable<unknown>): Promise<FlowError> {
  const end = await watch(source).ended;
  if (!isFlowError(end)) throw new Error(`expected a FlowError, got ${String(end)}`);
  return end;
}

/** How a flow ends: `complete`, or its error's code. */
export async function endOf(flow: Flow): Promise<string> {
  const end = await watch(flow.closed).ended;
  return isFlowError(end) ? end.code : String(end);
}

/** The system resources of sockets that are in use right now, e.g. `TCPSocketWrap`. */
export function socketsInUse(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => /TCP|Pipe|GetAddrInfo/.test(kind));
}
