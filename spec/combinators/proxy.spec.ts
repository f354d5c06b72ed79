import { asyncScheduler, finalize, mergeMap, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { proxy, type ProxyStats } from '../../src/combinators/proxy.js';
import { ProxyError } from '../../src/combinators/proxy-error.js';
import type { Flow } from '../../src/flow/flow.js';
import { flowLifetime } from '../../src/flow/flow-lifetime.js';
import { FlowError, isFlowError } from '../../src/flow/flow-error.js';
import { formatError } from '../../src/flow/format-error.js';
import { makeFlow } from '../../src/flow/make-flow.js';
import type { FlowLink } from '../../src/flow/transport.js';
import { flowPair } from '../../src/memory/pair.js';
import { foreignFlow } from '../support/foreign-flow.js';

const bytes = (...values: number[]) => Uint8Array.from(values);

function watch(flow: Flow): { got: number[]; end: string; closed: string } {
  const seen = { got: [] as number[], end: 'open', closed: 'open' };
  const codeOf = (error: unknown) => (isFlowError(error) ? error.code : 'unknown');
  flow.read().subscribe({
    next: (buffer) => seen.got.push(...buffer),
    complete: () => (seen.end = 'eof'),
    error: (error: unknown) => (seen.end = codeOf(error)),
  });
  flow.closed.subscribe({ complete: () => (seen.closed = 'closed'), error: (error: unknown) => (seen.closed = codeOf(error)) });
  return seen;
}

function run(observable: Observable<ProxyStats>): { stats: ProxyStats[]; end: string; error: ProxyError | null; stop: () => void } {
  const told = { stats: [] as ProxyStats[], end: 'running', error: null as ProxyError | null, stop: () => {} };
  const subscription = observable.subscribe({
    next: (stats) => told.stats.push(stats),
    complete: () => (told.end = 'done'),
    error: (error: ProxyError) => {
      told.end = 'failed';
      told.error = error;
    },
  });
  told.stop = () => subscription.unsubscribe();
  return told;
}

const counts = ({ aToB, bToA }: ProxyStats) => [aToB.readBytes, aToB.writeBytes, bToA.readBytes, bToA.writeBytes];

/** Two pairs with a proxy's place between them: `left` talks to `a`, `right` to `b`. */
function line(wrap: (flow: Flow) => Flow, capacity = 65536) {
  const [left, a] = flowPair({ capacity, name: 'left' });
  const [b, right] = flowPair({ capacity, name: 'right' });
  return { left, a: wrap(a), b: wrap(b), right };
}

/** A flow that is only its link. */
function bareFlow(): { flow: Flow; link: FlowLink } {
  let link!: FlowLink;
  const flow = makeFlow({
    name: 'bare',
    open: (engine) => (link = engine),
    write: () => true,
    end: () => link.finished(),
    abort: () => {},
  });
  return { flow, link };
}

const ways: [string, (flow: Flow) => Flow][] = [
  ['of this package', (flow) => flow],
  ['of another', foreignFlow],
];

describe.each(ways)('proxy between flows %s', (_, wrap) => {
  it('copies both ways and ends when both directions have', () => {
    const { left, a, b, right } = line(wrap);
    const [seenLeft, seenRight] = [watch(left), watch(right)];
    const told = run(proxy(a, b));
    left.write(bytes(1, 2));
    right.write(bytes(3));
    left.shutdown('write');
    expect(seenRight).toEqual({ got: [1, 2], end: 'eof', closed: 'open' });
    expect(told.end).toBe('running');
    right.write(bytes(4, 5));
    right.shutdown('write');
    expect(seenLeft).toEqual({ got: [3, 4, 5], end: 'eof', closed: 'closed' });
    expect(seenRight.closed).toBe('closed');
    expect(told.end).toBe('done');
    expect(told.stats.map(counts)).toEqual([[2, 2, 3, 3]]);
    expect(told.stats[0]!.aToB).toMatchObject({ readOps: 1, writeOps: 1 });
    expect(told.stats[0]!.bToA).toMatchObject({ readOps: 2, writeOps: 2 });
  });

  it('lets close() on both sides settle, since each sees the other end', () => {
    const { left, a, b, right } = line(wrap);
    const told = run(proxy(a, b));
    const settled: string[] = [];
    left.close().subscribe(() => settled.push('left'));
    expect(settled).toEqual([]);
    right.close().subscribe(() => settled.push('right'));
    expect(settled.sort()).toEqual(['left', 'right']);
    expect(told.end).toBe('done');
  });

  it('ends only when the other side has taken the end', () => {
    const { left, a, b, right } = line(wrap, 1);
    const told = run(proxy(a, b));
    right.shutdown('write');
    watch(left);
    left.write(bytes(1));
    left.write(bytes(2));
    left.write(bytes(3));
    left.shutdown('write');
    expect(told.end).toBe('running');
    expect(watch(right)).toMatchObject({ got: [1, 2, 3], end: 'eof' });
    expect(told.end).toBe('done');
  });

  it('aborts both flows when a read fails, and says in which direction', () => {
    const { left, a, b, right } = line(wrap);
    const seen = watch(right);
    const told = run(proxy(a, b));
    left.write(bytes(1, 2, 3));
    left.abort('gone');
    const error = told.error!;
    expect(error).toBeInstanceOf(ProxyError);
    expect(error.directions).toEqual(['aToB']);
    expect(error.causes.map((cause) => isFlowError(cause, 'reset'))).toEqual([true]);
    expect(counts(error)).toEqual([3, 3, 0, 0]);
    expect(error.name).toBe('ProxyError');
    expect(isFlowError(error, 'reset')).toBe(true);
    expect(formatError(error)).toMatch(/^reset: proxy left b <-> right a: reading failed \(aToB\) \(cause: reset: /);
    expect(seen).toEqual({ got: [1, 2, 3], end: 'reset', closed: 'reset' });
    expect(watch(b).closed).toBe('aborted');
  });

  it('aborts both flows when a write side takes no more', () => {
    const { left, a, b, right } = line(wrap);
    b.shutdown('write');
    const seen = watch(left);
    watch(right);
    const told = run(proxy(a, b));
    left.write(bytes(1));
    expect(told.error!.directions).toEqual(['aToB']);
    expect(isFlowError(told.error!.causes[0], 'closed')).toBe(true);
    expect(seen.end).toBe('reset');
  });

  it('fails the opposite direction when a flow breaks that had ended its writing', () => {
    const { left, a, b, right } = line(wrap);
    const seen = watch(right);
    const told = run(proxy(a, b));
    left.shutdown('write');
    expect(told.end).toBe('running');
    left.abort();
    expect(told.error!.directions).toEqual(['bToA']);
    expect(isFlowError(told.error!.causes[0], 'reset')).toBe(true);
    expect(seen.closed).toBe('reset');
  });

  it('fails when the end cannot be carried across', () => {
    const { left, a } = line(wrap);
    let link!: FlowLink;
    const b = makeFlow({ name: 'endless', open: (engine) => (link = engine), write: () => true, end: () => {}, abort: () => {} });
    const told = run(proxy(a, wrap(b)));
    left.shutdown('write');
    link.fail(new FlowError('unreachable', 'endless: no way'));
    expect(told.error!.message).toBe('proxy left b <-> endless: reading failed (bToA)');
    expect(told.error!.directions).toEqual(['bToA']);
  });

  it('fails as a whole when a flow is being read already', () => {
    const { left, a, b, right } = line(wrap);
    const [seen, seenLeft] = [watch(b), watch(left)];
    watch(right);
    const told = run(proxy(a, b));
    expect(told.error!.directions).toEqual(['bToA']);
    expect(isFlowError(told.error, 'busy')).toBe(true);
    expect(seen.end).toBe('aborted');
    expect(seenLeft.end).toBe('reset');
  });

  it('leaves both flows to their owner when it is unsubscribed', () => {
    const { left, a, b, right } = line(wrap);
    const [seenLeft, seenRight] = [watch(left), watch(right)];
    const told = run(proxy(a, b));
    left.write(bytes(1));
    told.stop();
    left.write(bytes(2));
    left.shutdown('write');
    expect(seenRight).toEqual({ got: [1], end: 'open', closed: 'open' });
    expect(seenLeft.closed).toBe('open');
    const again = run(proxy(a, b));
    expect(seenRight).toMatchObject({ got: [1, 2], end: 'eof' });
    again.stop();
    a.write(bytes(7));
    expect(seenLeft.got).toEqual([7]);
  });

  it('starts nothing in the second direction when the first fails at once', () => {
    const { left, a, b, right } = line(wrap);
    left.abort();
    right.write(bytes(1));
    const told = run(proxy(a, b));
    expect(told.error!.directions).toEqual(['aToB']);
    expect(counts(told.error!)).toEqual([0, 0, 0, 0]);
  });

  it('gives the other direction its time once one has ended, then fails with timeout', () => {
    new TestScheduler(() => {}).run(({ flush }) => {
      const { left, a, b, right } = line(wrap);
      const [seenLeft, seenRight] = [watch(left), watch(right)];
      let failedAt = -1;
      const told = run(proxy(a, b, { halfCloseTimeoutMs: 100 }).pipe(finalize(() => (failedAt = asyncScheduler.now()))));
      asyncScheduler.schedule(() => left.shutdown('write'), 50);
      asyncScheduler.schedule(() => right.write(bytes(1)), 120);
      flush();
      expect(failedAt).toBe(150);
      expect(told.error!.directions).toEqual(['bToA']);
      expect(isFlowError(told.error, 'timeout')).toBe(true);
      expect(formatError(told.error!.causes[0])).toBe(
        'timeout: proxy left b <-> right a: not ended 100 ms after the first end',
      );
      expect(counts(told.error!)).toEqual([0, 0, 1, 1]);
      expect([seenLeft.end, seenRight.closed]).toEqual(['reset', 'reset']);
    });
  });

  it('gives a flow that takes nothing so long too once the other has broken, to have what had come before', () => {
    new TestScheduler(() => {}).run(({ flush }) => {
      const [left, a] = flowPair({ capacity: 64 });
      const [b, right] = flowPair({ capacity: 8 });
      const ends: string[] = [];
      right.closed.subscribe({ error: ({ code }: FlowError) => ends.push(code) });
      let failedAt = -1;
      const told = run(proxy(a, wrap(b), { halfCloseTimeoutMs: 100 }).pipe(finalize(() => (failedAt = asyncScheduler.now()))));
      left.write(new Uint8Array(20));
      left.write(new Uint8Array(20));
      asyncScheduler.schedule(() => left.abort(), 50);
      flush();
      expect(failedAt).toBe(150);
      expect(isFlowError(told.error, 'timeout')).toBe(true);
      expect(ends).toEqual(['reset']);
    });
  });

  it('names both directions when neither has ended in time', () => {
    new TestScheduler(() => {}).run(({ flush }) => {
      const { left, a } = line(wrap);
      const b = makeFlow({ name: 'endless', write: () => true, end: () => {}, abort: () => {} });
      const told = run(proxy(a, wrap(b), { halfCloseTimeoutMs: 100 }));
      left.shutdown('write');
      flush();
      expect(told.error!.directions).toEqual(['aToB', 'bToA']);
      expect(told.error!.causes).toEqual([told.error!.cause, told.error!.cause]);
    });
  });

  it('leaves no timer behind when both directions end in time', () => {
    new TestScheduler(() => {}).run(({ flush }) => {
      const { left, a, b, right } = line(wrap);
      const told = run(proxy(a, b, { halfCloseTimeoutMs: 100, sampleMs: 30 }));
      asyncScheduler.schedule(() => left.close(), 50);
      asyncScheduler.schedule(() => right.close(), 80);
      flush();
      expect(asyncScheduler.now()).toBe(80);
      expect(told.end).toBe('done');
      expect(told.stats.map(({ aToB, bToA }) => [aToB.durationMs, bToA.durationMs])).toEqual([
        [30, 30],
        [50, 60],
        [50, 80],
      ]);
    });
  });
});

describe('proxy between flows that throw', () => {
  const thrown = () => {
    throw new Error('thrown');
  };

  it.each<[string, Partial<Flow>, string]>([
    ['read()', { read: thrown }, 'aToB'],
    ["shutdown('write')", { shutdown: thrown }, 'bToA'],
    ['abort()', { read: thrown, abort: thrown }, 'aToB'],
  ])('fails, and aborts the other flow, where one throws in %s', (_, parts, direction) => {
    const { left, b, right } = line((flow) => flow);
    const told = run(proxy({ ...foreignFlow(left), ...parts }, b));
    const seen = watch(right);
    right.shutdown('write');
    expect(told.error!.directions).toEqual([direction]);
    expect(seen.end).toBe('reset');
  });
});

describe('proxy', () => {
  it('carries on in one direction while the other waits for room', () => {
    const { left, a, b, right } = line((flow) => flow, 1);
    const seen = watch(left);
    run(proxy(a, b));
    for (const value of [1, 2, 3, 4]) left.write(bytes(value));
    right.write(bytes(9));
    expect(seen.got).toEqual([9]);
    expect(watch(right).got).toEqual([1, 2, 3, 4]);
  });

  it('gives the failure of its peer as the reason to the flow that it aborts', () => {
    const { left, a, b } = line((flow) => flow);
    const told = run(proxy(a, b));
    let reason: unknown;
    b.closed.subscribe({ error: (error: FlowError) => (reason = error.cause) });
    left.abort();
    expect(reason).toBe(told.error);
  });

  it('hears of a broken flow that has nothing to read or write any more', () => {
    const { flow, link } = bareFlow();
    const { a } = line((one) => one);
    const told = run(proxy(a, flow));
    link.end();
    link.fail(new FlowError('reset', 'bare: reset'));
    expect(told.error!.directions).toEqual(['aToB']);
    expect(told.error!.causes).toEqual([new FlowError('reset', 'bare: reset')]);
  });

  it('is told before the abort of a flow that its creator aborts with it', () => {
    const [a, client] = flowPair();
    const [b] = flowPair();
    const connected = flowLifetime<Flow>(({ ready }) => {
      ready(b);
      return undefined;
    });
    const told = run(connected.pipe(mergeMap((server) => proxy(a, server))));
    client.abort();
    expect(told.error).toBeInstanceOf(ProxyError);
    expect([watch(a).closed, watch(b).closed]).toEqual(['reset', 'aborted']);
  });

  it.each([
    ['a', () => proxy(null as never, flowPair()[0]), /^proxy: a must be a Flow, not null$/],
    ['b', () => proxy(flowPair()[0], 7 as never), /^proxy: b must be a Flow, not number 7$/],
    ['options', () => proxy(...flowPair(), 5 as never), /^proxy: options must be an object, not number 5$/],
    ['halfCloseTimeoutMs', () => proxy(...flowPair(), { halfCloseTimeoutMs: -1 }), /^proxy: halfCloseTimeoutMs must be .* not number -1$/],
    ['halfCloseTimeoutMs', () => proxy(...flowPair(), { halfCloseTimeoutMs: 2 ** 31 }), /^proxy: halfCloseTimeoutMs must be at most 2147483647/],
    ['sampleMs', () => proxy(...flowPair(), { sampleMs: Number.NaN }), /^proxy: sampleMs must be .* not number NaN$/],
  ])('throws a TypeError that names %s', (_, call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});
