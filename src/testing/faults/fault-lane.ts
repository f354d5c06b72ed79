/**
 * One direction of a faulty line: bytes go in, and come out later, slower, cut up, but all of them and in order. Then,
 * behind them, the end or the failure. It knows no flow; what comes out goes to its `LaneExit`.
 */
import { Subscription } from 'rxjs';
import { Stopwatch } from '../../flow/stopwatch.js';
import { longTimer } from '../long-timer.js';
import { Queue } from './queue.js';

/** The faults that concern time and size; those of the whole line are its transport's. */
export interface LaneFaults {
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** `Infinity`: as fast as may be. */
  readonly bytesPerSecond: number;
  /** Bytes of the largest piece; `Infinity`: buffers are not cut. */
  readonly slice: number;
  readonly slowCloseMs: number;
}

/** Where a lane leads. */
export interface LaneExit {
  /** One piece arrives. `false`: no more until `resume`. */
  onData(piece: Uint8Array): boolean;
  onEnd(): void;
  onFailure(error: unknown): void;
  /** There is room again in a lane that was full. */
  onRoom(): void;
}

type Load =
  | { readonly kind: 'data'; readonly piece: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'failure'; readonly error: unknown };

interface Passenger {
  readonly load: Load;
  readonly dueAt: number;
}

export class FaultLane {
  readonly #queue = new Queue<Passenger>();
  /** Bytes on their way, and arrived but not let out. */
  #bytes = 0;
  readonly #clock = new Stopwatch();
  /** When the line will have sent all that it was given so far. */
  #idleAt = 0;
  #lastDueAt = 0;
  #isOpen = true;
  #isRunning = false;
  #isFull = false;
  /** At most one timer, for the first that is due. */
  #timer = Subscription.EMPTY;
  #armedFor = Infinity;
  readonly #window: number;

  constructor(
    private readonly faults: LaneFaults,
    private readonly random: () => number,
    private readonly exit: LaneExit,
  ) {
    const takesTime = faults.latencyMs > 0 || faults.jitterMs > 0 || faults.bytesPerSecond !== Infinity;
    this.#window = takesTime ? WINDOW_BYTES : 0;
  }

  /** Whether more bytes may be sent; if not, the exit's `onRoom` will say when. */
  takesMore(): boolean {
    this.#isFull = this.#bytes > this.#window;
    return !this.#isFull;
  }

  send(buffer: Uint8Array): void {
    const { slice } = this.faults;
    for (let at = 0; at < buffer.byteLength; at += slice) {
      const piece = slice < buffer.byteLength ? buffer.subarray(at, at + slice) : buffer;
      this.#bytes += piece.byteLength;
      this.#enter({ kind: 'data', piece }, piece.byteLength, 0);
    }
    this.#run();
  }

  end(): void {
    this.#enter({ kind: 'end' }, 0, this.faults.slowCloseMs);
    this.#run();
  }

  /** Comes out behind what is on its way, and takes that with it, whether or not the exit is ready for more. */
  fail(error: unknown): void {
    this.#enter({ kind: 'failure', error }, 0, 0);
    this.#run();
  }

  /** The exit is ready for more. */
  resume(): void {
    this.#isOpen = true;
    this.#run();
  }

  /** All that is on its way is lost. */
  cut(): void {
    this.#queue.clear();
    this.#bytes = 0;
    this.#timer.unsubscribe();
    this.#armedFor = Infinity;
  }

  #enter(load: Load, size: number, extraMs: number): void {
    const { latencyMs, jitterMs, bytesPerSecond } = this.faults;
    this.#idleAt = Math.max(this.#idleAt, this.#clock.elapsed()) + (size * 1000) / bytesPerSecond;
    const jitter = jitterMs === 0 ? 0 : (this.random() * 2 - 1) * jitterMs;
    // Never before what is in front of it: jitter makes bytes late, not disorderly.
    this.#lastDueAt = Math.max(this.#lastDueAt, this.#idleAt + Math.max(0, latencyMs + jitter) + extraMs);
    this.#queue.push({ load, dueAt: this.#lastDueAt });
  }

  /** Lets out all that is due, then waits for what is due next. */
  #run(now = this.#clock.elapsed()): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let next = this.#next(now); next !== undefined && next.dueAt <= now; next = this.#next(now)) {
      this.#queue.drop();
      this.#letOut(next.load);
    }
    this.#isRunning = false;
    this.#arm(this.#isOpen ? this.#queue.first() : this.#failure());
    if (this.#isFull && this.takesMore()) this.exit.onRoom();
  }

  #next(now: number): Passenger | undefined {
    const failure = this.#failure();
    return this.#isOpen || (failure !== undefined && failure.dueAt <= now) ? this.#queue.first() : undefined;
  }

  #failure(): Passenger | undefined {
    const last = this.#queue.last();
    return last?.load.kind === 'failure' ? last : undefined;
  }

  #letOut(load: Load): void {
    if (load.kind === 'end') this.exit.onEnd();
    else if (load.kind === 'failure') this.exit.onFailure(load.error);
    else {
      this.#bytes -= load.piece.byteLength;
      this.#isOpen = this.exit.onData(load.piece);
    }
  }

  /** Whole milliseconds: the platform's timers know no others, and would come too early. */
  #arm(next: Passenger | undefined): void {
    if (next === undefined || next.dueAt >= this.#armedFor) return;
    this.#timer.unsubscribe();
    this.#armedFor = next.dueAt;
    const now = this.#clock.elapsed();
    const waitMs = Math.max(0, Math.ceil(next.dueAt - now));
    this.#timer = longTimer(waitMs).subscribe(() => {
      this.#armedFor = Infinity;
      this.#run(Math.max(this.#clock.elapsed(), now + waitMs));
    });
  }
}

/** Bytes that a line with a length of its own holds before it counts as full. */
const WINDOW_BYTES = 65_536;
