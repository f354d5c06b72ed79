import { checkPositive } from './check-positive.js';
import { describe } from './describe.js';

/** What the timers of JavaScript hold; longer ones would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Throws the `TypeError` of a public function that was given a time that no timer can wait for.
 *
 * @example
 * checkDuration('closeWithin: ms', Infinity) // TypeError: closeWithin: ms must be a finite number above 0, not number Infinity
 */
export function checkDuration(argument: string, ms: number): void {
  checkPositive(argument, ms);
  if (ms > LONGEST_TIMER_MS) throw new TypeError(`${argument} must be at most ${LONGEST_TIMER_MS}, not ${describe(ms)}`);
}
