import type { ByteQueue } from '../flow/byte-queue.js';

/** Puts bytes that were just taken off the front back there, in one piece; those behind them become one piece too. */
export function putBack(bytes: ByteQueue, taken: Uint8Array): void {
  const rest = bytes.take(bytes.length);
  bytes.push(taken);
  bytes.push(rest);
}
