/** Gives up a flow on which nothing moves. It watches the bytes that pass through it and changes none. */
import { type Observable, Subscription, tap, timer } from 'rxjs';
import { checkFlow } from '../flow/check-flow.js';
import { checkDuration } from '../flow/check-duration.js';
import type { Flow, WriteResult } from '../flow/flow.js';
import { FlowError, isFlowError } from '../flow/flow-error.js';
import { originalOf } from '../flow/replaced-error.js';
import { sizeOf } from '../flow/size-of.js';
import { Stopwatch } from '../flow/stopwatch.js';
import { TranslatingFlow } from './translating-flow.js';

/**
 * The same flow, which is aborted once no byte has passed either way for `idleMs`: none was delivered by `read()` and
 * none was accepted from `write()`. Its reads, pending writes and `closed` then fail with code `timeout`. The time runs
 * from this call until the flow ends, whether or not anybody reads, and leaves no timer behind.
 *
 * @example
 * const flow = withIdleTimeout(socket, 30_000);
 */
export function withIdleTimeout(flow: Flow, idleMs: number): Flow {
  checkFlow('withIdleTimeout: flow', flow);
  checkDuration('withIdleTimeout: idleMs', idleMs);
  return new IdleTimeoutFlow(flow, idleMs);
}

class IdleTimeoutFlow extends TranslatingFlow {
  readonly #clock = new Stopwatch();
  /** When a byte has passed last; and whether one has since the timer was set. */
  #lastMs = 0;
  #hasPassed = false;
  #timer = Subscription.EMPTY;
  readonly #timeout: FlowError;

  constructor(
    inner: Flow,
    private readonly idleMs: number,
  ) {
    super(inner);
    this.#timeout = new FlowError('timeout', `${inner.name}: no byte either way for ${idleMs} ms`);
    this.#wait(idleMs);
    const end = () => this.#timer.unsubscribe();
    inner.closed.subscribe({ complete: end, error: end });
  }

  override read(): Observable<Uint8Array> {
    return super.read().pipe(tap(() => this.#touch()));
  }

  override write(buffer: Uint8Array): Observable<WriteResult> {
    return this.#written(sizeOf([buffer]), this.inner.write(buffer));
  }

  override writev(buffers: readonly Uint8Array[]): Observable<WriteResult> {
    return this.#written(sizeOf(buffers), this.inner.writev(buffers));
  }

  /** The abort below is told as what led to it. */
  protected translate(error: unknown): unknown {
    const original = originalOf(error);
    return isFlowError(original, 'aborted') && original.cause === this.#timeout ? this.#timeout : error;
  }

  #written(bytes: number, result: Observable<WriteResult>): Observable<WriteResult> {
    if (bytes > 0) {
      result.subscribe(({ ok }) => {
        if (ok) this.#touch();
      });
    }
    return this.translateResult(result);
  }

  /** Bytes only leave the time; the one timer looks at it when it is due, and waits for the rest. */
  #touch(): void {
    this.#lastMs = this.#clock.elapsed();
    this.#hasPassed = true;
  }

  #wait(ms: number): void {
    this.#hasPassed = false;
    this.#timer = timer(ms).subscribe(() => {
      const leftMs = this.#lastMs + this.idleMs - this.#clock.elapsed();
      // A timer that comes too late tells of a busy process, or of a clock set forward, and not of a flow on which nothing moves.
      if (this.#hasPassed && leftMs !== 0) this.#wait(leftMs > 0 ? leftMs : Math.min(-leftMs, this.idleMs));
      else this.inner.abort(this.#timeout);
    });
  }
}
