import type { Duplex } from 'node:stream';
import { checkFlow } from '../../flow/check-flow.js';
import type { Flow } from '../../flow/flow.js';
import { FlowStream } from '../stream/flow-stream.js';

/**
 * A flow as a Node `Duplex`, half-open both ways: the stream's `end()` is the flow's `shutdown('write')`, and its `end`
 * event the flow's EOF. Backpressure goes both ways; corked writes are one `writev`. Destroying the stream before both
 * directions have ended aborts the flow, and a flow that breaks destroys the stream with its `FlowError`.
 *
 * The flow is the stream's from now on: do not read it or write to it beside. As with any flow, a buffer that was
 * written must not be reused. Throws a `TypeError` for anything but a flow.
 *
 * @example
 * await pipeline(createReadStream('in.txt'), createGzip(), toNodeStream(flow));
 */
export function toNodeStream(flow: Flow): Duplex {
  checkFlow('toNodeStream: flow', flow);
  return new FlowStream(flow);
}
