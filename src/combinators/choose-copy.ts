import type { Flow } from '../flow/flow.js';
import { endpointOf } from '../flow/piped-flow.js';
import type { CopyListener, CopyRun } from './copy-run.js';
import { EngineCopy } from './engine-copy.js';
import { PublicCopy } from './public-copy.js';

/** A copy by the shortest way that the two flows allow; not started yet. */
export function chooseCopy(src: Flow, dst: Flow, listener: CopyListener): CopyRun {
  const from = endpointOf(src);
  const to = endpointOf(dst);
  if (from === undefined || to === undefined) return new PublicCopy(src, dst, listener);
  return new EngineCopy(src, dst, from.inbound, to.outbound, listener);
}
