import { asyncScheduler } from 'rxjs';

/**
 * Milliseconds since it was made, by RxJS's clock, so that virtual time moves it. It never goes back: the clock of a
 * computer may be set while it runs, and what is set back then counts as no time at all.
 */
export class Stopwatch {
  #elapsed = 0;
  #lookedAt = asyncScheduler.now();

  elapsed(): number {
    const now = asyncScheduler.now();
    this.#elapsed += Math.max(0, now - this.#lookedAt);
    this.#lookedAt = now;
    return this.#elapsed;
  }
}
