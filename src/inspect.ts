/** The door `rxjs-flow/inspect`: flows on tape, and tapes as pictures. Re-exports only. */
export { loadTape } from './inspect/load-tape.js';
export { record, type Recording, type RecordOptions } from './inspect/record.js';
export { renderMarbles, type RenderMarblesOptions } from './inspect/render-marbles.js';
export { renderMarblesSvg } from './inspect/render-marbles-svg.js';
export { replay, type ReplayOptions } from './inspect/replay.js';
export { saveTape } from './inspect/save-tape.js';
export type { TapeEvent, TapeFailure } from './inspect/tape-event.js';
export type { Flow, ShutdownMode, WriteResult } from './flow/flow.js';
export type { FlowError, FlowErrorCode } from './flow/flow-error.js';
