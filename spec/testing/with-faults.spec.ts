import * as fc from 'fast-check';
import { asyncScheduler, concatMap, map, of, take, timer, toArray } from 'rxjs';
import { concrete } from '../../src/combinators/concrete.js';
import { text } from '../../src/combinators/text.js';
import type { Flow } from '../../src/flow/flow.js';
import type { FlowError } from '../../src/flow/flow-error.js';
import { utf8 } from '../../src/flow/utf8.js';
import { fromArray } from '../../src/memory/from-array.js';
import { flowPair } from '../../src/memory/pair.js';
import { DETACH } from '../../src/flow/detached.js';
import { joinBytes, toBytes, toText } from '../../src/testing/bytes.js';
import { FlowTestScheduler } from '../../src/testing/flow-test-scheduler.js';
import { withFaults, type Faults } from '../../src/testing/with-faults.js';
import { describeConformanceInVirtualTime } from '../support/run-conformance.js';
import { logOf } from './log-of.js';
import { isDetached } from '../support/is-detached.js';

const run: FlowTestScheduler['run'] = (callback) =>
  new FlowTestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(callback);

describeConformanceInVirtualTime('withFaults (no faults)', {
  create: () => of(flowPair().map((flow) => withFaults(flow, {})) as [Flow, Flow]),
  capabilities: { byReference: true },
});

describeConformanceInVirtualTime('withFaults (late, slow, cut up)', {
  create: () => {
    const [a, b] = flowPair();
    return of([withFaults(a, { latencyMs: 1, jitterMs: 1, slice: 5000, slowCloseMs: 1 }), b] as [Flow, Flow]);
  },
  sides: 'a→b',
});

const DAY_MS = 24 * 60 * 60 * 1000;

/** A pair with the faults on its first side. */
const faultyPair = (faults: Faults): [Flow, Flow] => {
  const [a, b] = flowPair({ name: 'p' });
  return [withFaults(a, faults), b];
};

const write = (flow: Flow, ...texts: string[]) => {
  for (const text of texts) flow.write(toBytes(text));
};

