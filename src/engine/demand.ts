/**
 * Who is delivering right now. RxJS has no demand signal, but inside one synchronous `next()` call the reader that
 * delivers is known: it publishes itself here, and an operator at the far end of any synchronous chain can hold it.
 *
 * The record lives under a registered symbol, so that two copies of this package in one process (its ESM and its
 * CommonJS build, say) hold each other's readers.
 */

/** A reader in the middle of handing over a buffer; the records form the stack of nested deliveries. */
export interface Delivery {
  /** The delivery that this one happens inside, if any. */
  outer: Delivery | null;
  /** Asks the reader to pull nothing until as many `unhold()` calls have come. */
  hold(): void;
  unhold(): void;
}

interface DeliveryStack {
  innermost: Delivery | null;
}

const KEY = Symbol.for('rxjs-flow/deliveries/1');
const shared = globalThis as { [KEY]?: DeliveryStack };

/** The stack of deliveries on the current call stack, innermost first. */
export const deliveries: DeliveryStack = (shared[KEY] ??= { innermost: null });

/**
 * Holds every reader that is delivering on the current call stack, and returns the function that releases them
 * all; calling it again does nothing. `null` where nothing is delivering, so that the caller need keep nothing.
 */
export function holdDeliveries(): (() => void) | null {
  const first = deliveries.innermost;
  if (first === null) return null;
  const held: Delivery[] = [];
  for (let one: Delivery | null = first; one !== null; one = one.outer) {
    one.hold();
    held.push(one);
  }
  return () => {
    // Emptied first: a released reader may deliver at once, and that delivery may call this function again.
    for (const one of held.splice(0)) one.unhold();
  };
}
