import { describe } from '../flow/describe.js';
import type { CopyStats } from './copy-stats.js';
import type { ProxyStats } from './proxy.js';

/**
 * One line for a person: bytes and operations each side, the time, and the rate where there is time to divide by.
 *
 * @example
 * formatStats(stats) // read 10 bytes (2 ops), wrote 10 bytes (2 ops) in 0 ms
 */
export function formatStats(stats: CopyStats | ProxyStats): string {
  if (typeof stats !== 'object' || stats === null) {
    throw new TypeError(`formatStats: stats must be an object, not ${describe(stats)}`);
  }
  if ('aToB' in stats) return `a to b: ${formatStats(stats.aToB)}; b to a: ${formatStats(stats.bToA)}`;
  for (const field of FIELDS) {
    if (typeof stats[field] === 'number') continue;
    throw new TypeError(`formatStats: stats.${field} must be a number, not ${describe(stats[field])}`);
  }
  const { readBytes, readOps, writeBytes, writeOps, durationMs } = stats;
  const done = `read ${readBytes} bytes (${readOps} ops), wrote ${writeBytes} bytes (${writeOps} ops) in ${Math.round(durationMs)} ms`;
  return durationMs > 0 ? `${done}, ${formatRate((writeBytes * 1000) / durationMs)}` : done;
}

function formatRate(bytesPerSecond: number): string {
  let value = bytesPerSecond;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(1)} ${UNITS[unit]!}`;
}

const FIELDS = ['readBytes', 'readOps', 'writeBytes', 'writeOps', 'durationMs'] as const;
const UNITS = ['bytes/s', 'KiB/s', 'MiB/s', 'GiB/s'];
