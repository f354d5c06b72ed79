import { InvalidArgumentError } from 'commander';
import { LONGEST_TIMER_MS } from '../flow/check-duration.js';

/** Reads an option's whole number of milliseconds, of which a timer can hold no more: it would fire at once. */
export const milliseconds = (least: number) => wholeNumber(least, LONGEST_TIMER_MS);

/** Reads an option's whole number from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`It takes a whole number ${range}.`);
  };
}
