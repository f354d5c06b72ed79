/** Who has a flow: two connections of HTTP/2 would take each other's bytes. */
import { FlowError } from '../../flow/flow-error.js';
import type { Flow } from '../../flow/flow.js';
import { IS_NODE, needsNode } from '../../node/runtime.js';

/** `null` for the first to ask, whose the flow is from now on; for all others the error that says so. */
export function claimFlow(flow: Flow): FlowError | null {
  const name = `http2 over ${flow.name}`;
  if (!IS_NODE) return needsNode(name, 'node:http2');
  if (inUse.has(flow)) return new FlowError('busy', `${name}: there is HTTP/2 on this flow already`);
  inUse.add(flow);
  return null;
}

const inUse = new WeakSet<Flow>();
