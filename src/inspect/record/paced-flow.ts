/**
 * Slows the program that is recorded down to whoever listens to its tape: while one of them holds the tape, no new reader
 * is let in, and nothing is heard of a call. A reader that is in is held by itself, and what the calls do is not delayed.
 */
import { concat, defer, Observable, ReplaySubject, type Subscriber, takeUntil, throwError } from 'rxjs';
import { DelegatingFlow } from '../../flow/delegating-flow.js';
import type { Flow, ShutdownMode, WriteResult } from '../../flow/flow.js';
import { busyError } from '../../flow/read.js';
import { isStopped } from '../../flow/subscriber-chain.js';
import type { TapeGate } from '../tape/tape-gate.js';

/** Whoever reads, waits to be let in, or has done so last. */
interface LastReader {
  readonly subscriber: Subscriber<Uint8Array>;
  isWaiting: boolean;
}

export class PacedFlow extends DelegatingFlow {
  #reader: LastReader | null = null;
  readonly #readStopped = new ReplaySubject<void>(1);

  constructor(
    inner: Flow,
    private readonly gate: TapeGate,
  ) {
    super(inner);
  }

  override read(): Observable<Uint8Array> {
    const source = this.inner.read();
    return new Observable((subscriber) => this.#letIn(subscriber, source).subscribe(subscriber));
  }

  override write(buffer: Uint8Array): Observable<WriteResult> {
    return this.#paced(this.inner.write(buffer));
  }

  override writev(buffers: readonly Uint8Array[]): Observable<WriteResult> {
    return this.#paced(this.inner.writev(buffers));
  }

  override shutdown(mode: ShutdownMode): Observable<void> {
    const done = this.inner.shutdown(mode);
    if (mode !== 'write') this.#readStopped.next();
    return this.#paced(done);
  }

  override close(): Observable<void> {
    return this.#paced(this.inner.close());
  }

  #letIn(subscriber: Subscriber<Uint8Array>, source: Observable<Uint8Array>): Observable<Uint8Array> {
    const first = this.#reader;
    if (first !== null && !isStopped(first.subscriber)) {
      // A second one, whom the flow refuses; of a first one that waits the flow does not know.
      return first.isWaiting ? throwError(() => busyError(this.name)) : source;
    }
    const reader = { subscriber, isWaiting: !this.gate.isOpen };
    this.#reader = reader;
    if (!reader.isWaiting) return source;
    const reading = defer(() => {
      reader.isWaiting = false;
      return source;
    });
    return concat(this.gate.passed.pipe(takeUntil(this.#readStopped)), reading);
  }

  #paced<T>(outcome: Observable<T>): Observable<T> {
    return this.gate.isOpen ? outcome : concat(this.gate.passed, outcome);
  }
}
