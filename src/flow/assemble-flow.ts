/** From a transport to a flow: what `makeFlow` does once it has looked at what it was given. */
import { Endpoint } from '../engine/endpoint.js';
import { Pipe } from '../engine/pipe.js';
import type { Flow } from './flow.js';
import { PipedFlow } from './piped-flow.js';
import { TransportLink } from './transport-link.js';
import type { Transport } from './transport.js';

/** As `makeFlow`, for transports of this package that the compiler has looked at, where every byte of a bundle counts. */
export function assembleFlow(transport: Transport): Flow {
  const mark = transport.highWaterMark ?? 0;
  const inbound = new Pipe(Math.min(mark, MOST_AHEAD), { arrived: true, limit: transport.maxQueuedBytes });
  const outbound = new Pipe(mark, { acknowledged: true });
  const endpoint = new Endpoint(inbound, outbound);
  const flow = new PipedFlow(endpoint, transport.name);
  new TransportLink(transport, endpoint).open();
  return flow;
}

/** Bytes that `close()` fetches ahead of any reader, to find an end close behind: it makes no room for a peer that goes on. */
const MOST_AHEAD = 65536;
