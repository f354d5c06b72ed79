/**
 * One running copy: its counts, its clock and its end. How the bytes move is its subclasses' (`engine-copy.ts`,
 * `public-copy.ts`); what its end means is its listener's (`copy`, `proxy`, `forward`).
 */
import { Stopwatch } from '../flow/stopwatch.js';
import type { CopyStats } from './copy-stats.js';

/** Told how a copy ended: one of the two, once; neither if it was stopped. */
export interface CopyListener {
  /** The source's EOF came and every write before it was accepted. */
  onCopied(): void;
  onCopyFailed(side: 'read' | 'write', cause: unknown): void;
}

export abstract class CopyRun {
  protected readBytes = 0;
  protected readOps = 0;
  protected writeBytes = 0;
  protected writeOps = 0;

  readonly #clock = new Stopwatch();
  /** How long it took, once it is over. */
  #durationMs: number | null = null;

  constructor(private readonly listener: CopyListener) {}

  /** Starts copying; it may end before this returns. */
  abstract start(): void;

  /** Stops reading: what has not been read stays in the source. Writes already made stay made. */
  stop(): void {
    if (this.isOver) return;
    this.#durationMs = this.#clock.elapsed();
    this.release();
  }

  /** Ends it as its next write would: the destination has broken, and there may be nothing to write for long. */
  failWriting(cause: unknown): void {
    this.fail('write', cause);
  }

  get stats(): CopyStats {
    const { readBytes, readOps, writeBytes, writeOps } = this;
    const durationMs = this.#durationMs ?? this.#clock.elapsed();
    return { readBytes, readOps, writeBytes, writeOps, durationMs };
  }

  get isOver(): boolean {
    return this.#durationMs !== null;
  }

  /** Lets go of the source, for good. */
  protected abstract release(): void;

  protected countRead(bytes: number): void {
    this.readBytes += bytes;
    this.readOps += 1;
  }

  protected countWrite(bytes: number): void {
    this.writeBytes += bytes;
    this.writeOps += 1;
  }

  protected finish(): void {
    if (this.isOver) return;
    this.stop();
    this.listener.onCopied();
  }

  protected fail(side: 'read' | 'write', cause: unknown): void {
    if (this.isOver) return;
    this.stop();
    this.listener.onCopyFailed(side, cause);
  }
}
