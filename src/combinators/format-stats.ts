import { describe } from '../flow/describe.js';
import type { CopyStats } from './copy-stats.js';
import { formatBytes } from './format-bytes.js';
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
  return durationMs > 0 ? `${done}, ${formatBytes((writeBytes * 1000) / durationMs)}/s` : done;
}

const FIELDS = ['readBytes', 'readOps', 'writeBytes', 'writeOps', 'durationMs'] as const;
