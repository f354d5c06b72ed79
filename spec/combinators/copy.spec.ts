import fc from 'fast-check';
import { asyncScheduler, EMPTY, firstValueFrom, NEVER, type Observable, of, Subject, take, takeUntil, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { copy } from '../../src/combinators/copy.js';
import { CopyError } from '../../src/combinators/copy-error.js';
import type { CopyStats } from '../../src/combinators/copy-stats.js';
import type { Flow, WriteResult } from '../../src/flow/flow.js';
import { FlowError, isFlowError } from '../../src/flow/flow-error.js';
import { formatError } from '../../src/flow/format-error.js';
import { makeFlow } from '../../src/flow/make-flow.js';
import { fromArray } from '../../src/memory/from-array.js';
import { flowPair } from '../../src/memory/pair.js';
import { foreignFlow } from '../support/foreign-flow.js';
import { transferringFlow } from '../support/transferring-flow.js';

const bytes = (...values: number[]) => Uint8Array.from(values);

/** Everything a flow delivers from now on, by its last byte each, and how it ended. */
function watch(flow: Flow): { got: number[]; buffers: Uint8Array[]; end: string } {
  const seen = { got: [] as number[], buffers: [] as Uint8Array[], end: 'open' };
  flow.read().subscribe({
    next: (buffer) => {
      seen.buffers.push(buffer);
      seen.got.push(...buffer);
    },
    complete: () => (seen.end = 'eof'),
    error: (e: unknown) => (seen.end = isFlowError(e) ? e.code : 'unknown'),
  });
  return seen;
}

/** What a copy has told so far. */
function run(observable: Observable<CopyStats>): { stats: CopyStats[]; end: string; error: unknown; stop: () => void } {
  const told = { stats: [] as CopyStats[], end: 'running', error: undefined as unknown, stop: () => {} };
  const subscription = observable.subscribe({
    next: (stats) => told.stats.push(stats),
    complete: () => (told.end = 'done'),
    error: (error: unknown) => {
      told.end = 'failed';
      told.error = error;
    },
  });
  told.stop = () => subscription.unsubscribe();
  return told;
}

/** A flow that only takes: each write stays in hand until `through()`. */
function slowSink(): { flow: Flow; taken: number[]; through: () => void } {
  const taken: number[] = [];
  let ready = () => {};
  const flow = makeFlow({
    name: 'slow sink',
    open: (link) => (ready = () => link.ready()),
    write: (buffer) => {
      taken.push(...buffer);
      return false;
    },
    end: () => {},
    abort: () => {},
  });
  return { flow, taken, through: () => ready() };
}

const ways: [string, (flow: Flow) => Flow, (flow: Flow) => Flow][] = [
  ['engine to engine', (flow) => flow, (flow) => flow],
  ['from a foreign flow', foreignFlow, (flow) => flow],
  ['into a foreign flow', (flow) => flow, foreignFlow],
  ['between foreign flows', foreignFlow, foreignFlow],
];

describe.each(ways)('copy %s', (_, asSrc, asDst) => {
  it('copies every buffer by reference, in order, and emits the stats once at EOF', () => {
    const [from, src] = flowPair();
    const [dst, to] = flowPair();
    const seen = watch(to);
    const told = run(copy(asSrc(src), asDst(dst)));
    const first = bytes(1, 2, 3);
    from.write(first);
    from.write(bytes(4));
    expect(told.stats).toEqual([]);
    from.shutdown('write');
    expect(seen.got).toEqual([1, 2, 3, 4]);
    expect(seen.buffers[0]).toBe(first);
    expect(told.end).toBe('done');
    expect(told.stats).toEqual([{ readBytes: 4, readOps: 2, writeBytes: 4, writeOps: 2, durationMs: expect.any(Number) }]);
  });

  it('never ends the destination', () => {
    const [from, src] = flowPair();
    const [dst, to] = flowPair();
    const seen = watch(to);
    from.close();
    expect(run(copy(asSrc(src), asDst(dst))).end).toBe('done');
    expect(seen.end).toBe('open');
    dst.write(bytes(9));
    expect(seen.got).toEqual([9]);
  });

  it('does nothing before it is subscribed', () => {
    const [from, src] = flowPair();
    const [dst, to] = flowPair();
    const seen = watch(to);
    from.write(bytes(1));
    const cold = copy(asSrc(src), asDst(dst));
    expect(seen.got).toEqual([]);
    cold.subscribe();
    expect(seen.got).toEqual([1]);
  });

  it('leaves what it has not read in the source when it is unsubscribed, and a later copy goes on there', () => {
    const [from, src] = flowPair();
    const [dst, to] = flowPair();
    const seen = watch(to);
    const told = run(copy(asSrc(src), asDst(dst)));
    from.write(bytes(1));
    told.stop();
    from.write(bytes(2));
    expect(seen.got).toEqual([1]);
    expect(told.end).toBe('running');
    run(copy(asSrc(src), asDst(dst)));
    expect(seen.got).toEqual([1, 2]);
  });

  it('reads no further than one buffer ahead of what the destination takes', () => {
    const [from, src] = flowPair({ capacity: 1 });
    const { flow, taken, through } = slowSink();
    const told = run(copy(asSrc(src), asDst(flow)));
    let accepted = 0;
    for (let value = 1; value <= 4; value += 1) from.write(bytes(value)).subscribe(() => (accepted += 1));
    expect(taken).toEqual([1]);
    // One is in the sink's hand and one waits unread, which is the source's capacity.
    expect(accepted).toBe(2);
    through();
    through();
    expect(taken).toEqual([1, 2, 3]);
    expect(accepted).toBe(4);
    from.shutdown('write');
    through();
    expect(told.end).toBe('running');
    through();
    expect(told.stats.map(({ readBytes, writeBytes, writeOps }) => [readBytes, writeBytes, writeOps])).toEqual([[4, 4, 4]]);
  });

  it('counts a write when it is accepted, not when it is made', () => {
    const [from, src] = flowPair();
    const { flow, through } = slowSink();
    new TestScheduler(() => {}).run(({ flush }) => {
      const told = run(copy(asSrc(src), asDst(flow), { sampleMs: 10 }));
      from.write(bytes(1, 2));
      asyncScheduler.schedule(through, 15);
      asyncScheduler.schedule(() => told.stop(), 25);
      flush();
      expect(told.stats).toEqual([
        { readBytes: 2, readOps: 1, writeBytes: 0, writeOps: 0, durationMs: 10 },
        { readBytes: 2, readOps: 1, writeBytes: 2, writeOps: 1, durationMs: 20 },
      ]);
    });
  });

  it('measures its duration by the clock of RxJS, and samples until the end', () => {
    new TestScheduler(() => {}).run(({ flush }) => {
      const [from, src] = flowPair();
      const [dst, to] = flowPair();
      watch(to);
      const told = run(copy(asSrc(src), asDst(dst), { sampleMs: 100 }));
      asyncScheduler.schedule(() => from.write(bytes(1)), 150);
      asyncScheduler.schedule(() => from.close(), 250);
      flush();
      expect(told.stats.map(({ readBytes, durationMs }) => [readBytes, durationMs])).toEqual([
        [0, 100],
        [1, 200],
        [1, 250],
      ]);
      expect(told.end).toBe('done');
    });
  });

  it('fails on the read side with what the source failed with, behind the data before it', () => {
    const [from, src] = flowPair();
    const [dst, to] = flowPair();
    const seen = watch(to);
    from.write(bytes(1, 2));
    from.abort();
    const told = run(copy(asSrc(src), asDst(dst)));
    expect(seen.got).toEqual([1, 2]);
    const error = told.error as CopyError;
    expect(error).toBeInstanceOf(CopyError);
    expect(error.side).toBe('read');
    expect(error.stats).toMatchObject({ readBytes: 2, readOps: 1, writeBytes: 2, writeOps: 1 });
    expect(isFlowError(error.cause, 'reset')).toBe(true);
    expect(isFlowError(error, 'reset')).toBe(true);
    expect(error.name).toBe('CopyError');
    expect(formatError(error)).toMatch(/^reset: copy pair b -> pair a: reading failed after 2 bytes \(cause: reset: /);
  });

  it('fails on the write side when the destination takes no more', () => {
    const [from, src] = flowPair();
    const [dst] = flowPair();
    dst.shutdown('write');
    const told = run(copy(asSrc(src), asDst(dst)));
    expect(told.end).toBe('running');
    from.write(bytes(1, 2, 3));
    const error = told.error as CopyError;
    expect(error.side).toBe('write');
    expect(isFlowError(error.cause, 'closed')).toBe(true);
    expect(error.stats).toMatchObject({ readBytes: 3, writeBytes: 0, writeOps: 0 });
    expect(error.message).toBe('copy pair b -> pair a: writing failed after 0 bytes');
  });

  it('fails when the destination breaks while a write is pending, and lets go of the source', () => {
    const [from, src] = flowPair();
    const { flow } = slowSink();
    const told = run(copy(asSrc(src), asDst(flow)));
    from.write(bytes(1));
    flow.abort('enough');
    const error = told.error as CopyError;
    expect(error.side).toBe('write');
    expect(isFlowError(error.cause, 'aborted')).toBe(true);
    const seen = watch(src);
    from.write(bytes(2));
    expect(seen.got).toEqual([2]);
  });

  it('fails when the destination breaks while there is nothing to write, and lets go of the source', () => {
    const [from, src] = flowPair();
    const [dst] = flowPair();
    const told = run(copy(asSrc(src), asDst(dst)));
    dst.abort('enough');
    const error = told.error as CopyError;
    expect([error.side, isFlowError(error.cause, 'aborted')]).toEqual(['write', true]);
    const seen = watch(src);
    from.write(bytes(1));
    expect(seen.got).toEqual([1]);
  });

  it('leaves the rest of a burst in the source when a write fails', () => {
    const src = fromArray([bytes(1), bytes(2), bytes(3)]);
    const [dst] = flowPair();
    dst.shutdown('write');
    const told = run(copy(asSrc(src), asDst(dst)));
    expect((told.error as CopyError).stats).toMatchObject({ readOps: 1, writeOps: 0 });
    expect(watch(src).got).toEqual([2, 3]);
  });

  it('leaves the rest of a burst in the source when it is unsubscribed in the middle', () => {
    const src = fromArray([bytes(1), bytes(2), bytes(3)]);
    const [dst, to] = flowPair();
    const stop = new Subject<void>();
    to.read().subscribe((buffer) => buffer[0] === 2 && stop.next());
    run(copy(asSrc(src), asDst(dst)).pipe(takeUntil(stop)));
    expect(watch(src).got).toEqual([3]);
  });

  it('aborts a destination whose queue is full, as write() does', () => {
    const [from, src] = flowPair();
    const flow = makeFlow({ name: 'stuck', write: () => false, end: () => {}, abort: () => {} });
    const half = new Uint8Array(2 ** 29);
    flow.write(half);
    flow.write(half);
    const told = run(copy(asSrc(src), asDst(flow)));
    from.write(bytes(1));
    expect(isFlowError((told.error as CopyError).cause, 'overflow')).toBe(true);
  });

  it('is refused as busy by a source that is being read, whose reader goes on', () => {
    const [from, src] = flowPair();
    const [dst] = flowPair();
    const seen = watch(src);
    const told = run(copy(asSrc(src), asDst(dst)));
    const error = told.error as CopyError;
    expect(error.side).toBe('read');
    expect(isFlowError(error.cause, 'busy')).toBe(true);
    expect((error.cause as Error).message).toBe(
      'pair b: read() while another read is active; share() one subscription instead',
    );
    from.write(bytes(1));
    expect(seen.got).toEqual([1]);
  });

  it('waits for its pending write when the source is shut down for reading', () => {
    const [from, src] = flowPair();
    const { flow, through } = slowSink();
    const told = run(copy(asSrc(src), asDst(flow)));
    from.write(bytes(1));
    src.shutdown('read');
    expect(told.end).toBe('running');
    through();
    expect(told.stats).toMatchObject([{ readBytes: 1, writeBytes: 1 }]);
    expect(told.end).toBe('done');
  });

  it('takes nothing from a source that has been read to its end', () => {
    const [from, src] = flowPair();
    const [dst] = flowPair();
    from.close();
    run(copy(asSrc(src), asDst(dst)));
    const told = run(copy(asSrc(src), asDst(dst)));
    expect(told.stats).toMatchObject([{ readBytes: 0, readOps: 0, writeBytes: 0, writeOps: 0 }]);
  });

  it('echoes a flow into itself', () => {
    const [client, server] = flowPair();
    const seen = watch(client);
    const told = run(copy(asSrc(server), asDst(server)));
    client.write(bytes(1, 2));
    client.shutdown('write');
    expect(seen.got).toEqual([1, 2]);
    expect(told.end).toBe('done');
  });

  it('can be stopped by what it writes', () => {
    const [from, src] = flowPair();
    const [dst, to] = flowPair();
    const told = run(copy(asSrc(src), asDst(dst)));
    to.read().subscribe(() => told.stop());
    from.write(bytes(1));
    from.write(bytes(2));
    expect(told.stats).toEqual([]);
    expect(watch(src).got).toEqual([2]);
  });

  it('copies 100,000 synchronous buffers without growing the stack', () => {
    const count = 100_000;
    let left = count;
    const src = makeFlow({
      name: 'numbers',
      open: (link) => {
        source.pull = () => {
          while (left > 0) {
            left -= 1;
            if (!link.push(one)) return;
          }
          link.end();
        };
      },
      pull: () => source.pull(),
      write: () => true,
      end: () => {},
      abort: () => {},
    });
    const [dst, to] = flowPair({ capacity: 16 });
    const reading = to.read().subscribe();
    const told = run(copy(asSrc(src), asDst(dst)));
    expect(told.stats).toMatchObject([{ readOps: count, writeOps: count }]);
    reading.unsubscribe();
  });

  it('delivers any buffers unchanged, whatever the capacities', () => {
    const chunk = fc.uint8Array({ minLength: 1, maxLength: 20 });
    const capacity = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 20 }), capacity, capacity, fc.array(fc.boolean()), (chunks, near, far, stops) => {
        const [from, src] = flowPair({ capacity: near });
        const [dst, to] = flowPair({ capacity: far });
        let told = run(copy(asSrc(src), asDst(dst)));
        const got: number[] = [];
        let written = 0;
        chunks.forEach((buffer, at) => {
          from.write(buffer);
          written += buffer.byteLength;
          if (stops[at] !== true) return;
          told.stop();
          if (written > got.length) to.read().pipe(take(1)).subscribe((first) => got.push(...first));
          told = run(copy(asSrc(src), asDst(dst)));
        });
        from.shutdown('write');
        const seen = watch(to);
        expect([...got, ...seen.got]).toEqual(chunks.flatMap((buffer) => [...buffer]));
        expect(told.end).toBe('done');
      }),
    );
  });
});

