import { concat, EMPTY, from, map, mergeMap, merge, NEVER, of, share, Subject, take, throwError, timer, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { drainMap } from '../../src/combinators/drain-map.js';
import { lines } from '../../src/combinators/lines.js';
import type { Flow } from '../../src/flow/flow.js';
import { utf8 } from '../../src/flow/utf8.js';
import { flowPair } from '../../src/memory/pair.js';

const marbles = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

/** How many of the buffers that `writer` wrote into a flow of capacity 0 have been pulled out of it. */
function writing(writer: Flow, buffers: readonly string[]): { readonly accepted: number } {
  const state = { accepted: 0 };
  for (const buffer of buffers) writer.write(utf8(buffer)).subscribe(() => (state.accepted += 1));
  return state;
}

const decode = (buffer: Uint8Array) => new TextDecoder().decode(buffer);

describe('drainMap on any Observable', () => {
  it('runs one projection at a time, in order, as concatMap', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -a-bc----|', undefined);
      const inner = cold('  x--y|');
      const subs = '        ^--------!';
      const expected = '    -x--yx--yx--y|';
      expectObservable(source.pipe(drainMap(() => inner))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(inner.subscriptions).toBe(['-^---!', '-----^---!', '---------^---!']);
    });
  });

  it('runs as many projections as it may, as mergeMap with a bound', () => {
    marbles().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' (abc)|');
      const inner = cold('  x----(y|)');
      const expected = '    (xx)-(yyx)(y|)';
      expectObservable(source.pipe(drainMap(() => inner, 2))).toBe(expected);
      expectSubscriptions(inner.subscriptions).toBe(['^----!', '^----!', '-----^----!']);
    });
  });

  it('hands the index on, and takes any kind of ObservableInput', async () => {
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => {
      of('a', 'b', 'c')
        .pipe(drainMap((value, index) => (index === 0 ? [value, index] : index === 1 ? Promise.resolve(value) : of(index))))
        .subscribe({ next: (item) => seen.push(item), complete: resolve });
    });
    expect(seen).toEqual(['a', 0, 'b', 2]);
  });

  it('counts on where a projection feeds the source that it came from, as mergeMap', () => {
    const source = new Subject<string>();
    const log: string[] = [];
    const project = (value: string, index: number) => {
      log.push(`${value}${index}`);
      if (value === 'a') source.next('b');
      return EMPTY;
    };
    source.pipe(drainMap(project, 2)).subscribe();
    source.next('a');
    source.next('c');
    expect(log).toEqual(['a0', 'b1', 'c2']);
  });

  it('completes when the source is empty, and waits for the last projection when it is not', () => {
    marbles().run(({ cold, expectObservable }) => {
      expectObservable(EMPTY.pipe(drainMap(() => NEVER))).toBe('|');
      expectObservable(cold('a|').pipe(drainMap(() => cold('---x|')))).toBe('---x|');
    });
  });

  it.each([
    ['the source', () => concat(of(1), throwError(() => new Error('broken'))).pipe(drainMap(() => NEVER))],
    ['a projection', () => of(1).pipe(drainMap(() => throwError(() => new Error('broken'))))],
    [
      'project, which throws',
      () =>
        of(1).pipe(
          drainMap(() => {
            throw new Error('broken');
          }),
        ),
    ],
  ])('errors at once as %s does', (_, make) => {
    const seen: unknown[] = [];
    (make() as Observable<unknown>).subscribe({ error: (error: unknown) => seen.push(error) });
    expect(seen).toEqual([new Error('broken')]);
  });

  it('errors for what is no ObservableInput', () => {
    const seen: unknown[] = [];
    of(1)
      .pipe(drainMap(() => 7 as never))
      .subscribe({ error: (error: unknown) => seen.push(error) });
    expect(seen[0]).toBeInstanceOf(TypeError);
  });

  it('ends the projections and the source when it is unsubscribed', () => {
    const source = new Subject<number>();
    const inner = new Subject<number>();
    const subscription = source.pipe(drainMap(() => inner)).subscribe();
    source.next(1);
    source.next(2);
    subscription.unsubscribe();
    expect([source.observed, inner.observed]).toEqual([false, false]);
  });

  it('lets a synchronous projection see that the output has closed', () => {
    let emitted = 0;
    function* endless(): Generator<number> {
      for (;;) yield (emitted += 1);
    }
    const seen: number[] = [];
    of(0)
      .pipe(drainMap(endless), take(2))
      .subscribe((item) => seen.push(item));
    expect([seen, emitted]).toEqual([[1, 2], 2]);
  });

  it('works off a queue of 100,000 synchronous projections without growing the stack', () => {
    const gate = new Subject<never>();
    let done = 0;
    from(Array.from({ length: 100_000 }, (_, i) => i))
      .pipe(drainMap((value) => (value === 0 ? gate : of(value))))
      .subscribe({ next: () => (done += 1) });
    expect(done).toBe(0);
    gate.complete();
    expect(done).toBe(99_999);
  });

  it.each([
    ['project must be a function, not a string', () => drainMap('x' as never)],
    ['concurrency must be a whole number of at least 1, not number 0', () => drainMap(() => EMPTY, 0)],
    ['concurrency must be a whole number of at least 1, not number 1.5', () => drainMap(() => EMPTY, 1.5)],
    ['concurrency must be a whole number of at least 1, not number NaN', () => drainMap(() => EMPTY, NaN)],
    ['concurrency must be a whole number of at least 1, not a string', () => drainMap(() => EMPTY, '2' as never)],
  ])('says that %s', (message, make) => {
    expect(make).toThrow(new TypeError(`drainMap: ${message}`));
  });
});

