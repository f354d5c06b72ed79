/**
 * What is on a tape: everything that one flow's holder did to it and got from it, in the order in which it happened.
 * Plain data; `docs/tape-format.md` says how it looks in a file.
 */
import type { FlowErrorCode } from '../../flow/flow-error.js';
import type { ShutdownMode } from '../../flow/flow.js';

/**
 * One event of a tape. `at` is in milliseconds since `record()` was called, by RxJS's clock (so virtual in virtual
 * time), and never less than that of the event before. `direction` is seen from the flow's holder: `in` comes from the
 * peer, `out` goes to it, `both` is of the flow as a whole.
 *
 * | kind | what happened |
 * | --- | --- |
 * | `start` | recording began: `startedAt` is the clock's time, in milliseconds since 1970; the first event, and only there |
 * | `gap` | `events` events that came here are lost: nobody had listened, and the tape holds a bounded number of them |
 * | `demand` | `wanted`: a reader waits for bytes from now on; or none does: nobody reads, or the reader is held |
 * | `read` | the reader got `data` (at least 1 byte) |
 * | `eof` | the reader got the peer's EOF |
 * | `read-error` | the reader got a failure, after the data that preceded it |
 * | `write` | `write()` or `writev()` was called with `data`; `id` counts the writes from 1 |
 * | `write-result` | write `id` was accepted, or failed |
 * | `shutdown` | `shutdown(mode)` was called |
 * | `flushed` | what was written before `shutdown('write')` is through, and EOF has been signalled |
 * | `close` `abort` | `close()`, `abort(reason)` was called; the reason is kept as text |
 * | `closed` `broken` | what became of the flow: `closed` completed, or errored |
 */
export type TapeEvent =
  | Event<'start', 'both', { readonly name: string; readonly startedAt: number }>
  | Event<'gap', 'both', { readonly events: number }>
  | Event<'demand', 'in', { readonly wanted: boolean }>
  | Event<'read', 'in', { readonly data: Uint8Array }>
  | Event<'eof', 'in'>
  | Event<'read-error', 'in', { readonly error: TapeFailure }>
  | Event<'write', 'out', { readonly id: number; readonly data: Uint8Array }>
  | Event<'write-result', 'out', { readonly id: number } & TapeWriteResult>
  | Event<'shutdown', 'in' | 'out' | 'both', { readonly mode: ShutdownMode }>
  | Event<'flushed', 'out'>
  | Event<'close', 'both'>
  | Event<'abort', 'both', { readonly reason?: string }>
  | Event<'closed', 'both'>
  | Event<'broken', 'both', { readonly error: TapeFailure }>;

/** A failure as plain data: the code and message of a `FlowError`, and what `formatError` says of its cause. */
export interface TapeFailure {
  /** `failed` for what was no `FlowError`. */
  readonly code: FlowErrorCode;
  /** For what was no `FlowError`, what `formatError` says of it. */
  readonly message: string;
  /** Of a `FlowError` that had one. */
  readonly cause?: string;
}

type TapeWriteResult = { readonly ok: true } | { readonly ok: false; readonly error: TapeFailure };

type Event<Kind extends string, Direction extends string, Rest = unknown> = {
  readonly at: number;
  readonly kind: Kind;
  readonly direction: Direction;
} & Rest;
