/**
 * Turns of the event loop for a loop that promises alone could keep going for ever: until it stops, no timer fires and no
 * input comes. A message takes a turn of its own on every platform, and comes at once, as a timer does not.
 */
export class TurnTaker {
  #steps = 0;
  #lastTurn = performance.now();

  /** One step more of the loop; `true`: others have waited for long enough. */
  step(): boolean {
    this.#steps = (this.#steps + 1) % STEPS_A_LOOK;
    return this.#steps === 0 && performance.now() - this.#lastTurn > MOST_MS;
  }

  /** Goes on in a later turn. The channel is closed by then: it holds no process that has nothing else to do. */
  afterTurn(goOn: () => void): void {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      this.#lastTurn = performance.now();
      goOn();
    };
    port2.postMessage(null);
  }
}

/** The clock costs something too; and a loop whose steps come one by one, each in its own turn, hardly ever gives one. */
const STEPS_A_LOOK = 16;
/** A turn costs some 20 µs. */
const MOST_MS = 5;
