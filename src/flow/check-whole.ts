import { describe } from './describe.js';

/**
 * Throws the `TypeError` of a public function that was given something else than a whole number of at least `least`:
 * a size, a count, a limit.
 *
 * @example
 * checkWhole('rechunk: size', 0.5) // TypeError: rechunk: size must be a whole number of at least 1, not number 0.5
 */
export function checkWhole(argument: string, value: number, least = 1): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new TypeError(`${argument} must be a whole number of at least ${least}, not ${describe(value)}`);
}
