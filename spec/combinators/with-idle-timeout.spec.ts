import { asyncScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { concrete } from '../../src/combinators/concrete.js';
import { withIdleTimeout } from '../../src/combinators/with-idle-timeout.js';
import type { Flow, WriteResult } from '../../src/flow/flow.js';
import { FlowError, isFlowError } from '../../src/flow/flow-error.js';
import { flowPair } from '../../src/memory/pair.js';
import { transferringFlow } from '../support/transferring-flow.js';

const bytes = (size: number) => new Uint8Array(size);

/** When, in virtual time, `flow.closed` ended and how; `test` runs at 0. */
function lifeOf(test: () => Flow): { endedAt: number; end: string; lastTimerAt: number } {
  const life = { endedAt: -1, end: 'open', lastTimerAt: -1 };
  const tell = (end: string) => {
    life.endedAt = asyncScheduler.now();
    life.end = end;
  };
  new TestScheduler(() => {}).run(({ flush }) => {
    test().closed.subscribe({
      complete: () => tell('closed'),
      error: (error: unknown) => tell(isFlowError(error) ? error.code : 'unknown'),
    });
    flush();
    life.lastTimerAt = asyncScheduler.now();
  });
  return life;
}

const at = (ms: number, act: () => void) => asyncScheduler.schedule(act, ms);

describe('withIdleTimeout', () => {
  it('aborts a flow on which nothing ever moves, though nobody reads or writes', () => {
    const life = lifeOf(() => withIdleTimeout(flowPair()[0], 100));
    expect(life).toEqual({ endedAt: 100, end: 'timeout', lastTimerAt: 100 });
  });

  it('starts the time anew with each byte that is read or accepted', () => {
    const life = lifeOf(() => {
      const [a, b] = flowPair();
      const flow = withIdleTimeout(a, 100);
      flow.read().subscribe({ error: () => {} });
      at(60, () => b.write(bytes(1)));
      at(150, () => flow.write(bytes(1)));
      at(240, () => flow.writev([bytes(0), bytes(1)]));
      return flow;
    });
    expect(life).toEqual({ endedAt: 340, end: 'timeout', lastTimerAt: 340 });
  });

  it('counts a write when it is accepted, and an empty one never', () => {
    const life = lifeOf(() => {
      const [a, b] = flowPair({ capacity: 1 });
      const flow = withIdleTimeout(a, 100);
      flow.write(bytes(5));
      at(80, () => b.read().subscribe({ error: () => {} }));
      at(120, () => flow.write(bytes(0)));
      at(130, () => flow.writev([bytes(0)]));
      return flow;
    });
    expect(life.endedAt).toBe(180);
  });

  it('does not count a refused write', () => {
    const life = lifeOf(() => {
      const flow = withIdleTimeout(flowPair()[0], 100);
      flow.shutdown('write');
      at(60, () => flow.write(bytes(1)));
      return flow;
    });
    expect(life.endedAt).toBe(100);
  });

  it('fails reads, pending writes, close() and shutdown() with timeout, and resets the peer', () => {
    new TestScheduler(() => {}).run(({ flush }) => {
      const [a, b] = flowPair({ capacity: 1 });
      const flow = withIdleTimeout(a, 100);
      const told: unknown[] = [];
      const tell = { error: (error: unknown) => told.push(error) };
      flow.read().subscribe(tell);
      flow.write(bytes(5)).subscribe((result: WriteResult) => told.push(result.ok ? 'ok' : result.error));
      flow.shutdown('write').subscribe(tell);
      flow.close().subscribe(tell);
      flush();
      b.closed.subscribe({ error: (error: FlowError) => told.push(error.code) });
      const timeout = new FlowError('timeout', 'pair a: no byte either way for 100 ms');
      expect(told).toEqual([timeout, timeout, timeout, timeout, 'reset']);
      flow.read().subscribe(tell);
      expect(told.at(-1)).toBe(told[0]);
    });
  });

  it('leaves no timer behind when the flow ends, or had ended before', () => {
    const life = lifeOf(() => {
      const [a, b] = flowPair();
      const flow = withIdleTimeout(a, 1000);
      at(50, () => {
        a.close();
        b.close();
      });
      return flow;
    });
    expect(life).toEqual({ endedAt: 50, end: 'closed', lastTimerAt: 50 });
    const [gone] = flowPair();
    gone.abort();
    expect(lifeOf(() => withIdleTimeout(gone, 1000))).toEqual({ endedAt: 0, end: 'aborted', lastTimerAt: 0 });
  });

  it('fails with timeout over a flow that gives errors another code', () => {
    const life = lifeOf(() => withIdleTimeout(concrete(flowPair()[0]), 100));
    expect(life).toEqual({ endedAt: 100, end: 'timeout', lastTimerAt: 100 });
  });

  it('tells an abort by its holder as what it is', () => {
    const life = lifeOf(() => {
      const flow = withIdleTimeout(flowPair()[0], 100);
      at(20, () => flow.abort(new FlowError('timeout', 'another')));
      return flow;
    });
    expect(life).toEqual({ endedAt: 20, end: 'aborted', lastTimerAt: 20 });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5'])('throws a TypeError for a time of %p', (ms) => {
    expect(() => withIdleTimeout(flowPair()[0], ms as never)).toThrow(/^withIdleTimeout: idleMs must be a finite number above 0/);
  });

  it('throws a TypeError for a time that no timer can wait for', () => {
    expect(() => withIdleTimeout(flowPair()[0], 2 ** 31)).toThrow(/^withIdleTimeout: idleMs must be at most 2147483647, not number 2147483648$/);
  });

  it('takes a write for one, to a transport that hands its memory over too', () => {
    const life = lifeOf(() => {
      const flow = withIdleTimeout(transferringFlow(flowPair()[0]), 100);
      at(50, () => flow.write(bytes(10)));
      at(120, () => flow.writev([bytes(10)]));
      return flow;
    });
    expect(life).toMatchObject({ endedAt: 220, end: 'timeout' });
  });

  it('waits on for as long as its timer was late, and no longer, where the last byte passed in time', () => {
    jest.useFakeTimers({ now: 0 });
    try {
      const flow = withIdleTimeout(flowPair()[0], 100);
      let endedAt = 0;
      flow.closed.subscribe({ error: () => (endedAt = Date.now()) });
      flow.write(bytes(1));
      jest.setSystemTime(3); // the timer comes at 103
      jest.advanceTimersByTime(200);
      expect(endedAt).toBe(106);
    } finally {
      jest.useRealTimers();
    }
  });
});
