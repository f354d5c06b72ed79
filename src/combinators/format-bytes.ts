/**
 * A number of bytes for a person: whole below 1 KiB, with one decimal and its unit above.
 *
 * @example
 * formatBytes(67_108_864) // 64.0 MiB
 */
export function formatBytes(bytes: number): string {
  let value = Math.round(bytes);
  if (value === 1) return '1 byte';
  if (value < 1024) return `${value} bytes`;
  let unit = -1;
  while (value >= LARGEST && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(1)} ${UNITS[unit]!}`;
}

/** More would be printed as 1024.0. */
const LARGEST = 1023.95;
const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'];
