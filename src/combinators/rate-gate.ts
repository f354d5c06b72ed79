/**
 * The transport between a rate-limited flow and the flow inside: it passes bytes both ways as the two token buckets
 * allow, cut to the burst's size. Queueing is the engine's; the ends that users see are the inner flow's.
 */
import { Subject, Subscription, takeUntil, timer } from 'rxjs';
import type { Flow } from '../flow/flow.js';
import { FlowError, isFlowError } from '../flow/flow-error.js';
import { formatError } from '../flow/format-error.js';
import type { FlowLink, Transport } from '../flow/transport.js';
import { TokenBucket } from './token-bucket.js';

export class RateGate implements Transport {
  readonly name: string;

  readonly #in: TokenBucket;
  readonly #out: TokenBucket;
  #link!: FlowLink;

  #isReading = false;
  /** Ends a reading from inside its own delivery too. Pausing so is what every flow bears: it loses nothing. */
  readonly #pauses = new Subject<void>();
  /** Read from the inner flow and not passed on yet. */
  #incoming: Uint8Array | null = null;
  #inTimer = Subscription.EMPTY;

  /** Given to `write` and not passed on yet. */
  #outgoing: Uint8Array | null = null;
  #outTimer = Subscription.EMPTY;

  constructor(
    private readonly inner: Flow,
    bytesPerSecond: number,
    burst: number,
  ) {
    this.name = inner.name;
    this.#in = new TokenBucket(bytesPerSecond, burst);
    this.#out = new TokenBucket(bytesPerSecond, burst);
  }

  open(link: FlowLink): void {
    this.#link = link;
    this.inner.closed.subscribe({ error: (error: unknown) => this.#onBroken(error) });
  }

  // ── inwards ────────────────────────────────────────────────────────────────────────────────────────────────────

  pull(): void {
    this.#passIn();
  }

  /** Passes on what there is; then reads, waits for tokens, or waits to be pulled. */
  #passIn(): void {
    while (this.#incoming !== null) {
      const piece = pieceOf(this.#incoming, this.#in.burst);
      const waitMs = this.#in.take(piece.length);
      if (waitMs > 0) {
        this.#pause();
        // Pushed even if the reader has gone by then: it queues for the next one, and the push answers `false`.
        this.#inTimer = timer(waitMs).subscribe(() => this.#passIn());
        return;
      }
      this.#incoming = restOf(this.#incoming, piece);
      if (this.#link.push(piece)) continue;
      this.#pause();
      return;
    }
    if (!this.#isReading) this.#read();
  }

  #read(): void {
    this.#isReading = true;
    this.inner.read().pipe(takeUntil(this.#pauses)).subscribe({
      next: (buffer) => {
        this.#incoming = buffer;
        this.#passIn();
      },
      complete: () => {
        if (this.#isReading) this.#link.end();
      },
      error: (error: unknown) => this.#link.fail(this.#asFlowError(error)),
    });
  }

  #pause(): void {
    if (!this.#isReading) return;
    this.#isReading = false;
    this.#pauses.next();
  }

  stop(): void {
    this.#stopReading();
    this.#link.end();
  }

  // ── outwards ───────────────────────────────────────────────────────────────────────────────────────────────────

  write(buffer: Uint8Array): boolean {
    this.#outgoing = buffer;
    return this.#passOut();
  }

  /** Whether all of it is through. */
  #passOut(): boolean {
    while (this.#outgoing !== null) {
      const piece = pieceOf(this.#outgoing, this.#out.burst);
      const waitMs = this.#out.take(piece.length);
      if (waitMs > 0) {
        this.#outTimer = timer(waitMs).subscribe(() => this.#goOn());
        return false;
      }
      this.#outgoing = restOf(this.#outgoing, piece);
      if (!this.#writeThrough(piece)) return false;
    }
    return true;
  }

  /** Whether the inner flow took the piece at once; if not, it goes on by itself when it has. */
  #writeThrough(piece: Uint8Array): boolean {
    let settled = false;
    let waiting = false;
    this.inner.write(piece).subscribe((result) => {
      settled = true;
      if (!result.ok) {
        this.#outgoing = null;
        this.#link.refuse(result.error);
      } else if (waiting) this.#goOn();
    });
    waiting = !settled;
    return settled;
  }

  #goOn(): void {
    if (this.#passOut()) this.#link.ready();
  }

  end(): void {
    this.inner.shutdown('write').subscribe({
      complete: () => this.#link.finished(),
      error: (error: unknown) => this.#link.refuse(this.#asFlowError(error)),
    });
  }

  // ── ends ───────────────────────────────────────────────────────────────────────────────────────────────────────

  abort(): void {
    this.#stopReading();
    this.#stopWriting();
  }

  /** Writes fail at once; what was read before the break is still there to be read. */
  #onBroken(error: unknown): void {
    this.#link.refuse(this.#asFlowError(error));
    this.#stopWriting();
  }

  #stopReading(): void {
    this.#pause();
    this.#inTimer.unsubscribe();
    this.#incoming = null;
  }

  #stopWriting(): void {
    this.#outTimer.unsubscribe();
    this.#outgoing = null;
  }

  #asFlowError(error: unknown): FlowError {
    return isFlowError(error) ? error : new FlowError('failed', `${this.name}: ${formatError(error)}`, { cause: error });
  }
}

/** The buffer itself where it may pass whole. */
function pieceOf(buffer: Uint8Array, mostBytes: number): Uint8Array {
  return buffer.length > mostBytes ? buffer.subarray(0, mostBytes) : buffer;
}

function restOf(buffer: Uint8Array, piece: Uint8Array): Uint8Array | null {
  return piece.length < buffer.length ? buffer.subarray(piece.length) : null;
}
