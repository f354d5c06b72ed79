/**
 * Copies where one of the two flows was not made by this package's engine (a decorated flow, another's `Flow`): through
 * `read()` and `write()` alone, holding the source while a result is pending. A source that does not know holds is read
 * as it comes, and the destination's queue and its limit bear it. Same counts and errors as `engine-copy.ts`.
 */
import { defer, Subject, Subscription, takeUntil, throwError } from 'rxjs';
import { holdDeliveries } from '../engine/demand.js';
import type { Flow, WriteResult } from '../flow/flow.js';
import { FlowError } from '../flow/flow-error.js';
import { CopyRun, type CopyListener } from './copy-run.js';

export class PublicCopy extends CopyRun {
  /** Ends the reading, from inside its first deliveries too, before `subscribe` could return what to unsubscribe. */
  readonly #released = new Subject<void>();
  /** Released when their write settles, and when the copy stops. */
  readonly #holds = new Subscription();
  #pending = 0;
  #ended = false;

  constructor(
    private readonly src: Flow,
    private readonly dst: Flow,
    listener: CopyListener,
  ) {
    super(listener);
  }

  start(): void {
    defer(() => this.src.read())
      .pipe(takeUntil(this.#released))
      .subscribe({
        next: (buffer) => this.#onData(buffer),
        complete: () => this.#onEnd(),
        error: (reason: unknown) => this.fail('read', reason),
      });
  }

  protected release(): void {
    this.#released.next();
    this.#holds.unsubscribe();
  }

  #onData(buffer: Uint8Array): void {
    this.countRead(buffer.length);
    this.#pending += 1;
    let settled = false;
    const hold = new Subscription();
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      this.#pending -= 1;
      act();
      hold.unsubscribe();
    };
    this.#write(buffer).subscribe({
      next: (result) => settle(() => this.#onResult(result, buffer.length)),
      complete: () => settle(() => this.fail('write', this.#noResult())),
      error: (reason: unknown) => settle(() => this.fail('write', reason)),
    });
    if (!settled) this.#holdUntil(hold);
  }

  #holdUntil(settled: Subscription): void {
    settled.add(holdDeliveries() ?? undefined);
    this.#holds.add(settled);
  }

  #write(buffer: Uint8Array): ReturnType<Flow['write']> {
    try {
      return this.dst.write(buffer);
    } catch (thrown) {
      return throwError(() => thrown);
    }
  }

  #onResult(result: WriteResult | undefined, size: number): void {
    if (result?.ok !== true) {
      this.fail('write', result?.error ?? this.#noResult());
      return;
    }
    if (this.isOver) return;
    this.countWrite(size);
    if (this.#ended && this.#pending === 0) this.finish();
  }

  #onEnd(): void {
    if (this.#pending > 0) this.#ended = true;
    else this.finish();
  }

  #noResult(): FlowError {
    return new FlowError('failed', `${this.dst.name}: a write completed without a result`);
  }
}
