/**
 * The base of every decorator: a flow that does what another does, so that a decorator is only what it changes. Taking
 * it from its creator (`detach`) passes on to the flow inside.
 */
import type { Observable } from 'rxjs';
import { DETACH, detachFlow, type Detachable } from './detached.js';
import type { Flow, ShutdownMode, WriteResult } from './flow.js';

export class DelegatingFlow implements Flow, Detachable {
  constructor(
    protected readonly inner: Flow,
    readonly name: string = inner.name,
  ) {}

  get closed(): Observable<void> {
    return this.inner.closed;
  }

  read(): Observable<Uint8Array> {
    return this.inner.read();
  }

  write(buffer: Uint8Array): Observable<WriteResult> {
    return this.inner.write(buffer);
  }

  writev(buffers: readonly Uint8Array[]): Observable<WriteResult> {
    return this.inner.writev(buffers);
  }

  shutdown(mode: ShutdownMode): Observable<void> {
    return this.inner.shutdown(mode);
  }

  close(): Observable<void> {
    return this.inner.close();
  }

  abort(reason?: unknown): void {
    this.inner.abort(reason);
  }

  get isDetached(): boolean {
    return (this.inner as Partial<Detachable>).isDetached === true;
  }

  [DETACH](): void {
    detachFlow(this.inner);
  }
}
