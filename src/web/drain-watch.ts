/**
 * Looks again after a while, where nothing tells that a socket's buffer has drained: at first after a millisecond, then
 * ever later while nothing moves. Its timer runs only while there is something to wait for.
 */
import { timer, type Subscription } from 'rxjs';

const SHORTEST_MS = 1;
const LONGEST_MS = 64;

export class DrainWatch {
  #looking: Subscription | undefined;

  /** `buffered`: bytes that wait in the socket. `look`: called after a while; `true` ends the watch. */
  constructor(
    private readonly buffered: () => number,
    private readonly look: () => boolean,
  ) {}

  start(): void {
    if (this.#looking === undefined) this.#lookIn(SHORTEST_MS);
  }

  stop(): void {
    this.#looking?.unsubscribe();
    this.#looking = undefined;
  }

  #lookIn(delayMs: number): void {
    const before = this.buffered();
    this.#looking = timer(delayMs).subscribe(() => {
      const moved = this.buffered() < before;
      if (this.look()) this.stop();
      if (this.#looking === undefined) return;
      this.#lookIn(moved ? SHORTEST_MS : Math.min(delayMs * 2, LONGEST_MS));
    });
  }
}