const one = bytes(1);
const source = { pull: () => {} };

describe('copy of flows that do not keep to the contract', () => {
  it('counts what is written to a transport that hands its memory over', async () => {
    const [inner] = flowPair();
    const stats = await firstValueFrom(copy(fromArray([new Uint8Array(1000), new Uint8Array(500)]), transferringFlow(inner)));
    expect(stats).toMatchObject({ readBytes: 1500, writeBytes: 1500, writeOps: 2 });
  });

  const fake = (parts: Partial<Flow>): Flow => ({ ...foreignFlow(flowPair()[0]), name: 'fake', ...parts });

  it('reads a source that cannot be held as it comes, and ends after the last result', () => {
    const results: Subject<WriteResult>[] = [];
    const dst = fake({
      write: () => {
        const result = new Subject<WriteResult>();
        results.push(result);
        return result;
      },
    });
    const told = run(copy(fake({ read: () => of(bytes(1), bytes(2)) }), dst));
    expect(results.length).toBe(2);
    results[1]!.next({ ok: true });
    expect(told.end).toBe('running');
    results[0]!.next({ ok: true });
    expect(told.end).toBe('done');
    expect(told.stats).toMatchObject([{ writeBytes: 2, writeOps: 2 }]);
  });

  it.each([
    ['a result that errors', () => throwError(() => new FlowError('protocol', 'odd')), /odd/],
    ['a write that throws', () => { throw new Error('thrown'); }, /thrown/],
    ['a write without a result', () => EMPTY, /fake: a write completed without a result/],
    ['a result that is nothing', () => of(undefined as unknown as WriteResult), /fake: a write completed without a result/],
  ] as [string, () => Observable<WriteResult>, RegExp][])('takes %s as a failure of the write side', (_, write, message) => {
    const told = run(copy(fake({ read: () => of(bytes(1), bytes(2)) }), fake({ write })));
    const error = told.error as CopyError;
    expect(error.side).toBe('write');
    expect(error.stats).toMatchObject({ readOps: 1 });
    expect(formatError(error)).toMatch(message);
  });

  it('takes a read() that throws for a failure of the read side', () => {
    const told = run(copy(fake({ read: () => { throw new Error('thrown'); } }), fake({})));
    expect((told.error as CopyError).side).toBe('read');
    expect(formatError(told.error)).toMatch(/thrown/);
  });

  it('has code failed for a cause without a code', () => {
    const told = run(copy(fake({ read: () => throwError(() => new Error('odd')) }), fake({})));
    expect(isFlowError(told.error, 'failed')).toBe(true);
  });

  it('releases what it holds when it is stopped, though the write never settles', () => {
    const [outerPeer, outer] = flowPair();
    const [from, src] = flowPair();
    const outerSeen: number[] = [];
    let told = { stop: () => {} };
    outer.read().subscribe((buffer) => {
      outerSeen.push(...buffer);
      from.write(buffer);
    });
    told = run(copy(src, fake({ write: () => NEVER })));
    outerPeer.write(bytes(1));
    outerPeer.write(bytes(2));
    expect(outerSeen).toEqual([1]);
    told.stop();
    expect(outerSeen).toEqual([1, 2]);
  });
});

describe('copy, called wrongly', () => {
  const [flow] = flowPair();

  it.each([
    ['src', () => copy('x' as never, flow), /^copy: src must be a Flow, not a string$/],
    ['dst', () => copy(flow, { read() {} } as never), /^copy: dst must be a Flow, not an object$/],
    ['options', () => copy(flow, flow, null as never), /^copy: options must be an object, not null$/],
    ['sampleMs', () => copy(flow, flow, { sampleMs: 0 }), /^copy: sampleMs must be a finite number above 0, not number 0$/],
    ['sampleMs', () => copy(flow, flow, { sampleMs: 2 ** 31 }), /^copy: sampleMs must be at most 2147483647, not number 2147483648$/],
    ['sampleMs', () => copy(flow, flow, { sampleMs: '5' as never }), /sampleMs .* not a string$/],
  ])('throws a TypeError that names %s', (_, call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });

  it('resolves as one value', async () => {
    const [from, src] = flowPair();
    from.close();
    expect(await firstValueFrom(copy(src, flow))).toMatchObject({ readBytes: 0 });
  });
});
