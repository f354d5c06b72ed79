/**
 * Joins two flows: both directions, each half-close carried across, and an end that both flows share. After mirage-flow
 * v4, `Mirage_flow_combinators.Proxy`. It moves no byte itself: each direction is a copy.
 */
import { interval, Observable, type Subscriber, Subscription, timer } from 'rxjs';
import { checkFlow } from '../flow/check-flow.js';
import { checkOptions } from '../flow/check-options.js';
import { checkDuration } from '../flow/check-duration.js';
import type { Flow } from '../flow/flow.js';
import { FlowError } from '../flow/flow-error.js';
import type { CopyStats } from './copy-stats.js';
import { Direction, type DirectionListener } from './proxy-direction.js';
import { ProxyError } from './proxy-error.js';

/** What a proxy has carried each way. */
export interface ProxyStats {
  /** Read from `a`, written to `b`. */
  readonly aToB: CopyStats;
  /** Read from `b`, written to `a`. */
  readonly bToA: CopyStats;
}

/** How long a proxy waits for its second end (without a limit, unless told), and what it tells while it runs. */
export interface ProxyOptions {
  /**
   * Once one flow's EOF has come, or one has broken, everything else must have ended within this time, or the proxy fails
   * with `timeout`: what a broken flow had sent is carried across first, which takes as long as the other one does.
   */
  readonly halfCloseTimeoutMs?: number;
  /** Also emit what has been carried so far, this often, while the proxy runs. */
  readonly sampleMs?: number;
}

/**
 * Copies both ways between `a` and `b`. When one flow's EOF has come and all before it is written, the other's write side
 * is shut down, while the opposite direction goes on. Cold. Emits the {@link ProxyStats} once, when both directions have
 * ended so, and completes; with `sampleMs` also while it runs.
 *
 * A failure in either direction aborts both flows and errors with `ProxyError`. A write side that takes no more
 * (`closed`) is a failure too: bytes were read that cannot be delivered, which must not look like an orderly end.
 *
 * Unsubscribing stops the copying and leaves both flows as they are, to their owner: nothing is aborted, and what has
 * not been read can still be read.
 *
 * @example
 * listenTcp({ port: 8080 }).pipe(
 *   mergeMap((client) => connectTcp({ port: 80 }).pipe(
 *     mergeMap((server) => proxy(client, server)),
 *     catchError((error) => { client.abort(error); return EMPTY; }), // one that breaks ends alone
 *   )),
 * ).subscribe((stats) => console.log(formatStats(stats)));
 */
export function proxy(a: Flow, b: Flow, options: ProxyOptions = {}): Observable<ProxyStats> {
  checkFlow('proxy: a', a);
  checkFlow('proxy: b', b);
  checkOptions('proxy', options);
  const { halfCloseTimeoutMs, sampleMs } = options;
  if (halfCloseTimeoutMs !== undefined) checkDuration('proxy: halfCloseTimeoutMs', halfCloseTimeoutMs);
  if (sampleMs !== undefined) checkDuration('proxy: sampleMs', sampleMs);
  return new Observable((subscriber) => new ProxyRun(a, b, halfCloseTimeoutMs, subscriber).start(sampleMs));
}

class ProxyRun implements DirectionListener {
  readonly #aToB: Direction;
  readonly #bToA: Direction;
  readonly #timers = new Subscription();
  #waitsForOther = false;

  constructor(
    private readonly a: Flow,
    private readonly b: Flow,
    private readonly halfCloseTimeoutMs: number | undefined,
    private readonly subscriber: Subscriber<ProxyStats>,
  ) {
    this.#aToB = new Direction('aToB', a, b, this);
    this.#bToA = new Direction('bToA', b, a, this);
  }

  start(sampleMs: number | undefined): void {
    this.subscriber.add(() => this.#stop());
    if (sampleMs !== undefined) this.#timers.add(interval(sampleMs).subscribe(() => this.subscriber.next(this.#stats)));
    for (const flow of [this.a, this.b]) this.#timers.add(flow.closed.subscribe({ error: () => this.onEof() }));
    this.#aToB.start();
    if (!this.subscriber.closed) this.#bToA.start();
  }

  onEof(): void {
    if (this.#waitsForOther || this.halfCloseTimeoutMs === undefined) return;
    this.#waitsForOther = true;
    this.#timers.add(timer(this.halfCloseTimeoutMs).subscribe(() => this.#onTimeout()));
  }

  onEnded(): void {
    if (this.#aToB.state !== 'ended' || this.#bToA.state !== 'ended') return;
    this.subscriber.next(this.#stats);
    this.subscriber.complete();
  }

  onFailed(direction: Direction, what: string, cause: unknown): void {
    this.#fail([direction], what, cause);
  }

  onSourceBroke(direction: Direction, cause: unknown): void {
    this.#fail([direction === this.#aToB ? this.#bToA : this.#aToB], 'writing', cause);
  }

  #onTimeout(): void {
    const late = [this.#aToB, this.#bToA].filter(({ state }) => state !== 'ended');
    this.#fail(late, 'ending', new FlowError('timeout', `${this.#name}: not ended ${this.halfCloseTimeoutMs} ms after the first end`));
  }

  #fail(directions: readonly Direction[], what: string, cause: unknown): void {
    if (this.subscriber.closed) return;
    const names = directions.map(({ name }) => name);
    const { aToB, bToA } = this.#stats;
    const causes = directions.map(() => cause);
    const error = new ProxyError(`${this.#name}: ${what} failed (${names.join(', ')})`, { directions: names, aToB, bToA, causes });
    this.#stop();
    // Told before the aborts: a flow's creator, as in the example above, would tell its abort in place of this.
    this.subscriber.error(error);
    for (const flow of [this.a, this.b]) abortAtLeast(flow, error);
  }

  #stop(): void {
    this.#timers.unsubscribe();
    this.#aToB.stop();
    this.#bToA.stop();
  }

  get #stats(): ProxyStats {
    return { aToB: this.#aToB.stats, bToA: this.#bToA.stats };
  }

  get #name(): string {
    return `proxy ${this.a.name} <-> ${this.b.name}`;
  }
}

/** Another's flow may throw here: no reason to leave the other one open, nor to say nothing of why the proxy ends. */
function abortAtLeast(flow: Flow, reason: ProxyError): void {
  try {
    flow.abort(reason);
  } catch {
    // It has nothing left to say.
  }
}
