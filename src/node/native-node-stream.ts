/**
 * The stream for a protocol that Node itself runs natively on sockets, and at a fraction of the speed on any other
 * stream: `node:tls` and `node:http2`. Not for one that listens to `data` events: a socket of ours emits none.
 */
import type { Duplex } from 'node:stream';
import type { Flow } from '../flow/flow.js';
import { takeSocket } from './socket-flow.js';
import { toNodeStream } from './to-node-stream.js';

/** The socket itself of a socket flow that was never used; the bridge of {@link toNodeStream} over any other. */
export function nativeNodeStream(flow: Flow): Duplex {
  return takeSocket(flow) ?? toNodeStream(flow);
}
