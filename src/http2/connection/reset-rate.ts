/**
 * How nghttp2 counts the streams that a client resets (CVE-2023-44487), followed from outside, since it does not say when
 * they were too many: so many at once, and so many a second from then on. Those that this end has reset are counted with
 * them, and a few are left out of it, so that this limit is never the later one.
 */
const AT_ONCE = 900;
const A_SECOND = 33;

export class ResetRate {
  /** Whether they have been too many, once. */
  isExceeded = false;
  #left = AT_ONCE;
  #countedAt = performance.now();

  count(): void {
    const now = performance.now();
    this.#left = Math.min(this.#left + ((now - this.#countedAt) / 1000) * A_SECOND, AT_ONCE) - 1;
    this.#countedAt = now;
    if (this.#left < 0) this.isExceeded = true;
  }
}
