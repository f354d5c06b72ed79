import { InvalidArgumentError } from 'commander';

/** Reads an option's whole number of milliseconds, of which a timer can hold no more: it would fire at once. */
export const milliseconds = (least: number) => wholeNumber(least, 2 ** 31 - 1);

/** Reads an option's whole number from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`It takes a whole number ${range}.`);
  };
}
