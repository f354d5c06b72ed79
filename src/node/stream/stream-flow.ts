/** Makes a flow of a Node stream's transport, and gets the stream back of one that was never used. */
import type { Duplex } from 'node:stream';
import type { Flow } from '../../flow/flow.js';
import { makeFlow } from '../../flow/make-flow.js';
import { NodeStreamTransport, type Taker } from './node-stream-transport.js';

const transports = new WeakMap<Flow, NodeStreamTransport>();

/** The flow over `transport`, with what `about` it is worth knowing. */
export function streamFlow<About extends object>(transport: NodeStreamTransport, about: About): Flow & About {
  const flow = Object.assign(makeFlow(transport), about);
  transports.set(flow, transport);
  return flow;
}

/**
 * The stream under a flow that nobody has used, if of that kind; the flow is no more than its lifetime from then on.
 * `taker` is asked what the stream cannot tell by itself.
 */
export function takeStream(flow: Flow, kind: Kind = NodeStreamTransport, taker?: Taker): Duplex | null {
  const transport = transports.get(flow);
  return transport instanceof kind ? transport.take(taker) : null;
}

type Kind = abstract new (...args: never[]) => NodeStreamTransport;
