/** The door `rxjs-flow/inspect`: flows on tape, and tapes as pictures. Re-exports only. */
export { loadTape } from './inspect/tape/load-tape.js';
export { record, type Recording, type RecordOptions } from './inspect/record/record.js';
export { renderMarbles, type RenderMarblesOptions } from './inspect/picture/render-marbles.js';
export { renderMarblesSvg } from './inspect/picture/render-marbles-svg.js';
export { replay, type ReplayOptions } from './inspect/replay/replay.js';
export { saveTape } from './inspect/tape/save-tape.js';
export type { TapeEvent, TapeFailure } from './inspect/tape/tape-event.js';
export type { Flow, ShutdownMode, WriteResult } from './flow/flow.js';
export type { FlowError, FlowErrorCode } from './flow/flow-error.js';
