/**
 * The base of decorators that change errors and nothing else: every way in which a flow tells one passes through
 * `translate`. Reads stay one synchronous chain, so that holds reach the flow inside.
 */
import { catchError, map, type Observable, throwError } from 'rxjs';
import type { ShutdownMode, WriteResult } from '../flow/flow.js';
import type { FlowError } from '../flow/flow-error.js';
import { DelegatingFlow } from '../flow/delegating-flow.js';

export abstract class TranslatingFlow extends DelegatingFlow {
  /** What is told instead of `error`; the same error, if there is nothing to change. */
  protected abstract translate(error: unknown): unknown;

  override get closed(): Observable<void> {
    return this.#translated(super.closed);
  }

  override read(): Observable<Uint8Array> {
    return this.#translated(super.read());
  }

  override write(buffer: Uint8Array): Observable<WriteResult> {
    return this.translateResult(super.write(buffer));
  }

  override writev(buffers: readonly Uint8Array[]): Observable<WriteResult> {
    return this.translateResult(super.writev(buffers));
  }

  override shutdown(mode: ShutdownMode): Observable<void> {
    return this.#translated(super.shutdown(mode));
  }

  override close(): Observable<void> {
    return this.#translated(super.close());
  }

  #translated<T>(source: Observable<T>): Observable<T> {
    return source.pipe(catchError((error: unknown) => throwError(() => this.translate(error))));
  }

  protected translateResult(source: Observable<WriteResult>): Observable<WriteResult> {
    return source.pipe(map((result) => (result.ok ? result : { ok: false, error: this.translate(result.error) as FlowError })));
  }
}
