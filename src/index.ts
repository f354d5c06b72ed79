/** The core door, `rxjs-flow`: flows, their combinators and the flows in memory. */
export type { Flow, ShutdownMode, WriteResult } from './flow/flow.js';
export { FlowError, isFlowError, type FlowErrorCode } from './flow/flow-error.js';
export { formatError } from './flow/format-error.js';
export { makeFlow } from './flow/make-flow.js';
export type { FlowLink, Transport } from './flow/transport.js';
export { fromArray, type FromArrayOptions } from './memory/from-array.js';
export { fromGenerator, type FromGeneratorOptions, type InputGenerator, type OutputGenerator } from './memory/from-generator.js';
export { inputFrom } from './memory/input-from.js';
export { memoryFlow, type MemoryFlowOptions } from './memory/memory-flow.js';
export { outputInto } from './memory/output-into.js';
export { flowPair, type FlowPairOptions } from './memory/pair.js';
export type { Piece } from './memory/pieces.js';
export { refillFlow, type RefillFlowOptions } from './memory/refill-flow.js';
export type { CloseHook } from './memory/close-hook.js';
export type { Refill } from './memory/refill.js';
