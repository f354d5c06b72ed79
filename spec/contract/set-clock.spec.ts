// A computer's clock is set while programs run: by hand, or by a time server. Timers do not feel it; dates do.

import { lastValueFrom, type Observable, toArray } from 'rxjs';
import { copy } from '../../src/combinators/copy.js';
import { limitRate } from '../../src/combinators/limit-rate.js';
import { measured } from '../../src/combinators/measured.js';
import { withIdleTimeout } from '../../src/combinators/with-idle-timeout.js';
import { isFlowError } from '../../src/flow/flow-error.js';
import type { Flow } from '../../src/flow/flow.js';
import { record } from '../../src/inspect/record/record.js';
import { replay } from '../../src/inspect/replay/replay.js';
import { flowPair } from '../../src/memory/pair.js';
import { withFaults } from '../../src/testing/with-faults.js';

const HOUR_MS = 3_600_000;
const bytes = (size: number) => new Uint8Array(size);

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** So much time goes by. */
const pass = (ms: number) => jest.advanceTimersByTime(ms);
/** The clock is set, and no time goes by. */
const setClock = (byMs: number) => jest.setSystemTime(Date.now() + byMs);

/** Bytes that have come, and how it ended. */
function follow(source: Observable<Uint8Array>): { size: number; end: string } {
  const seen = { size: 0, end: 'open' };
  source.subscribe({
    next: ({ length }) => (seen.size += length),
    complete: () => (seen.end = 'complete'),
    error: (error: unknown) => (seen.end = isFlowError(error) ? error.code : 'unknown'),
  });
  return seen;
}

describe('a clock that is set back', () => {
  it('does not stop limitRate', () => {
    const [a, b] = flowPair();
    const seen = follow(b.read());
    limitRate(a, { bytesPerSecond: 1000, burst: 100 }).write(bytes(1000));
    pass(200);
    setClock(-HOUR_MS);
    pass(1000);
    expect(seen.size).toBe(1000);
  });

  const slow = { bytesPerSecond: 1000, latencyMs: 10 };
  it.each<[string, () => [Flow, Flow]]>([
    ['line with a bandwidth', () => flowPair(slow)],
    [
      'faulty line',
      () => {
        const [a, b] = flowPair();
        return [a, withFaults(b, { seed: 1, ...slow })];
      },
    ],
  ])('does not stop a %s', (_, connect) => {
    const [a, b] = connect();
    const seen = follow(b.read());
    a.write(bytes(500));
    pass(100);
    setClock(-HOUR_MS);
    a.write(bytes(500));
    pass(1500);
    expect(seen.size).toBe(1000);
  });

  it('does not keep an idle flow', () => {
    const seen = follow(withIdleTimeout(flowPair()[0], 300).read());
    pass(50);
    setClock(-HOUR_MS);
    pass(250);
    expect(seen.end).toBe('timeout');
  });

  it('does not give up a flow on which a byte has passed since', () => {
    const [a, b] = flowPair();
    const seen = follow(withIdleTimeout(b, 600).read());
    pass(100);
    setClock(-HOUR_MS);
    pass(400);
    a.write(bytes(1));
    pass(590);
    expect(seen).toEqual({ size: 1, end: 'open' });
    pass(600);
    expect(seen.end).toBe('timeout');
  });

  it('makes no duration negative', () => {
    const [a, b] = flowPair();
    const meter = measured(b);
    const copied = lastValueFrom(copy(meter.flow, flowPair()[0]));
    pass(100);
    setClock(-HOUR_MS);
    a.shutdown('write');
    expect(meter.stats().durationMs).toBe(0);
    return expect(copied).resolves.toMatchObject({ durationMs: 0 });
  });

  it('does not stop a replay', async () => {
    const [a, b] = flowPair();
    const { flow, tape } = record(a);
    const events = lastValueFrom(tape.pipe(toArray()));
    flow.read().subscribe();
    pass(100);
    b.write(bytes(5));
    b.close();
    flow.close();
    const seen = follow(replay(await events).read());
    pass(50);
    setClock(-HOUR_MS);
    pass(200);
    expect(seen).toEqual({ size: 5, end: 'complete' });
  });
});

describe('a clock that is set forward', () => {
  it('does not give up a flow on which a byte has just passed', () => {
    const [a, b] = flowPair();
    const seen = follow(withIdleTimeout(b, 400).read());
    pass(300);
    a.write(bytes(1));
    setClock(HOUR_MS);
    pass(350);
    expect(seen).toEqual({ size: 1, end: 'open' });
    pass(400);
    expect(seen.end).toBe('timeout');
  });
});
