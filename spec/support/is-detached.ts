import type { Detachable } from '../../src/flow/detached.js';

/** Whether the end of the subscription that made a flow is nothing to it; of a foreign flow, no. */
export function isDetached(flow: object): boolean {
  return (flow as Partial<Detachable>).isDetached === true;
}
