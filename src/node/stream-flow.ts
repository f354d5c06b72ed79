/** Makes a flow of a Node stream's transport, and gets the stream back of one that was never used. */
import type { Duplex } from 'node:stream';
import type { Flow } from '../flow/flow.js';
import { makeFlow } from '../flow/make-flow.js';
import type { NodeStreamTransport } from './node-stream-transport.js';

const transports = new WeakMap<Flow, NodeStreamTransport>();

/** The flow over `transport`, with what `about` it is worth knowing. */
export function streamFlow<About extends object>(transport: NodeStreamTransport, about: About): Flow & About {
  const flow = Object.assign(makeFlow(transport), about);
  transports.set(flow, transport);
  return flow;
}

/** The stream under a flow that nobody has used; the flow is no more than its lifetime from then on. */
export function takeStream(flow: Flow): Duplex | null {
  return transports.get(flow)?.take() ?? null;
}
