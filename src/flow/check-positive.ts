import { describe } from './describe.js';

/**
 * Throws the `TypeError` of a public function that was given something else than a finite number above 0: a time, a
 * rate, a size.
 *
 * @example
 * checkPositive('copy: sampleMs', 0) // TypeError: copy: sampleMs must be a finite number above 0, not number 0
 */
export function checkPositive(argument: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return;
  throw new TypeError(`${argument} must be a finite number above 0, not ${describe(value)}`);
}
