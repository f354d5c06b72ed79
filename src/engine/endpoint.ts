/**
 * One end of a flow: two pipes and the half-close table over them. It decides when the flow is over and who is told;
 * what the far side is (a transport, a paired endpoint) is its `Wire`.
 *
 *                  write side                         read side
 *     open         push                               claim, release
 *     shut down    shutdownWrite: flushes, then EOF   shutdownRead: reads end, inbound data is dropped
 *     ended        the wire has signalled EOF         the peer's EOF has arrived
 *
 *     both ended ──▶ wire.free ──▶ [close() was called: wire.hook] ──▶ closed        fail, abort ──▶ broken
 */
import type { Pipe } from './pipe.js';

/** The far side of an endpoint. */
export interface Wire {
  /** Both directions ended in order: free everything, then call `done`. */
  free(done: () => void): void;
  /** The flow is aborted here: break both pipes and free everything now. */
  cut(reason: unknown): void;
  /**
   * shutdown('read'): stops the source, which ends the read side. Left out where it cannot be stopped: what comes is dropped.
   * Called at most once, and not after the read side has ended.
   */
  stop?(): void;
  /** Only where there is no peer to wait for: what close() runs, once, after both directions have ended. */
  hook?(done: (failure?: unknown) => void): void;
}

/** Told what becomes of an endpoint; each is called at most once. */
export interface EndpointListener {
  onWriteEnded(): void;
  onClosed(): void;
  onBroken(reason: unknown): void;
  /** The answer to {@link Endpoint.close}. */
  onCloseDone(failure?: unknown): void;
}

const OPEN = 0;
const FREEING = 1;
/** From here on it is over. */
const CLOSED = 2;
const BROKEN = 3;

export class Endpoint {
  /** Both are the maker's to set, before anything happens. */
  listener!: EndpointListener;
  wire!: Wire;

  #readEnded = false;
  #writeEnded = false;
  #state: typeof OPEN | typeof FREEING | typeof CLOSED | typeof BROKEN = OPEN;
  #closing = false;
  #stopped = false;

  constructor(
    readonly inbound: Pipe,
    readonly outbound: Pipe,
  ) {}

  shutdownWrite(): void {
    this.outbound.end();
  }

  shutdownRead(): void {
    this.#stopSource();
    this.inbound.discard();
  }

  /** Ends the write side and waits for the peer's end; without a peer, ends both sides. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#state === CLOSED) {
      this.#runHook();
      return;
    }
    if (this.#state !== OPEN) return;
    this.shutdownWrite();
    if (this.wire.hook === undefined) this.inbound.prefetch();
    else this.shutdownRead();
  }

  abort(reason: unknown): void {
    this.breakWith(reason, () => this.wire.cut(reason));
  }

  /** The wire's, when it is cut: both pipes have broken before anybody hears of it, and what waits in them is dropped. */
  cut(reason: unknown): void {
    this.inbound.cut(reason, reason, () => this.outbound.cut(reason));
  }

  /** The wire's news: it failed. What had come is still read; both pipes have broken before anybody hears of it. */
  fail(reason: unknown): void {
    this.breakWith(reason, () => this.inbound.fail(reason, reason, () => this.outbound.cut(reason)));
  }

  /** The state changes first, so that whoever aborts on hearing of it from the pipes finds the flow broken already, for `reason`. */
  breakWith(reason: unknown, breakPipes: () => void): void {
    if (this.isOver) return;
    this.#state = BROKEN;
    breakPipes();
    this.listener.onBroken(reason);
  }

  /** The wire's news: the peer's EOF has arrived. */
  readEnded(): void {
    this.#readEnded = true;
    this.#settle();
  }

  /** The wire's news: everything written has been flushed and EOF signalled. */
  writeEnded(): void {
    if (this.#writeEnded || this.isOver) return;
    this.#writeEnded = true;
    this.listener.onWriteEnded();
    this.#settle();
  }

  get isOver(): boolean {
    return this.#state >= CLOSED;
  }

  get isBroken(): boolean {
    return this.#state === BROKEN;
  }

  /** Before the data is dropped: a source that is told to stop is not asked for more, not even to drop it. */
  #stopSource(): void {
    const { wire } = this;
    if (wire.stop === undefined || this.#stopped || this.#readEnded || this.isOver) return;
    this.#stopped = true;
    this.inbound.source = null;
    wire.stop();
  }

  #settle(): void {
    if (this.#state !== OPEN || !this.#readEnded || !this.#writeEnded) return;
    this.#state = FREEING;
    const done = () => {
      if (this.#state !== FREEING) return;
      this.#state = CLOSED;
      if (this.#closing) this.#runHook();
      this.listener.onClosed();
    };
    this.wire.free(done);
  }

  #runHook(): void {
    const done = (failure?: unknown) => this.listener.onCloseDone(failure);
    if (this.wire.hook === undefined) done();
    else this.wire.hook(done);
  }
}
