/**
 * The stream for a protocol that Node itself runs natively on sockets, and at a fraction of the speed on any other
 * stream: `node:http2`. Not for one that listens to `data` events: a socket of ours emits none.
 */
import type { Duplex } from 'node:stream';
import type { Flow } from '../../flow/flow.js';
import { BatchingStream } from '../stream/batching-stream.js';
import { takeStream } from '../stream/stream-flow.js';

export { watchCut } from '../stream/watch-cut.js';

/** The stream itself under a flow over one that was never used, e.g. its socket; over any other, one of its own. */
export function nativeNodeStream(flow: Flow): Duplex {
  return takeStream(flow) ?? new BatchingStream(flow);
}
