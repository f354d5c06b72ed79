import type { Flow } from '../../src/flow/flow.js';
import { foreignFlow } from './foreign-flow.js';

/** `flow` behind a transport that hands memory over: what was written to it is empty for its writer from then on. */
export function transferringFlow(flow: Flow): Flow {
  const taken = (buffer: Uint8Array) => new Uint8Array(structuredClone(buffer.buffer, { transfer: [buffer.buffer] }) as ArrayBuffer);
  return {
    ...foreignFlow(flow),
    write: (buffer) => flow.write(taken(buffer)),
    writev: (buffers) => flow.writev(buffers.map(taken)),
  };
}
