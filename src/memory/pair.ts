/** Two connected flows in memory: chooses what joins them, nothing (`direct-ends.ts`) or a line (`timed-ends.ts`). */
import { checkPositive } from '../flow/check-positive.js';
import { checkWhole } from '../flow/check-whole.js';
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { PipedFlow } from '../flow/piped-flow.js';
import { checkNamed } from './check-arguments.js';
import { directEnds } from './direct-ends.js';
import { timedEnds } from './timed-ends.js';

/** The line between two flows in memory, the same in both directions. */
export interface FlowPairOptions {
  /**
   * Bytes that may be on their way and unread, in each direction, before a write's result stays pending (default 65536).
   */
  readonly capacity?: number;
  /** How long every byte, EOF and reset travels, in each direction (default 0). Counted in whole milliseconds. */
  readonly latencyMs?: number;
  /** How fast bytes depart, in each direction; a chunk arrives when its last byte does (default: at once). */
  readonly bytesPerSecond?: number;
  /** Bytes of the largest buffer that is read: larger writes are cut, small ones are not joined (default: as written). */
  readonly maxChunk?: number;
  /** The flows are named after it, `name a` and `name b` (default `pair`). */
  readonly name?: string;
}

/**
 * Two connected flows: what one writes the other reads, each buffer by reference, and each one's EOF is the other's.
 *
 * Without `latencyMs` and `bytesPerSecond` all of it is synchronous: while two sides answer each other without a pause,
 * nothing else runs, no timer either. With them, each direction is a line that carries bytes, EOF and reset in order, by
 * RxJS's timers only, so that virtual time drives it; a line with nothing on its way has no timer. A write's result is
 * pending while more than `capacity` bytes are on their way or unread: a reader that stalls stalls the line. After an
 * `abort` the peer gets what had departed by then, and the reset one latency later.
 *
 * @example
 * const [client, server] = flowPair({ latencyMs: 50, bytesPerSecond: 1_000_000, maxChunk: 1460 });
 */
export function flowPair(options: FlowPairOptions = {}): [Flow, Flow] {
  checkNamed('flowPair', options);
  const { capacity = 65536, latencyMs = 0, bytesPerSecond, maxChunk, name = 'pair' } = options;
  checkWhole('flowPair: capacity', capacity, 0);
  checkLatency(latencyMs);
  if (bytesPerSecond !== undefined) checkPositive('flowPair: bytesPerSecond', bytesPerSecond);
  if (maxChunk !== undefined) checkWhole('flowPair: maxChunk', maxChunk);
  const names = [`${name} a`, `${name} b`] as const;
  const isDirect = latencyMs === 0 && bytesPerSecond === undefined && maxChunk === undefined;
  const line = { latencyMs, bytesPerSecond: bytesPerSecond ?? Infinity, maxChunk: maxChunk ?? Infinity };
  const [a, b] = isDirect ? directEnds(capacity, names) : timedEnds(capacity, names, line);
  return [new PipedFlow(a, names[0]), new PipedFlow(b, names[1])];
}

function checkLatency(latencyMs: number): void {
  if (typeof latencyMs === 'number' && Number.isFinite(latencyMs) && latencyMs >= 0) return;
  throw new TypeError(`flowPair: latencyMs must be a finite number of at least 0, not ${describe(latencyMs)}`);
}
