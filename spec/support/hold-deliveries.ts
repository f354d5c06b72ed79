import { deliveryAt, deliveryDepth, type Delivery } from '../../src/engine/demand.js';

/**
 * Holds every reader that is delivering on the current call stack, and returns the function that releases them all;
 * calling it again does nothing. `null` where nothing is delivering.
 */
export function holdDeliveries(): (() => void) | null {
  const held: Delivery[] = [];
  for (let depth = deliveryDepth() - 1; depth >= 0; depth -= 1) held.push(deliveryAt(depth)!);
  if (held.length === 0) return null;
  for (const one of held) one.hold();
  return () => {
    // Emptied first: a released reader may deliver at once, and that delivery may call this function again.
    for (const one of held.splice(0)) one.unhold();
  };
}
