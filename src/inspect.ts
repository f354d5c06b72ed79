/** The door `rxjs-flow/inspect`: tapes of flows. Re-exports only. */
export { record, type Recording, type RecordOptions } from './inspect/record.js';
export type { TapeEvent, TapeFailure } from './inspect/tape-event.js';
