/**
 * One direction of a proxy: a copy, then its EOF carried across. What its end or failure means for the other direction
 * is the proxy's (`proxy.ts`).
 *
 *     copying ── source's EOF ──▶ flushing ── shutdown('write') done ──▶ ended
 */
import { defer, Subscription } from 'rxjs';
import type { Flow } from '../flow/flow.js';
import { chooseCopy } from './choose-copy.js';
import type { CopyListener, CopyRun } from './copy-run.js';
import type { CopyStats } from './copy-stats.js';
import type { ProxyDirection } from './proxy-error.js';

/** Told what becomes of a direction. */
export interface DirectionListener {
  /** The source's EOF has come; it is being carried across. */
  onEof(direction: Direction): void;
  /** The other side has been told of it. */
  onEnded(direction: Direction): void;
  onFailed(direction: Direction, what: string, cause: unknown): void;
  /** The source, whose EOF has come already, broke: nothing can be written to it any more. */
  onSourceBroke(direction: Direction, cause: unknown): void;
}

export class Direction implements CopyListener {
  state: 'copying' | 'flushing' | 'ended' = 'copying';

  readonly #run: CopyRun;
  readonly #endings = new Subscription();

  constructor(
    readonly name: ProxyDirection,
    private readonly from: Flow,
    private readonly to: Flow,
    private readonly listener: DirectionListener,
  ) {
    this.#run = chooseCopy(from, to, this);
  }

  get stats(): CopyStats {
    return this.#run.stats;
  }

  start(): void {
    this.#run.start();
  }

  stop(): void {
    this.#run.stop();
    this.#endings.unsubscribe();
  }

  onCopied(): void {
    this.state = 'flushing';
    this.listener.onEof(this);
    // While it was being copied, a break of the source showed as a failed read, behind the data that came before it.
    this.#endings.add(this.from.closed.subscribe({ error: (cause: unknown) => this.listener.onSourceBroke(this, cause) }));
    if (this.#endings.closed) return; // it has broken already, and the proxy with it
    this.#endings.add(
      defer(() => this.to.shutdown('write')).subscribe({
        complete: () => this.#onFlushed(),
        error: (cause: unknown) => this.listener.onFailed(this, 'ending the write side', cause),
      }),
    );
  }

  onCopyFailed(side: 'read' | 'write', cause: unknown): void {
    this.listener.onFailed(this, side === 'read' ? 'reading' : 'writing', cause);
  }

  #onFlushed(): void {
    if (this.state !== 'flushing') return;
    this.state = 'ended';
    this.listener.onEnded(this);
  }
}
