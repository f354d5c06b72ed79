/** Counts what passes through a flow, for whoever wants to show it. It keeps no history: sample it with `interval`. */
import { type Observable, tap } from 'rxjs';
import { checkFlow } from '../flow/check-flow.js';
import type { Flow, WriteResult } from '../flow/flow.js';
import type { CopyStats } from './copy-stats.js';
import { DelegatingFlow } from '../flow/delegating-flow.js';
import { sizeOf } from '../flow/size-of.js';
import { Stopwatch } from '../flow/stopwatch.js';

/**
 * What a flow has carried: read means delivered by `read()`, written means accepted; `durationMs` is from `measured` to
 * the flow's end, or to now. It has all that {@link CopyStats} has, so `formatStats` prints it.
 */
export interface FlowStats extends CopyStats {
  /** Writes whose result has not come yet. */
  readonly pendingWrites: number;
  /** Bytes of the writes whose result has not come yet. */
  readonly pendingBytes: number;
  /** Writes that were refused. */
  readonly failedWrites: number;
}

/** A flow, and what has passed through it. */
export interface MeasuredFlow {
  /** Use this one in place of the flow that was given: only what goes through it counts. */
  readonly flow: Flow;
  /** What has been counted until now: a new object each time. */
  stats(): FlowStats;
}

/**
 * The same flow, with counters on it, which stay with it until it ends. Only what goes through the returned flow counts; a
 * `writev` is one write.
 *
 * @example
 * const { flow, stats } = measured(socket);
 * interval(1000).pipe(takeUntil(flow.closed)).subscribe(() => console.log(formatStats(stats())));
 */
export function measured(flow: Flow): MeasuredFlow {
  checkFlow('measured: flow', flow);
  const meter = new Meter(flow);
  return { flow: meter, stats: () => meter.stats };
}

class Meter extends DelegatingFlow {
  #readBytes = 0;
  #readOps = 0;
  #writeBytes = 0;
  #writeOps = 0;
  #pendingWrites = 0;
  #pendingBytes = 0;
  #failedWrites = 0;
  readonly #clock = new Stopwatch();
  /** How long it lived, once it has ended. */
  #durationMs: number | null = null;

  constructor(inner: Flow) {
    super(inner);
    const end = () => (this.#durationMs = this.#clock.elapsed());
    inner.closed.subscribe({ complete: end, error: end });
  }

  get stats(): FlowStats {
    return {
      readBytes: this.#readBytes,
      readOps: this.#readOps,
      writeBytes: this.#writeBytes,
      writeOps: this.#writeOps,
      durationMs: this.#durationMs ?? this.#clock.elapsed(),
      pendingWrites: this.#pendingWrites,
      pendingBytes: this.#pendingBytes,
      failedWrites: this.#failedWrites,
    };
  }

  override read(): Observable<Uint8Array> {
    return super.read().pipe(
      tap((buffer) => {
        this.#readBytes += buffer.length;
        this.#readOps += 1;
      }),
    );
  }

  override write(buffer: Uint8Array): Observable<WriteResult> {
    return this.#counted(sizeOf([buffer]), super.write(buffer));
  }

  override writev(buffers: readonly Uint8Array[]): Observable<WriteResult> {
    return this.#counted(sizeOf(buffers), super.writev(buffers));
  }

  #counted(bytes: number, outcome: Observable<WriteResult>): Observable<WriteResult> {
    this.#pendingWrites += 1;
    this.#pendingBytes += bytes;
    outcome.subscribe((result) => {
      this.#pendingWrites -= 1;
      this.#pendingBytes -= bytes;
      if (!result.ok) this.#failedWrites += 1;
      else {
        this.#writeOps += 1;
        this.#writeBytes += bytes;
      }
    });
    return outcome;
  }
}
