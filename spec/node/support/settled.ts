// What an Observable has done so far, and waiting until it has ended: specs on real sockets wait on events, not on time.

import { Server, Socket } from 'node:net';
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

/**
 * Notes what is open now: sockets, servers, and names being looked up. The function it gives tells of what has come since
 * and is held still, by its class, e.g. `Socket`; what is being let go has some turns of the event loop for it. Those of
 * this process itself do not count: its stdio is opened late.
 */
export function openedFromNow(): () => Promise<string[]> {
  const before = new Set(openHandles());
  const since = () => openHandles().filter((handle) => !before.has(handle));
  return async () => {
    for (let turn = 0; turn < 1000 && since().length > 0; turn += 1) await new Promise(setImmediate);
    return since().map((handle) => handle.constructor.name);
  };
}

interface Inspected {
  _getActiveHandles(): object[];
  _getActiveRequests(): object[];
}

function openHandles(): object[] {
  const inspected = process as unknown as Inspected;
  const isOwn = (handle: object) => handle instanceof Socket && Number((handle as { fd?: number }).fd) <= 2;
  const handles = inspected._getActiveHandles().filter((handle) => handle instanceof Server || (handle instanceof Socket && !isOwn(handle)));
  return [...handles, ...inspected._getActiveRequests().filter(({ constructor }) => /Connect|GetAddrInfo/.test(constructor.name))];
}
