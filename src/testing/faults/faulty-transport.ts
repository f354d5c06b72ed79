/**
 * The line between a faulty flow and the flow inside: a lane each way, and the faults that concern the whole line. The
 * queueing on this side of it is the engine's.
 */
import { Subject, Subscription, takeUntil } from 'rxjs';
import type { Flow } from '../../flow/flow.js';
import { FlowError, isFlowError } from '../../flow/flow-error.js';
import type { FlowLink, Transport } from '../../flow/transport.js';
import { longTimer } from '../long-timer.js';
import { FaultLane, type LaneFaults } from './fault-lane.js';
import { seededRandom } from './random.js';

export interface LineFaults extends LaneFaults {
  /** Bytes after which a direction ends, of its own; `Infinity`: none does. */
  readonly limitBytes: number;
  /** `Infinity`: never. */
  readonly resetAfterMs: number;
  readonly seed: number;
}

export class FaultyTransport implements Transport {
  readonly name: string;

  #link!: FlowLink;
  #reset = Subscription.EMPTY;
  #watch = Subscription.EMPTY;

  readonly #in: FaultLane;
  #inLeft: number;
  #isWanted = false;
  #isReading = false;
  /** Why the inner flow broke. What it still has is read then, whether or not anybody asks for it. */
  #breakage: { readonly error: unknown } | undefined = undefined;
  /** The end, or the failure, has entered the lane. */
  #isInOver = false;
  /** Ends a reading from inside its own delivery too. */
  readonly #pauses = new Subject<void>();

  readonly #out: FaultLane;
  #outLeft: number;
  #outState: 'open' | 'ending' | 'ended' = 'open';
  #isEndAsked = false;

