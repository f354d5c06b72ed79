import { checkPositive } from '../flow/check-positive.js';
import { describe } from '../flow/describe.js';

/**
 * Throws the `TypeError` of an end that was given no time to send PINGs after.
 *
 * @example
 * checkKeepAlive('http2Client', Infinity) // TypeError: http2Client: keepAliveMs must be a finite number above 0, not number Infinity
 */
export function checkKeepAlive(where: string, keepAliveMs: number | undefined): void {
  if (keepAliveMs === undefined) return;
  checkPositive(`${where}: keepAliveMs`, keepAliveMs);
  if (keepAliveMs > LONGEST_MS) throw new TypeError(`${where}: keepAliveMs must be at most ${LONGEST_MS}, not ${describe(keepAliveMs)}`);
}

/** Longer ones do not fit the timers of JavaScript, which would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;
