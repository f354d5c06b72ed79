/**
 * Slows a flow down. What is slowed is the flow of bytes through `read()` and `write()`; how the flow ends is left to
 * the flow itself, so that ends are as prompt as they were.
 */
import { AsyncSubject, catchError, type Observable, switchMap } from 'rxjs';
import { checkFlow } from '../flow/check-flow.js';
import { checkOptions } from '../flow/check-options.js';
import { checkPositive } from '../flow/check-positive.js';
import { checkWhole } from '../flow/check-whole.js';
import { isFlowError } from '../flow/flow-error.js';
import type { Flow, ShutdownMode, WriteResult } from '../flow/flow.js';
import { makeFlow } from '../flow/make-flow.js';
import { originalOf } from '../flow/replaced-error.js';
import { DelegatingFlow } from '../flow/delegating-flow.js';
import { RateGate } from './rate-gate.js';

/** The rate that `limitRate` holds a flow to. */
export interface LimitRateOptions {
  /** In each direction, of its own. */
  readonly bytesPerSecond: number;
  /** Bytes that may pass at once after a pause, and the largest buffer that passes (default a tenth of a second's bytes). */
  readonly burst?: number;
}

/**
 * The same flow at no more than `bytesPerSecond` in each direction, on RxJS timers. Larger buffers than `burst` pass in
 * pieces (views of the same bytes), in order; a write's result comes when its last piece is accepted. `shutdown('write')`
 * and `close()` wait for the writes before them, and `abort()` for nothing. Read and write through the returned flow only.
 *
 * @example
 * copy(file, limitRate(socket, { bytesPerSecond: 1_000_000 })).subscribe();
 */
export function limitRate(flow: Flow, options: LimitRateOptions): Flow {
  checkFlow('limitRate: flow', flow);
  checkOptions('limitRate', options);
  const { bytesPerSecond, burst } = options;
  checkPositive('limitRate: bytesPerSecond', bytesPerSecond);
  if (burst !== undefined) checkWhole('limitRate: burst', burst);
  return new RatedFlow(flow, bytesPerSecond, burst ?? Math.max(1, Math.floor(bytesPerSecond / 10)));
}

class RatedFlow extends DelegatingFlow {
  /** Its reads and writes are this flow's; its ends are not. */
  readonly #gate: Flow;
  #closing: AsyncSubject<void> | null = null;

  constructor(inner: Flow, bytesPerSecond: number, burst: number) {
    super(inner);
    this.#gate = makeFlow(new RateGate(inner, bytesPerSecond, burst));
    // This side gave it up: what the gate holds is dropped too. A flow that has closed is not aborted any more.
    const error = (told: unknown) => {
      const original = originalOf(told);
      if (isFlowError(original, 'aborted')) this.#gate.abort(original.cause);
    };
    inner.closed.subscribe({ error });
  }

  override read(): Observable<Uint8Array> {
    return this.#gate.read();
  }

  override write(buffer: Uint8Array): Observable<WriteResult> {
    return this.#gate.write(buffer);
  }

  override writev(buffers: readonly Uint8Array[]): Observable<WriteResult> {
    return this.#gate.writev(buffers);
  }

  override shutdown(mode: ShutdownMode): Observable<void> {
    const passed = this.#gate.shutdown(mode);
    const stopped = mode === 'write' ? null : this.inner.shutdown('read');
    return mode === 'read' ? stopped! : this.#after(passed, () => this.inner.shutdown('write'));
  }

  override close(): Observable<void> {
    if (this.#closing === null) {
      this.#closing = new AsyncSubject<void>();
      this.#after(this.#gate.shutdown('write'), () => this.inner.close()).subscribe(this.#closing);
    }
    return this.#closing.asObservable();
  }

  /** The gate has let the last write pass, or will let none pass any more: either way the flow's own answer counts. */
  #after(passed: Observable<void>, end: () => Observable<void>): Observable<void> {
    return passed.pipe(
      catchError(() => [undefined]),
      switchMap(end),
    );
  }
}