describe('drainMap on flows', () => {
  it('does not pull while a projection runs', () => {
    marbles().run(({ cold, expectObservable, flush }) => {
      const [near, far] = flowPair({ capacity: 0 });
      const written = writing(near, ['a', 'b', 'c']);
      const pulled: number[] = [];
      const work = far.read().pipe(
        drainMap((buffer) => {
          pulled.push(written.accepted);
          return cold('--x|').pipe(map(() => decode(buffer)));
        }),
      );
      expectObservable(work).toBe('--a--b--c---');
      flush();
      // At its projection each buffer is the last one that has left the flow.
      expect(pulled).toEqual([0, 1, 2]);
      expect(written.accepted).toBe(3);
    });
  });

  it('pulls on while fewer projections run than may', () => {
    const [near, far] = flowPair({ capacity: 0 });
    const written = writing(near, ['a', 'b', 'c', 'd']);
    const gates = [new Subject<never>(), new Subject<never>(), new Subject<never>(), new Subject<never>()];
    far.read().pipe(drainMap((_, index) => gates[index]!, 2)).subscribe();
    expect(written.accepted).toBe(2);
    gates[1]!.complete();
    expect(written.accepted).toBe(3);
    gates[0]!.complete();
    gates[2]!.complete();
    expect(written.accepted).toBe(4);
  });

  it('reaches through synchronous operators, and works the whole chunk off before it pulls', () => {
    const [near, far] = flowPair({ capacity: 0 });
    const written = writing(near, ['1\n2\n', '3\n4\n', '5\n']);
    const gates = new Map<string, Subject<never>>();
    const running: string[] = [];
    far
      .read()
      .pipe(
        share(),
        lines(),
        mergeMap((line) => [`${line}a`, `${line}b`]),
        map((item) => item.toUpperCase()),
        drainMap((item) => {
          running.push(item);
          return gates.set(item, new Subject()).get(item)!;
        }),
      )
      .subscribe();
    for (const item of ['1A', '1B', '2A']) gates.get(item)!.complete();
    expect([running, written.accepted]).toEqual([['1A', '1B', '2A', '2B'], 1]);
    gates.get('2B')!.complete();
    expect([running.at(-1), written.accepted]).toEqual(['3A', 2]);
  });

  it('holds each of several flows, and lets go of all', () => {
    const [nearA, farA] = flowPair({ capacity: 0 });
    const [nearB, farB] = flowPair({ capacity: 0 });
    const [a, b] = [writing(nearA, ['a', 'a']), writing(nearB, ['b', 'b'])];
    const gate = new Subject<never>();
    const running: string[] = [];
    merge(farA.read(), farB.read())
      .pipe(
        drainMap((buffer) => {
          running.push(decode(buffer));
          return running.length === 1 ? gate : EMPTY;
        }),
      )
      .subscribe();
    expect([running, a.accepted, b.accepted]).toEqual([['a'], 1, 1]);
    gate.complete();
    expect([running, a.accepted, b.accepted]).toEqual([['a', 'b', 'a', 'b'], 2, 2]);
  });

  it('lets go of several flows one by one, in turn, and of no more than there is room for', () => {
    const farEnds = ['a', 'b', 'c'].map((name) => {
      const [near, far] = flowPair({ capacity: 0 });
      writing(near, [name, name, name]);
      return far;
    });
    const running: Subject<never>[] = [];
    const begun: string[] = [];
    let most = 0;
    let pulledWhileFull = 0;
    merge(...farEnds.map((far) => far.read()))
      .pipe(
        map((buffer) => {
          if (running.length === 2) pulledWhileFull += 1;
          return decode(buffer);
        }),
        drainMap((name) => {
          begun.push(name);
          most = Math.max(most, running.push(new Subject()));
          return running.at(-1)!;
        }, 2),
      )
      .subscribe();
    expect([begun, pulledWhileFull]).toEqual([['a', 'a'], 2]); // b and c: a flow can be held once it delivers
    while (running.length > 0) running.shift()!.complete();
    expect([begun, most, pulledWhileFull]).toEqual([['a', 'a', 'b', 'c', 'a', 'b', 'c', 'b', 'c'], 2, 2]);
  });

  it('lets go of 10,000 flows whose projections end at once without growing the stack', () => {
    const gate = new Subject<never>();
    let begun = 0;
    const farEnds = Array.from({ length: 10_000 }, () => {
      const [near, far] = flowPair({ capacity: 0 });
      writing(near, ['x', 'y']);
      return far.read();
    });
    merge(...farEnds)
      .pipe(drainMap(() => ((begun += 1) === 1 ? gate : EMPTY)))
      .subscribe();
    gate.complete();
    expect(begun).toBe(20_000);
  });

  it('holds the reader around which an inner flow delivers', () => {
    const [nearOuter, farOuter] = flowPair({ capacity: 0 });
    const outer = writing(nearOuter, ['x', 'y']);
    const gate = new Subject<never>();
    farOuter
      .read()
      .pipe(
        mergeMap(() => {
          const [near, far] = flowPair();
          near.write(utf8('inner'));
          return far.read();
        }),
        drainMap(() => gate),
      )
      .subscribe();
    expect(outer.accepted).toBe(1);
    gate.complete();
    expect(outer.accepted).toBe(2);
  });

  it('lets the flow go when it is unsubscribed, so that the next read goes on', () => {
    const [near, far] = flowPair({ capacity: 0 });
    writing(near, ['a', 'b', 'c']);
    far.read().pipe(drainMap(() => NEVER)).subscribe().unsubscribe();
    const seen: string[] = [];
    far.read().subscribe((buffer) => seen.push(decode(buffer)));
    expect(seen).toEqual(['b', 'c']);
  });

  it('lets go of a shared reader that others still read from', () => {
    const [near, far] = flowPair({ capacity: 0 });
    writing(near, ['a', 'b', 'c']);
    const shared = far.read().pipe(share());
    const seen: string[] = [];
    const slow = new Subject<Uint8Array>();
    const subscription = slow.pipe(drainMap(() => NEVER)).subscribe();
    shared.subscribe((buffer) => {
      slow.next(buffer);
      seen.push(decode(buffer));
    });
    expect(seen).toEqual(['a']);
    subscription.unsubscribe();
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['the projection', () => throwError(() => new Error('broken'))],
    ['the next projection', (index: number) => (index === 0 ? timer(5) : throwError(() => new Error('broken')))],
  ])('lets go when %s errors', (_, project) => {
    marbles().run(({ flush }) => {
      const [near, far] = flowPair({ capacity: 0 });
      writing(near, ['a', 'b', 'c']);
      const errors: unknown[] = [];
      far
        .read()
        .pipe(drainMap((buffer, index) => project(index)))
        .subscribe({ error: (error: unknown) => errors.push(error) });
      flush();
      const seen: string[] = [];
      far.read().subscribe((buffer) => seen.push(decode(buffer)));
      expect([errors, seen.at(-1)]).toEqual([[new Error('broken')], 'c']);
    });
  });

  it('passes 100,000 buffers through synchronous projections without holding or growing the stack', () => {
    const [near, far] = flowPair();
    let done = 0;
    far.read().pipe(drainMap(() => of(1))).subscribe((one) => (done += one));
    const buffer = utf8('x');
    for (let i = 0; i < 100_000; i += 1) near.write(buffer);
    expect(done).toBe(100_000);
  });

  it('passes 100,000 waiting buffers through projections that end during the call that released them', () => {
    const [near, far] = flowPair();
    const buffer = utf8('x');
    for (let i = 0; i < 100_000; i += 1) near.write(buffer);
    const gates = new Subject<void>();
    let done = 0;
    far
      .read()
      .pipe(drainMap(() => (done === 0 ? gates.pipe(take(1)) : of(undefined))))
      .subscribe(() => (done += 1));
    expect(done).toBe(0);
    gates.next();
    expect(done).toBe(100_000);
  });
});
