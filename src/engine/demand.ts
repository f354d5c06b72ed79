/**
 * Who is delivering right now. RxJS has no demand signal, but inside one synchronous `next()` call the reader that
 * delivers is known: it publishes itself here, and an operator at the far end of any synchronous chain can hold it.
 *
 * The record lives under a registered symbol, so that two copies of this package in one process (its ESM and its
 * CommonJS build, say) hold each other's readers.
 */

/** A reader that hands over buffers, and can be told to pull nothing for a while. */
export interface Delivery {
  /** The first subscriber downstream; opaque to the engine. */
  readonly subscriber?: unknown;
  /** Asks the reader to pull nothing until as many `unhold()` calls have come. */
  hold(): void;
  unhold(): void;
}

interface DeliveryStack {
  /** How many deliveries are on the call stack, one inside the other. */
  depth: number;
  /**
   * The reader at each depth; those at `depth` and above are left over from deliveries that are done. A reader that
   * delivers buffer after buffer finds itself in its slot: storing a young object into this old one each time would cost
   * more than all the rest of a delivery.
   */
  readonly slots: (Delivery | null)[];
}

const KEY = Symbol.for('rxjs-flow/deliveries/1');
const shared = globalThis as { [KEY]?: DeliveryStack };
const deliveries: DeliveryStack = (shared[KEY] ??= { depth: 0, slots: [] });

/** The reader begins to hand over a buffer; answers the depth to leave at. */
export function enterDelivery(reader: Delivery): number {
  const { depth } = deliveries;
  if (deliveries.slots[depth] !== reader) deliveries.slots[depth] = reader;
  deliveries.depth = depth + 1;
  return depth;
}

/** The buffer has been handed over, with whatever happened inside. */
export function leaveDelivery(depth: number): void {
  deliveries.depth = depth;
}

/** The reader is gone: nothing here keeps it from being collected. */
export function forgetDelivery(reader: Delivery): void {
  const { depth, slots } = deliveries;
  for (let at = slots.length - 1; at >= depth; at -= 1) {
    if (slots[at] === reader) slots[at] = null;
  }
}

/** How many deliveries are on the current call stack. */
export function deliveryDepth(): number {
  return deliveries.depth;
}

/** The delivery at `depth`, 0 being the outermost; `null` outside the current call stack. */
export function deliveryAt(depth: number): Delivery | null {
  if (depth < 0 || depth >= deliveries.depth) return null;
  return deliveries.slots[depth] ?? null;
}

/** The reader whose buffer is being handled right here, if any. */
export function innermostDelivery(): Delivery | null {
  return deliveryAt(deliveries.depth - 1);
}
