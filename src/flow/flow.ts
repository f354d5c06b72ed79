/**
 * The interface everything here stands on: `Mirage_flow.S` (mirage-flow v4) as RxJS observables.
 */
import type { Observable } from 'rxjs';
import type { FlowError } from './flow-error.js';

/** One reliable, ordered, two-way byte stream. */
export interface Flow {
  /** For messages, logs and pictures, e.g. `tcp 127.0.0.1:80`. */
  readonly name: string;

  /**
   * Emits once and completes once both directions have ended in order; errors with {@link FlowError} if the flow broke
   * or was aborted. Replayed to every subscriber.
   */
  readonly closed: Observable<void>;

  /**
   * Cold. Each subscription pulls buffers until EOF: each at least 1 byte, never reused by the flow, the subscriber's
   * to keep, but not to change: in memory, buffers travel by reference. Nothing is pulled before subscription, and
   * unsubscribing loses nothing: the next subscription goes on where the last one stopped. EOF and failure come after
   * the data that preceded them, and are sticky.
   *
   * Errors with {@link FlowError}: `busy` for a second subscription while one is active; `reset`, `truncated`,
   * `aborted` and what else the transport reports.
   */
  read(): Observable<Uint8Array>;

  /**
   * Queues the buffer now, in call order; the Observable only reports the outcome: it replays, emits one
   * {@link WriteResult}, completes, and never errors. `ok` means accepted by the transport, not delivered; above the
   * high-water mark the result stays pending until there is room. The flow never changes the buffer and the caller must
   * not reuse it. An empty buffer is `ok` and sends nothing, but is `closed` once the write side has ended. Throws a
   * `TypeError` for anything but a `Uint8Array`.
   */
  write(buffer: Uint8Array): Observable<WriteResult>;

  /** As one write: no other write's bytes come in between. */
  writev(buffers: readonly Uint8Array[]): Observable<WriteResult>;

  /**
   * `'write'` flushes pending writes, then signals EOF; reading goes on. `'read'` completes a pending read and drops
   * unread and future inbound data; writing goes on. Hot, idempotent, replayed to every caller: emits once and
   * completes when done, errors as {@link closed} does if the flow breaks first.
   */
  shutdown(mode: ShutdownMode): Observable<void>;

  /**
   * Flushes pending writes, signals EOF, then waits until the peer has closed too; meanwhile the peer may go on
   * writing and this side reading. Emits once and completes when both directions have ended and everything is freed;
   * errors as {@link closed} does. Hot, idempotent, replayed to every caller.
   */
  close(): Observable<void>;

  /**
   * Ends both directions at once and frees everything: pending writes resolve to `{ok: false}`, reads and
   * {@link closed} error with code `aborted` and `reason` as the cause; what is unread here is dropped. The peer gets the
   * data that had reached it, then `reset` where the transport has one. Idempotent.
   */
  abort(reason?: unknown): void;
}

/** Which directions `shutdown` ends, seen from this side: what comes in, what goes out, or both. */
export type ShutdownMode = 'read' | 'write' | 'read_write';

/** What became of a write: a value, so that a failed write cannot kill a pipeline. */
export type WriteResult<E extends FlowError = FlowError> =
  { readonly ok: true } | { readonly ok: false; readonly error: E };