  constructor(
    private readonly inner: Flow,
    private readonly faults: LineFaults,
  ) {
    this.name = inner.name;
    this.#inLeft = faults.limitBytes;
    this.#outLeft = faults.limitBytes;
    // A sequence each: what one direction meets does not depend on what the other carries.
    this.#in = new FaultLane(faults, seededRandom(faults.seed), {
      onData: (piece) => (this.#isWanted = this.#link.push(piece)),
      onEnd: () => this.#link.end(),
      onFailure: (error) => this.#link.fail(this.#asFlowError(error)),
      onRoom: () => this.#read(),
    });
    this.#out = new FaultLane(faults, seededRandom(~faults.seed), {
      onData: (piece) => this.#writeThrough(piece),
      onEnd: () => this.#shutDown(),
      onFailure: () => {},
      onRoom: () => this.#link.ready(),
    });
  }

  open(link: FlowLink): void {
    this.#link = link;
    this.#watch = this.inner.closed.subscribe({ error: (error: unknown) => this.#onBroken(error) });
    const { resetAfterMs } = this.faults;
    if (resetAfterMs === Infinity) return;
    this.#reset = longTimer(resetAfterMs).subscribe(() => {
      const reset = new FlowError('reset', `${this.name}: reset by a fault after ${resetAfterMs} ms`);
      this.#link.fail(reset);
    });
  }

  // ── inwards ────────────────────────────────────────────────────────────────────────────────────────────────────

  pull(): void {
    this.#isWanted = true;
    this.#in.resume();
    this.#read();
  }

  #read(): void {
    if (this.#isReading || this.#isInOver || !this.#wantsMore()) return;
    if (this.#inLeft === 0) {
      this.#endReading();
      return;
    }
    this.#isReading = true;
    this.inner.read().pipe(takeUntil(this.#pauses)).subscribe({
      next: (buffer) => this.#onData(buffer),
      complete: () => {
        if (!this.#isReading) return;
        this.#over(() => this.#in.end());
        if (this.#breakage !== undefined) this.#in.fail(this.#breakage.error);
      },
      error: (error: unknown) => this.#over(() => this.#in.fail(error)),
    });
  }

  #onData(buffer: Uint8Array): void {
    const passing = buffer.subarray(0, this.#inLeft);
    this.#inLeft -= passing.byteLength;
    this.#in.send(passing.byteLength < buffer.byteLength ? passing : buffer);
    if (this.#inLeft === 0) this.#endReading();
    else if (!this.#wantsMore()) this.#pause();
  }

  #wantsMore(): boolean {
    return this.#breakage !== undefined || (this.#isWanted && this.#in.takesMore());
  }

  #pause(): void {
    this.#isReading = false;
    this.#pauses.next();
  }

  /** The limit is reached: EOF for the reader, and what the peer still sends is dropped. */
  #endReading(): void {
    if (this.#isInOver) return;
    this.#pause();
    this.inner.shutdown('read').subscribe(IGNORED);
    this.#over(() => this.#in.end());
  }

  #over(enter: () => void): void {
    if (this.#isInOver) return;
    this.#isInOver = true;
    this.#isReading = false;
    enter();
  }

  // ── outwards ───────────────────────────────────────────────────────────────────────────────────────────────────

  write(buffer: Uint8Array): boolean {
    const passing = buffer.subarray(0, this.#outLeft);
    this.#outLeft -= passing.byteLength;
    if (passing.byteLength > 0) this.#out.send(passing.byteLength < buffer.byteLength ? passing : buffer);
    if (this.#outLeft === 0) this.#endOut();
    if (passing.byteLength === buffer.byteLength) return this.#out.takesMore();
    const limit = `a fault ended the write side after ${this.faults.limitBytes} bytes`;
    this.#link.refuse(new FlowError('closed', `${this.name}: ${limit}`));
    return true;
  }

  end(): void {
    this.#isEndAsked = true;
    if (this.#outState === 'ended') this.#link.finished();
    else this.#endOut();
  }

  #endOut(): void {
    if (this.#outState !== 'open') return;
    this.#outState = 'ending';
    this.#out.end();
  }

  /** Whether the inner flow took the piece at once; if not, the lane goes on when it has. */
  #writeThrough(piece: Uint8Array): boolean {
    let settled = false;
    let waiting = false;
    this.inner.write(piece).subscribe((result) => {
      settled = true;
      if (!result.ok) this.#onRefused(result.error);
      else if (waiting) this.#out.resume();
    });
    waiting = !settled;
    return settled;
  }

  /** An output that ended leaves the rest of the flow as it is; of a flow that broke, `closed` tells, or has told. */
  #onRefused(error: FlowError): void {
    this.#out.cut();
    if (this.#breakage !== undefined) return;
    if (isFlowError(error, 'closed') || isFlowError(error, 'failed')) this.#link.refuse(error);
  }

  #shutDown(): void {
    this.inner.shutdown('write').subscribe({
      complete: () => {
        this.#outState = 'ended';
        if (this.#isEndAsked) this.#link.finished();
      },
      error: () => {}, // `closed` says so too
    });
  }

  // ── ends ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Both sides of this flow hear of it as late as the line is long, and behind the data that came before. */
  #onBroken(error: unknown): void {
    this.#out.cut();
    this.#breakage = { error };
    if (this.#isInOver) this.#in.fail(error);
    else this.#read();
  }

  abort(error: FlowError): void {
    this.#reset.unsubscribe();
    this.#watch.unsubscribe(); // or the abort of the inner flow would go down the line once more
    if (this.#isReading) this.#pause();
    this.#isInOver = true;
    this.#in.cut();
    this.#out.cut();
    this.inner.abort(isFlowError(error, 'aborted') ? error.cause : error);
  }

  free(done: () => void): void {
    this.#reset.unsubscribe();
    const closing = this.inner.close();
    // Behind a limit the inner flow may have a peer that goes on: it closes when that is through.
    if (this.#inLeft === 0 || this.#outLeft === 0) {
      closing.subscribe(IGNORED);
      done();
    } else closing.subscribe({ complete: done, error: done });
  }

  #asFlowError(error: unknown): FlowError {
    return isFlowError(error) ? error : new FlowError('failed', `${this.name}: failed`, { cause: error });
  }
}

const IGNORED = { error: () => {} };