describe('withFaults()', () => {
  it('does what its example says', () =>
    run(({ expectObservable }) => {
      const [client, server] = flowPair();
      const far = withFaults(client, { latencyMs: 80, bytesPerSecond: 1000, slice: 4 });
      server.write(utf8('hello'));
      expectObservable(far.read().pipe(text())).toBe('84ms ab', { a: 'hell', b: 'o' });
    }));

  it('delays bytes and EOF by latencyMs, each way', () =>
    run(({ expectReads }) => {
      const [a, b] = faultyPair({ latencyMs: 5 });
      for (const flow of [a, b]) {
        write(flow, 'x');
        timer(2).subscribe(() => {
          write(flow, 'y');
          flow.shutdown('write');
        });
      }
      expectReads(b).toBe('-----x-(y|)');
      expectReads(a).toBe('-----x-(y|)');
    }));

  it('lets bytes depart at bytesPerSecond', () =>
    run(({ expectReads }) => {
      const [a, b] = faultyPair({ bytesPerSecond: 1000 });
      write(a, '12345', '123', '1');
      expectReads(b).toBe('-----a--bc', { a: '12345', b: '123', c: '1' });
    }));

  it('adds latency to bandwidth', () =>
    run(({ expectReads }) => {
      const [a, b] = faultyPair({ bytesPerSecond: 1000, latencyMs: 10 });
      write(b, '12', '34');
      a.closed.subscribe({ error: () => undefined });
      expectReads(a).toBe('12ms a-b', { a: '12', b: '34' });
      expectReads(b).toBe('');
    }));

  it('cuts buffers into slices', () =>
    run(({ expectReads }) => {
      const [a, b] = faultyPair({ slice: 4, bytesPerSecond: 4000 });
      write(a, 'hello world');
      expectReads(b).toBe('-abc', { a: 'hell', b: 'o wo', c: 'rld' });
    }));

  it.each<Faults>([{}, { latencyMs: 5 }])('lets a buffer through that is cut into very many slices: %p', (faults) => {
    // What is not linear takes a minute for so many.
    const size = 300_000;
    let count = 0;
    run(() => {
      const [a, b] = faultyPair({ ...faults, slice: 1 });
      a.read().subscribe(() => (count += 1));
      b.write(new Uint8Array(size));
    });
    expect(count).toBe(size);
  });

  it('hands over the very buffer where it has nothing to cut', () => {
    const [a, b] = faultyPair({ slice: 4 });
    const buffer = toBytes('abcd');
    const read = logOf(b.read());
    a.write(buffer);
    expect(read[0]).toBe(buffer);
  });

  it('jitters by the seed: the same seed repeats every frame, another seed does not', () => {
    const framesWith = (seed: number) => {
      const frames: number[] = [];
      run(() => {
        const [a, b] = faultyPair({ latencyMs: 100, jitterMs: 90, seed });
        for (const flow of [a, b]) {
          timer(0, 40).pipe(take(30)).subscribe((at) => write(flow, `${at}`));
          flow.read().subscribe(() => frames.push(asyncScheduler.now()));
        }
      });
      return frames;
    };
    const frames = framesWith(7);
    expect(frames).toHaveLength(60);
    expect(new Set(frames.map((frame) => frame % 40)).size).toBeGreaterThan(10);
    expect(framesWith(7)).toEqual(frames);
    expect(framesWith(8)).not.toEqual(frames);
  });

  it('breaks with a flow whose failure refuses a write before it is through the line itself, though the read side has ended', () =>
    run(({ flush }) => {
      const [inner, peer] = flowPair();
      const flow = withFaults(concrete(inner), { latencyMs: 1, jitterMs: 2, seed: 5 });
      const [read, closed] = [flow.read(), flow.closed].map((source) => logOf(source));
      const written: unknown[] = [];
      peer.shutdown('write');
      timer(5).subscribe(() => {
        peer.abort();
        flow.write(utf8('too late')).subscribe((result) => written.push(result.ok ? 'ok' : result.error.code));
      });
      flush();
      expect([read, written, closed]).toEqual([['complete'], ['ok'], [expect.objectContaining({ code: 'failed' })]]);
    }));

  it('ends each direction after limitBytes: EOF for the reader, closed for the writer', () =>
    run(({ expectReads }) => {
      const [a, b] = faultyPair({ limitBytes: 5 });
      expect(logOf(a.write(toBytes('123')))).toEqual([{ ok: true }, 'complete']);
      const beyond = logOf(a.write(toBytes('456')));
      expect(beyond).toEqual([{ ok: false, error: expect.objectContaining({ code: 'closed' }) }, 'complete']);
      expect((beyond[0] as { error: FlowError }).error.message).toBe('p a: a fault ended the write side after 5 bytes');
      expectReads(b).toBe('(ab|)', { a: '123', b: '45' });
      write(b, 'abcde', 'fgh');
      expectReads(a).toBe('(x|)', { x: 'abcde' });
    }));

  it('takes the limit itself, and closes in order behind it', () =>
    run(({ expectObservable }) => {
      const [a, b] = faultyPair({ limitBytes: 3 });
      expect(logOf(a.write(toBytes('123')))).toEqual([{ ok: true }, 'complete']);
      expect(logOf(a.write(toBytes('4')))[0]).toMatchObject({ ok: false });
      write(b, 'abc');
      b.shutdown('write');
      expect(logOf(b.read()).map((one) => (one instanceof Uint8Array ? toText(one) : one))).toEqual(['123', 'complete']);
      logOf(a.read());
      expectObservable(a.close()).toBe('(u|)', { u: undefined });
      expectObservable(b.closed).toBe('(u|)', { u: undefined });
    }));

  it('lets nothing through at limitBytes 0', () =>
    run(({ expectReads }) => {
      const [a, b] = faultyPair({ limitBytes: 0 });
      write(b, 'x');
      expectReads(a).toBe('|');
      expect(logOf(a.write(toBytes('y')))[0]).toMatchObject({ ok: false });
      expectReads(b).toBe('|');
    }));

  it('resets both sides after resetAfterMs, and loses what is on its way', () =>
    run(({ expectReads }) => {
      const [a, b] = faultyPair({ resetAfterMs: 20, latencyMs: 15 });
      write(b, 'x');
      timer(10).subscribe(() => write(b, 'lost'));
      expectReads(a).toBe('15ms x----#', {}, { code: 'reset', message: 'p a: reset by a fault after 20 ms' });
      expectReads(b).toBe('20ms #', {}, 'reset');
    }));

  it.each([2 ** 31, 30 * DAY_MS])('resets at the very frame %p, in virtual time', (resetAfterMs) =>
    run(({ expectReads }) => {
      const [a, b] = faultyPair({ resetAfterMs });
      expectReads(a).toBe(`${resetAfterMs}ms #`, {}, 'reset');
      expectReads(b).toBe(`${resetAfterMs}ms #`, {}, 'reset');
    }));

  it('frees the timer of a reset that is not needed any more', () => {
    const scheduler = new FlowTestScheduler();
    scheduler.run(() => {
      const [a, b] = faultyPair({ resetAfterMs: 60_000 });
      for (const flow of [a, b]) {
        logOf(flow.read());
        flow.close();
      }
      faultyPair({ resetAfterMs: 60_000 })[0].abort();
    });
    expect(scheduler.frame).toBe(0);
  });

  it('delays EOF alone by slowCloseMs', () =>
    run(({ expectReads }) => {
      const [a, b] = faultyPair({ slowCloseMs: 30, latencyMs: 2 });
      write(a, 'x');
      a.shutdown('write');
      write(b, 'y');
      b.shutdown('write');
      expectReads(b).toBe('--x 29ms |');
      expectReads(a).toBe('--y 29ms |');
    }));

  it('tells the failure of the flow inside behind the data before it, as late as they are', () =>
    run(({ expectReads, expectObservable }) => {
      const [a, b] = faultyPair({ latencyMs: 3 });
      write(b, 'x');
      timer(1).subscribe(() => b.abort());
      expectReads(a).toBe('---x#', {}, 'reset');
      expectObservable(a.closed).toBe('----#', {}, expect.objectContaining({ code: 'reset' }));
    }));

  it('tells it though nobody reads', () =>
    run(({ expectObservable }) => {
      const [a, b] = faultyPair({ latencyMs: 3 });
      write(b, 'unread');
      b.abort();
      expectObservable(a.closed).toBe('---#', {}, expect.objectContaining({ code: 'reset' }));
    }));

  it('is not read ahead of its reader by more than the line holds', () =>
    run(({ flush }) => {
      const pulled: number[] = [];
      const source = fromArray(Array.from({ length: 1000 }, () => 'x'.repeat(1000)));
      const counted: Flow = Object.assign(Object.create(source) as Flow, {
        closed: source.closed,
        read: () => source.read().pipe(map((buffer) => (pulled.push(buffer.byteLength), buffer))),
        write: source.write.bind(source),
        writev: source.writev.bind(source),
        shutdown: source.shutdown.bind(source),
        close: source.close.bind(source),
        abort: source.abort.bind(source),
      });
      const flow = withFaults(counted, { latencyMs: 10 });
      expect(pulled).toHaveLength(0);
      flow.read().pipe(take(1)).subscribe();
      flush();
      expect(pulled.length).toBeGreaterThan(0);
      expect(pulled.length).toBeLessThan(70);
    }));

  it('pulls one buffer for take(1) where nothing takes time', () => {
    const taken: string[] = [];
    const flow = withFaults(fromArray(['a', 'b', 'c']), {});
    for (let time = 0; time < 3; time += 1) flow.read().pipe(take(1)).subscribe((buffer) => taken.push(toText(buffer)));
    expect(taken).toEqual(['a', 'b', 'c']);
  });

  it('keeps a write pending while the line is full', () =>
    run(({ expectObservable }) => {
      const [a, b] = faultyPair({ bytesPerSecond: 1_000_000 });
      logOf(b.read());
      const size = 65_536;
      const settled = (flow: Flow) => flow.write(new Uint8Array(size)).pipe(map((result) => result.ok));
      expectObservable(settled(a)).toBe('(t|)', { t: true });
      expectObservable(settled(a)).toBe('66ms (t|)', { t: true });
    }));

  it('passes abort() on at once, with its reason', () =>
    run(({ expectReads, expectObservable }) => {
      const [inner, b] = flowPair();
      const a = withFaults(inner, { latencyMs: 50 });
      a.abort('why');
      expectReads(b).toBe('#', {}, 'reset');
      expectObservable(inner.closed).toBe('#', {}, expect.objectContaining({ code: 'aborted', cause: 'why' }));
    }));

  it('leaves no timer behind when it is aborted, whatever was on its way', () => {
    const scheduler = new FlowTestScheduler();
    scheduler.run(() => {
      for (const faults of [{ latencyMs: 60_000 }, { bytesPerSecond: 1 }]) {
        const [a, b] = faultyPair(faults);
        logOf(a.read());
        write(a, 'out');
        write(b, 'in');
        a.abort();
        b.abort();
      }
    });
    expect(scheduler.frame).toBe(0);
  });

  describe('with a time that no timer of JavaScript holds', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    const textsOf = (log: unknown[]) => log.map((one) => (one instanceof Uint8Array ? toText(one) : ((one as FlowError).code ?? one)));

    it.each<[Faults, number, string[], string[]]>([
      [{ latencyMs: 2 ** 31 }, 2 ** 31, [], ['x', 'complete']],
      [{ latencyMs: 80 * DAY_MS }, 80 * DAY_MS, [], ['x', 'complete']],
      [{ bytesPerSecond: 1000 / 2 ** 31 }, 2 ** 31, [], ['x', 'complete']],
      [{ slowCloseMs: 2 ** 31 }, 2 ** 31, ['x'], ['x', 'complete']],
      [{ resetAfterMs: 30 * DAY_MS }, 30 * DAY_MS, ['x', 'complete'], ['x', 'complete']],
    ])('does not come too soon: %p', (faults, ms, before, after) => {
      const [a, b] = faultyPair(faults);
      const read = logOf(b.read());
      const closed = logOf(a.closed);
      write(a, 'x');
      a.shutdown('write');
      jest.advanceTimersByTime(ms - 1);
      expect(textsOf(read)).toEqual(before);
      expect(closed).toEqual([]);
      jest.advanceTimersByTime(1);
      expect(textsOf(read)).toEqual(after);
      expect(textsOf(closed)).toEqual(faults.resetAfterMs === undefined ? [] : ['reset']);
    });

    it('leaves no timer behind when it is aborted', () => {
      const [a, b] = faultyPair({ resetAfterMs: 60 * DAY_MS, latencyMs: 50 * DAY_MS });
      write(a, 'x');
      write(b, 'y');
      logOf(a.read());
      jest.advanceTimersByTime(30 * DAY_MS);
      expect(jest.getTimerCount()).toBeGreaterThan(0);
      a.abort();
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  it('passes detach() on to the flow inside, and has its name', () => {
    const [inner] = flowPair({ name: 'inner' });
    const flow = withFaults(inner, {});
    expect(flow.name).toBe('inner a');
    (flow as unknown as Record<symbol, () => void>)[DETACH]!();
    expect(isDetached(inner)).toBe(true);
  });

  it('loses no byte and keeps their order, whatever else is wrong with the line', () => {
    const faults = fc.record(
      {
        latencyMs: fc.integer({ min: 0, max: 200 }),
        jitterMs: fc.integer({ min: 0, max: 300 }),
        bytesPerSecond: fc.integer({ min: 10, max: 100_000 }),
        slice: fc.integer({ min: 1, max: 50 }),
        slowCloseMs: fc.integer({ min: 0, max: 100 }),
        seed: fc.integer(),
      },
      { requiredKeys: [] },
    );
    const buffers = fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { maxLength: 20 });
    fc.assert(
      fc.property(faults, buffers, buffers, (options, there, back) => {
        run(({ expectObservable }) => {
          const [a, b] = faultyPair(options);
          const ends = [
            [a, b, there],
            [b, a, back],
          ] as const;
          for (const [from, to, sent] of ends) {
            for (const buffer of sent) from.write(buffer);
            from.shutdown('write');
            const whole = to.read().pipe(toArray(), map(joinBytes));
            whole.subscribe({ next: (bytes) => expect(bytes).toEqual(joinBytes(sent)), error: (error) => { throw error; } });
          }
          let count = 0;
          for (const flow of [a, b]) flow.closed.subscribe(() => (count += 1));
          expectObservable(timer(1e9).pipe(concatMap(() => of(count)), take(1))).toBe('1000000s (n|)', { n: 2 });
        });
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [{ latencyMs: -1 }, 'withFaults: latencyMs must be a finite number of at least 0, not number -1'],
    [{ jitterMs: NaN }, 'withFaults: jitterMs must be a finite number of at least 0, not number NaN'],
    [{ resetAfterMs: Infinity }, 'withFaults: resetAfterMs must be'],
    [{ slowCloseMs: '1' }, 'withFaults: slowCloseMs must be a finite number of at least 0, not a string'],
    [{ bytesPerSecond: 0 }, 'withFaults: bytesPerSecond must be'],
    [{ slice: 0 }, 'withFaults: slice must be'],
    [{ limitBytes: 0.5 }, 'withFaults: limitBytes must be'],
    [{ seed: 0.5 }, 'withFaults: seed must be a whole number, not number 0.5'],
    [null, 'withFaults: faults must be an object, not null'],
  ])('throws a TypeError for %p', (faults, message) => {
    const call = () => withFaults(flowPair()[0], faults as never);
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });

  it('throws a TypeError for what is no flow', () => {
    expect(() => withFaults({} as never, {})).toThrow('withFaults: flow must be a Flow, not an object');
  });
});
