/**
 * The stream for a protocol that Node itself runs natively on sockets, and at a fraction of the speed on any other
 * stream: `node:http2`. Not for one that listens to `data` events: a socket of ours emits none.
 */
import type { Duplex } from 'node:stream';
import type { Flow } from '../../flow/flow.js';
import { isGone, type ConnectionHandle } from '../is-gone.js';
import { BatchingStream } from '../stream/batching-stream.js';
import { takeStream } from '../stream/stream-flow.js';

/** The stream itself under a flow over one that was never used, e.g. its socket; over any other, one of its own. */
export function nativeNodeStream(flow: Flow): Duplex {
  return takeStream(flow) ?? new BatchingStream(flow);
}

/** Whether the system has no connection any more under such a stream, where that can be asked: of a socket, or of TLS on one. */
export function isCut(duplex: Duplex): boolean {
  const { _handle: handle } = duplex as { readonly _handle?: (ConnectionHandle & { readonly _parent?: ConnectionHandle }) | null };
  return isGone(handle?._parent ?? handle);
}
