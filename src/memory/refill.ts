import type { ObservableInput } from 'rxjs';

/**
 * Fills (as an input) or takes (as an output) up to `buffer.length` bytes, from its start, and says how many: at once,
 * or by the first value of a Promise or an Observable. 0 is the end, and it is not called again. After
 * `Mirage_flow_combinators.refill` (mirage-flow v4).
 *
 * @example
 * const dice: Refill = (buffer) => { buffer[0] = 1 + Math.floor(Math.random() * 6); return 1; };
 */
export type Refill = (buffer: Uint8Array) => number | ObservableInput<number>;
