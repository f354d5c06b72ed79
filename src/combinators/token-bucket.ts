/**
 * Leave to spend bytes at a rate, with a burst saved up while nothing is spent. It holds no timer: it says how long to
 * wait, by RxJS's clock.
 */
import { LONGEST_TIMER_MS } from '../flow/check-duration.js';
import { Stopwatch } from '../flow/stopwatch.js';

export class TokenBucket {
  #tokens: number;
  readonly #clock = new Stopwatch();
  #filledAt = 0;

  constructor(
    private readonly bytesPerSecond: number,
    /** The most that can be saved up, and so the most that can be taken at once. */
    readonly burst: number,
  ) {
    this.#tokens = burst;
  }

  /** Takes `bytes` (at most `burst`) and answers 0, or takes nothing and answers how many milliseconds to wait before asking again. */
  take(bytes: number): number {
    const now = this.#clock.elapsed();
    this.#tokens = Math.min(this.burst, this.#tokens + ((now - this.#filledAt) * this.bytesPerSecond) / 1000);
    this.#filledAt = now;
    const missing = bytes - this.#tokens;
    if (missing > ROUNDING) return Math.min(LONGEST_TIMER_MS, Math.ceil((missing / this.bytesPerSecond) * 1000 - ROUNDING));
    this.#tokens -= bytes;
    return 0;
  }
}

/** Sums of fractions may come short by less than this part of a byte, or of a millisecond. */
const ROUNDING = 1e-6;
