/**
 * Copies where one of the two flows was not made by this package's engine (a decorated flow, another's `Flow`): through
 * `read()` and `write()` alone, holding the source while a result is pending. A source that does not know holds is read
 * as it comes, and the destination's queue and its limit bear it. Same counts and errors as `engine-copy.ts`.
 */
import { defer, Subject, takeUntil, throwError, type Observable } from 'rxjs';
import type { Flow, WriteResult } from '../flow/flow.js';
import { FlowError } from '../flow/flow-error.js';
import { Holds } from '../flow/holds.js';
import { CopyRun, type CopyListener } from './copy-run.js';

export class PublicCopy extends CopyRun {
  /** Ends the reading, from inside its first deliveries too, before `subscribe` could return what to unsubscribe. */
  readonly #released = new Subject<void>();
  /** While writes are pending. */
  readonly #holds = new Holds();
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
    this.#holds.release();
  }

  #onData(buffer: Uint8Array): void {
    const size = buffer.length; // looked at now: a transport may hand the memory over
    this.countRead(size);
    this.#pending += 1;
    let settled = false;
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      this.#pending -= 1;
      act();
      if (this.#pending === 0) this.#holds.release();
    };
    this.#write(buffer).subscribe({
      next: (result) => settle(() => this.#onResult(result, size)),
      complete: () => settle(() => this.fail('write', this.#noResult())),
      error: (reason: unknown) => settle(() => this.fail('write', reason)),
    });
    if (!settled && !this.isOver) this.#holds.take();
  }

  #write(buffer: Uint8Array): Observable<WriteResult> {
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
