/** The core door, `rxjs-flow`: flows, their combinators and the flows in memory. */
export type { Flow, ShutdownMode, WriteResult } from './flow/flow.js';
export { FlowError, isFlowError, type FlowErrorCode } from './flow/flow-error.js';
export { formatError } from './flow/format-error.js';
export { makeFlow } from './flow/make-flow.js';
export type { FlowLink, Transport } from './flow/transport.js';
export { flowPair, type FlowPairOptions } from './memory/pair.js';
