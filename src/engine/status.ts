/**
 * What a pipe answers to a push. Small integers rather than objects: they cost nothing
 * on the path that every buffer takes.
 */

/** Accepted, and there is room for more. */
export const OK = 0;
/** Accepted, but the pipe is over its capacity: wait for room before pushing more. */
export const FULL = 1;
/** Refused: nothing can be pushed any more. */
export const CLOSED = 2;
/** Refused: the queue holds its hard limit already. */
export const OVERFLOW = 3;

export type PushStatus = typeof OK | typeof FULL | typeof CLOSED | typeof OVERFLOW;
