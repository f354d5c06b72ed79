/** Makes a flow of a Node stream's transport, and gets the stream back of one that was never used. */
import type { Duplex } from 'node:stream';
import type { Flow } from '../flow/flow.js';
import { makeFlow } from '../flow/make-flow.js';
import { NodeStreamTransport } from './node-stream-transport.js';

const transports = new WeakMap<Flow, NodeStreamTransport>();

/** The flow over `transport`, with what `about` it is worth knowing. */
export function streamFlow<About extends object>(transport: NodeStreamTransport, about: About): Flow & About {
  const flow = Object.assign(makeFlow(transport), about);
  transports.set(flow, transport);
  return flow;
}

/**
 * The stream under a flow that nobody has used, if of that kind; the flow is no more than its lifetime from then on.
 * `hasEnded` is asked once the stream is gone: whether in order, where it cannot tell by itself.
 */
export function takeStream(flow: Flow, kind: Kind = NodeStreamTransport, hasEnded?: () => boolean): Duplex | null {
  const transport = transports.get(flow);
  return transport instanceof kind ? transport.take(hasEnded) : null;
}

type Kind = abstract new (...args: never[]) => NodeStreamTransport;
