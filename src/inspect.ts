/** The door `rxjs-flow/inspect`: tapes of flows. Re-exports only. */
export { loadTape } from './inspect/load-tape.js';
export { record, type Recording, type RecordOptions } from './inspect/record.js';
export { replay, type ReplayOptions } from './inspect/replay.js';
export { saveTape } from './inspect/save-tape.js';
export type { TapeEvent, TapeFailure } from './inspect/tape-event.js';
