/** The flow of a recording: passes every operation to the flow inside, and tells the recorder. It decides nothing. */
import { defer, type Observable, tap } from 'rxjs';
import { DelegatingFlow } from '../../flow/delegating-flow.js';
import type { Flow, ShutdownMode, WriteResult } from '../../flow/flow.js';
import { isBytes } from '../../flow/is-bytes.js';
import { watchHolds } from '../../flow/watch-holds.js';
import type { Recorder } from './recorder.js';

export class RecordedFlow extends DelegatingFlow {
  constructor(
    inner: Flow,
    private readonly recorder: Recorder,
  ) {
    super(inner);
    recorder.watchClosed(inner.closed);
  }

  override read(): Observable<Uint8Array> {
    const source = this.inner.read();
    return defer(() => {
      const { observer, onHold } = this.recorder.watchRead();
      return source.pipe(tap(observer), watchHolds(onHold));
    });
  }

  override write(buffer: Uint8Array): Observable<WriteResult> {
    if (!isBytes(buffer)) return this.inner.write(buffer); // which throws
    return this.recorder.write([buffer], () => this.inner.write(buffer));
  }

  override writev(buffers: readonly Uint8Array[]): Observable<WriteResult> {
    if (!isArrayOfBytes(buffers)) return this.inner.writev(buffers); // which throws
    return this.recorder.write(buffers, () => this.inner.writev(buffers));
  }

  override shutdown(mode: ShutdownMode): Observable<void> {
    if (!MODES.includes(mode)) return this.inner.shutdown(mode); // which throws
    return this.recorder.shutdown(mode, () => this.inner.shutdown(mode));
  }

  override close(): Observable<void> {
    return this.recorder.close(() => this.inner.close());
  }

  override abort(reason?: unknown): void {
    this.recorder.abort(reason, () => this.inner.abort(reason));
  }
}

const MODES: readonly ShutdownMode[] = ['read', 'write', 'read_write'];

/** Holes count: `every` alone would pass over them. */
function isArrayOfBytes(buffers: unknown): buffers is readonly Uint8Array[] {
  return Array.isArray(buffers) && Array.from<unknown>(buffers).every(isBytes);
}
