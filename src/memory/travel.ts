/**
 * What is on its way from one place to another: each item arrives once latency and bandwidth say so, in the order of
 * departure. Time is RxJS's: one timer, for the item due next, and none while nothing is on its way. It does not bound
 * what departs, and knows no bytes, only sizes.
 */
import { timer, type Subscription } from 'rxjs';
import { Ring } from '../engine/ring.js';
import { LONGEST_TIMER_MS } from '../flow/check-duration.js';
import { Stopwatch } from '../flow/stopwatch.js';

export interface TravelTimes {
  /** From the departure of an item's last byte to its arrival. */
  readonly latencyMs: number;
  /** How fast bytes depart, one item after the other; `Infinity`: at once. */
  readonly bytesPerSecond: number;
}

export class Travel<T> {
  readonly #items = new Ring<{ readonly item: T; readonly departedAt: number }>();
  readonly #clock = new Stopwatch();
  /** When all that was sent so far has departed. */
  #idleAt = 0;
  #timer: Subscription | undefined;
  #arriving = false;

  constructor(
    private readonly times: TravelTimes,
    private readonly arrive: (item: T) => void,
  ) {}

  /** Sends an item after those before it. Where there is neither latency nor limit, it arrives within the call. */
  send(item: T, size: number): void {
    const { latencyMs, bytesPerSecond } = this.times;
    if (latencyMs === 0 && bytesPerSecond === Infinity) {
      this.arrive(item);
      return;
    }
    this.#idleAt = Math.max(this.#idleAt, this.#clock.elapsed()) + (size * 1000) / bytesPerSecond;
    this.#items.push({ item, departedAt: this.#idleAt });
    this.#arm();
  }

  /** Drops what has not departed yet; what has, arrives. */
  recall(): void {
    const now = this.#clock.elapsed();
    while (this.#items.length > 0) {
      const last = this.#items.pop();
      if (last.departedAt > now) continue;
      this.#items.push(last);
      break;
    }
    this.#idleAt = now;
    if (this.#items.length === 0) this.clear();
  }

  /** Drops everything; no timer is left. */
  clear(): void {
    this.#items.clear();
    this.#timer?.unsubscribe();
    this.#timer = undefined;
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#arriving || this.#items.length === 0) return;
    const now = this.#clock.elapsed();
    // What is longer than a timer holds is waited for in parts.
    const waitMs = Math.min(Math.max(0, this.#nextDueAt() - now), LONGEST_TIMER_MS);
    this.#timer = timer(waitMs).subscribe(() => this.#onTimer(now + waitMs));
  }

  #onTimer(expectedAt: number): void {
    this.#timer = undefined;
    const now = Math.max(this.#clock.elapsed(), expectedAt);
    this.#arriving = true;
    while (this.#items.length > 0 && this.#nextDueAt() <= now) this.arrive(this.#items.shift().item);
    this.#arriving = false;
    this.#arm();
  }

  /** In whole milliseconds: a platform's timers know no others, and would come too early. */
  #nextDueAt(): number {
    return Math.ceil(this.#items.peek().departedAt + this.times.latencyMs - ROUNDING_ERROR_MS);
  }
}

/** What a sum of fractions may be off by; without it, a whole millisecond would become the next one. */
const ROUNDING_ERROR_MS = 1e-6;
