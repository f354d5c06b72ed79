import { formatCount } from './format-count.js';

/**
 * A number of bytes for a picture: exact while it is short, then in binary units with three digits.
 *
 * @example
 * formatSize(4096) // 4,096 B
 * formatSize(65536) // 64 KiB
 */
export function formatSize(bytes: number): string {
  if (bytes < EXACT_BELOW) return `${formatCount(bytes)} B`;
  let value = bytes;
  let unit = -1;
  // Rounding may make 1024 of 1023.9, which is one of the next unit.
  while (Number(value.toPrecision(3)) >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toPrecision(3))} ${UNITS[unit]}`;
}

const EXACT_BELOW = 10_000;
const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'];
