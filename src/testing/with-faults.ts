/** A flow behind a bad line, after the toxics of Toxiproxy: late, slow, cut up, short-lived. The same seed, the same faults. */
import { checkFlow } from '../flow/check-flow.js';
import { checkPositive } from '../flow/check-positive.js';
import { checkWhole } from '../flow/check-whole.js';
import { describe } from '../flow/describe.js';
import { detachedWith } from '../flow/detached.js';
import type { Flow } from '../flow/flow.js';
import { makeFlow } from '../flow/make-flow.js';
import { FaultyTransport } from './faults/faulty-transport.js';
import { checkSeed } from './faults/random.js';

/** What is left out does not happen. All that is said of one direction holds for each of them, on its own. */
export interface Faults {
  /** How long bytes, EOF and failures travel. */
  readonly latencyMs?: number;
  /** How much earlier or later than that each piece comes, at most; pieces never overtake each other. */
  readonly jitterMs?: number;
  /** How fast bytes depart. */
  readonly bytesPerSecond?: number;
  /** Buffers come in pieces of at most this many bytes. */
  readonly slice?: number;
  /** A direction ends after so many bytes: the reader sees EOF, the writer is `closed`. What lies beyond is lost. */
  readonly limitBytes?: number;
  /** So long after this call the line breaks, for both sides: `reset`. What is on its way is lost. */
  readonly resetAfterMs?: number;
  /** How much later than the bytes before it EOF comes. */
  readonly slowCloseMs?: number;
  /** What `jitterMs` is drawn from (default 1): the same seed repeats it exactly. */
  readonly seed?: number;
}

/**
 * `flow` behind a line with these faults, in both directions, on RxJS timers: virtual time drives them. Only
 * `limitBytes` and `resetAfterMs` lose bytes; otherwise all of them come, in order, and EOF or the failure behind them.
 *
 * The line holds 64 KiB in each direction once it takes time; above that, writes stay pending and nothing more is read
 * from `flow`. Use `flow` through the returned flow only; `abort()` is passed on at once.
 *
 * @example
 * const [client, server] = flowPair();
 * const far = withFaults(client, { latencyMs: 80, bytesPerSecond: 1000, slice: 4 });
 * server.write(utf8('hello'));
 * far.read().pipe(text()).subscribe((piece) => console.log(piece)); // 'hell' after 84 ms, 'o' after 85
 */
export function withFaults(flow: Flow, faults: Faults): Flow {
  checkFlow('withFaults: flow', flow);
  checkFaults(faults);
  const transport = new FaultyTransport(flow, {
    latencyMs: faults.latencyMs ?? 0,
    jitterMs: faults.jitterMs ?? 0,
    bytesPerSecond: faults.bytesPerSecond ?? Infinity,
    slice: faults.slice ?? Infinity,
    limitBytes: faults.limitBytes ?? Infinity,
    resetAfterMs: faults.resetAfterMs ?? Infinity,
    slowCloseMs: faults.slowCloseMs ?? 0,
    seed: faults.seed ?? 1,
  });
  return detachedWith(makeFlow(transport), flow);
}

function checkFaults(faults: Faults): void {
  if (typeof faults !== 'object' || faults === null) {
    throw new TypeError(`withFaults: faults must be an object, not ${describe(faults)}`);
  }
  for (const name of ['latencyMs', 'jitterMs', 'resetAfterMs', 'slowCloseMs'] as const) checkMs(name, faults[name]);
  if (faults.bytesPerSecond !== undefined) checkPositive('withFaults: bytesPerSecond', faults.bytesPerSecond);
  if (faults.slice !== undefined) checkWhole('withFaults: slice', faults.slice);
  if (faults.limitBytes !== undefined) checkWhole('withFaults: limitBytes', faults.limitBytes, 0);
  if (faults.seed !== undefined) checkSeed('withFaults', faults.seed);
}

function checkMs(name: string, ms: number | undefined): void {
  if (ms === undefined || (typeof ms === 'number' && Number.isFinite(ms) && ms >= 0)) return;
  throw new TypeError(`withFaults: ${name} must be a finite number of at least 0, not ${describe(ms)}`);
}
