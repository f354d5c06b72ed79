/**
 * What an adapter is: its transport and nothing else. Queueing, ordering, half-close, sticky ends, the busy reader
 * and trampolining are the engine's; see `makeFlow` for a worked example.
 */
import type { FlowError } from './flow-error.js';

/**
 * The adapter's side of a flow, driven by the engine. All calls are synchronous; none comes after `abort`. What a method
 * throws breaks the flow with `failed`; from `open` it is thrown by `makeFlow`, from `close` it is what `close()` errors
 * with, and from `abort` it is reported as RxJS reports an unhandled error.
 */
export interface Transport {
  /** For messages, logs and pictures, e.g. `tcp 127.0.0.1:80`. */
  readonly name: string;

  /**
   * Bytes that may wait in each direction before a write's result stays pending (default 0: a write is accepted when
   * the transport has taken it and is ready for more).
   */
  readonly highWaterMark?: number;

  /**
   * Bytes that may wait unread, of a transport that cannot be paused, before the flow breaks with `overflow` (default
   * 1 GiB). A transport that honours {@link FlowLink.push}'s answer never meets it.
   */
  readonly maxQueuedBytes?: number;

  /** Called once, by `makeFlow`, before anything else: keep the link. Pushing may begin here. */
  open?(link: FlowLink): void;

  /**
   * Bytes are wanted: push, now or later, for as long as pushing answers `true`. Called again only after a push has
   * answered `false`. A transport that is never asked for data leaves it out.
   */
  pull?(): void;

  /**
   * Takes the buffer (never empty, never to be changed). `true`: through with it, ready for the next. `false`: it is in
   * hand, and `link.ready()` will say when it is through; nothing is written until then.
   */
  write(buffer: Uint8Array): boolean;

  /** As `write`, for buffers that have queued up; left out, they come one by one. */
  writev?(buffers: Uint8Array[]): boolean;

  /** shutdown('write'), after the last write is through: signal EOF to the peer and call `link.finished()`. */
  end(): void;

  /**
   * shutdown('read'): stop producing, then call `link.end()`. If the write side has ended too, {@link free} is called
   * inside that, though the peer may still be writing. If left out, the engine keeps pulling and drops the data, and so
   * still sees the peer's EOF; of a transport that has no peer (see {@link close}) it ends the read side itself.
   */
  stop?(): void;

  /** The flow is broken, by `abort()`, by `link.fail()` or by the engine: free everything now. */
  abort(error: FlowError): void;

  /** Both directions have ended in order: free what is left, then call `done` (at once if left out). */
  free?(done: () => void): void;

  /**
   * Only of a transport that has no peer: `close()` then ends both directions by itself, and runs this hook once,
   * last. A `failure` given to `done` is what `close()` errors with.
   */
  close?(done: (failure?: FlowError) => void): void;
}

/** The engine's side, given to {@link Transport.open}. Calls after the flow is over do nothing. */
export interface FlowLink {
  /** Whether a reader (or a shutdown that drops) waits for bytes right now. */
  readonly wanted: boolean;

  /** Bytes came in; an empty buffer is ignored. `false`: stop until `pull()` is called. */
  push(buffer: Uint8Array): boolean;

  /** The peer's EOF came. */
  end(): void;

  /** The buffer that `write` answered `false` for is through. */
  ready(): void;

  /** The output takes no more: pending and later writes resolve with `error`; the read side goes on. */
  refuse(error: FlowError): void;

  /** EOF has been signalled: the answer to `Transport.end`. */
  finished(): void;

  /** The transport broke: reads get what came before, then the error; pending writes get it at once. */
  fail(error: FlowError): void;
}
