import { Endpoint } from '../engine/endpoint.js';
import { Pipe } from '../engine/pipe.js';
import { describe } from './describe.js';
import type { Flow } from './flow.js';
import { PipedFlow } from './piped-flow.js';
import { TransportLink } from './transport-link.js';
import type { Transport } from './transport.js';

/**
 * Makes a `Flow` of a {@link Transport}: how every adapter is written. The engine polices the contract (queueing,
 * ordering, the half-close table, sticky ends, the busy reader, trampolining), so that an adapter only transports.
 *
 * @example
 * // A flow that sends back what is written to it.
 * function echoFlow(): Flow {
 *   let link: FlowLink;
 *   return makeFlow({
 *     name: 'echo',
 *     open: (engine) => { link = engine; },
 *     write: (buffer) => { link.push(buffer); return true; },
 *     end: () => { link.finished(); link.end(); },
 *     abort: () => {},
 *   });
 * }
 */
export function makeFlow(transport: Transport): Flow {
  checkTransport(transport);
  const mark = transport.highWaterMark ?? 0;
  const limit = transport.maxQueuedBytes;
  const inbound = new Pipe(mark, limit === undefined ? { arrived: true } : { arrived: true, limit });
  const outbound = new Pipe(mark, { acknowledged: true });
  const endpoint = new Endpoint(inbound, outbound);
  const flow = new PipedFlow(endpoint, transport.name);
  new TransportLink(transport, endpoint).open();
  return flow;
}

function checkTransport(transport: Transport): void {
  if (typeof transport !== 'object' || transport === null) {
    throw new TypeError(`makeFlow: transport must be an object, not ${describe(transport)}`);
  }
  if (typeof transport.name !== 'string') {
    throw new TypeError(`makeFlow: transport.name must be a string, not ${describe(transport.name)}`);
  }
  for (const method of ['write', 'end', 'abort'] as const) {
    const came = (transport as unknown as Record<string, unknown>)[method];
    if (typeof came !== 'function') throw new TypeError(`makeFlow: transport.${method} must be a function, not ${describe(came)}`);
  }
}
