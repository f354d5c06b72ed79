import { concat, firstValueFrom, from, map, merge, mergeMap, NEVER, of, reduce, share, Subject, throwError, type Observable } from 'rxjs';
import { asSink } from '../../src/combinators/as-sink.js';
import { drainMap } from '../../src/combinators/drain-map.js';
import type { Flow } from '../../src/flow/flow.js';
import { FlowError } from '../../src/flow/flow-error.js';
import { makeFlow } from '../../src/flow/make-flow.js';
import type { FlowLink } from '../../src/flow/transport.js';
import { utf8 } from '../../src/flow/utf8.js';
import { fromArray } from '../../src/memory/from-array.js';
import { flowPair } from '../../src/memory/pair.js';
import { foreignFlow } from '../support/foreign-flow.js';

const decode = (buffer: Uint8Array) => new TextDecoder().decode(buffer);

/** What an Observable of buffers did so far: its texts, then `|` or `#` and the error's code or message. */
function logOf(source: Observable<Uint8Array>): string[] {
  const log: string[] = [];
  source.subscribe({
    next: (buffer) => log.push(decode(buffer)),
    error: (error: unknown) => log.push(`#${error instanceof FlowError ? error.code : String(error)}`),
    complete: () => log.push('|'),
  });
  return log;
}

/** A flow whose writes stay in hand until `link.ready()`. */
function manualFlow(): { flow: Flow; link: FlowLink; written: string[] } {
  let link!: FlowLink;
  const written: string[] = [];
  const flow = makeFlow({
    name: 'manual',
    open: (engine) => {
      link = engine;
    },
    write: (buffer) => {
      written.push(decode(buffer));
      return false;
    },
    end: () => {
      written.push('|');
      link.finished();
    },
    abort: () => written.push('#'),
  });
  return { flow, link, written };
}

/** A flow with these buffers to read, then nothing; `left()` reads what nobody has read yet. */
function sourceOf(...buffers: string[]): { flow: Flow; peer: Flow; left: () => string[] } {
  const [peer, flow] = flowPair();
  for (const buffer of buffers) peer.write(utf8(buffer));
  return { flow, peer, left: () => logOf(flow.read()) };
}

describe.each([
  ['a flow of this package', (flow: Flow) => flow],
  ["another library's flow", foreignFlow],
])('asSink of %s', (_, dress) => {
  it('writes what it is given, and ends the write side where the source completes', () => {
    const [near, far] = flowPair();
    from(['a', 'b', ''].map(utf8)).subscribe(asSink(dress(near)));
    expect(logOf(far.read())).toEqual(['a', 'b', '|']);
  });

  it('is a pipe with backpressure between two flows', () => {
    const source = sourceOf('a', 'b', 'c');
    const { flow, link, written } = manualFlow();
    const accepted: boolean[] = [];
    source.peer.write(utf8('d')).subscribe(() => accepted.push(true));
    source.flow.read().subscribe(asSink(dress(flow)));
    expect(written).toEqual(['a']);
    link.ready();
    expect(written).toEqual(['a', 'b']);
    link.ready();
    link.ready();
    link.ready();
    source.peer.shutdown('write');
    expect(written).toEqual(['a', 'b', 'c', 'd', '|']);
  });

  it('holds through synchronous operators, until the whole chunk is through', () => {
    const source = sourceOf('ab', 'cd');
    const { flow, link, written } = manualFlow();
    source.flow
      .read()
      .pipe(
        mergeMap((buffer) => [buffer.subarray(0, 1), buffer.subarray(1)]),
        map((buffer) => buffer),
      )
      .subscribe(asSink(dress(flow)));
    link.ready();
    expect(written).toEqual(['a', 'b']);
    link.ready();
    expect(written).toEqual(['a', 'b', 'c']);
  });

  it('taps the buffers as they are accepted, and completes its taps when the write side has shut down', () => {
    const { flow, link } = manualFlow();
    const sink = asSink(dress(flow));
    const tap = logOf(sink);
    from(['a', 'b'].map(utf8)).subscribe(sink);
    expect(tap).toEqual([]);
    link.ready();
    expect(tap).toEqual(['a']);
    link.ready();
    expect(tap).toEqual(['a', 'b', '|']);
    expect(logOf(sink)).toEqual(['|']);
  });

  it("aborts the flow for a source's error, and passes the reason to its taps", () => {
    const [near, far] = flowPair();
    const sink = asSink(dress(near));
    const tap = logOf(sink);
    const reason = new Error('broken');
    const closed: unknown[] = [];
    near.closed.subscribe({ error: (error: unknown) => closed.push(error) });
    concat(of(utf8('a')), throwError(() => reason)).subscribe(sink);
    expect(tap).toEqual(['a', '#Error: broken']);
    expect(closed).toEqual([expect.objectContaining({ code: 'aborted', cause: reason })]);
    expect(logOf(far.read())).toEqual(['a', '#reset']);
  });

  it('errors its taps as soon as a write fails, and keeps what the source has not delivered', () => {
    const source = sourceOf('a', 'b', 'c');
    const [near] = flowPair();
    near.shutdown('write');
    const sink = asSink(dress(near));
    const tap = logOf(sink);
    const subscription = source.flow.read().subscribe(sink);
    expect(tap).toEqual(['#closed']);
    subscription.unsubscribe();
    expect(source.left()).toEqual(['b', 'c']);
  });

  it('keeps the source paused when a write that waited fails', () => {
    const source = sourceOf('a', 'b', 'c');
    const { flow, link, written } = manualFlow();
    const sink = asSink(dress(flow));
    const tap = logOf(sink);
    const subscription = source.flow.read().subscribe(sink);
    link.refuse(new FlowError('closed', 'manual: full'));
    expect([tap, written]).toEqual([['#closed'], ['a']]);
    subscription.unsubscribe();
    expect(source.left()).toEqual(['b', 'c']);
  });

  it('pulls no second source while a write of the first waits, and keeps both paused when it fails', () => {
    const [first, second] = [sourceOf('a', 'b', 'c'), sourceOf('d', 'e', 'f')];
    const { flow, link, written } = manualFlow();
    const subscription = merge(first.flow.read(), second.flow.read()).subscribe(asSink(dress(flow)));
    link.ready();
    link.ready();
    expect(written).toEqual(['a', 'd', 'b']);
    link.refuse(new FlowError('closed', 'manual: full'));
    subscription.unsubscribe();
    expect([first.left(), second.left()]).toEqual([['c'], ['e', 'f']]);
  });

  it.each<[string, (source: Observable<Uint8Array>) => Observable<Uint8Array>]>([
    ['through operators', (source) => source.pipe(mergeMap((buffer) => of(buffer)), map((buffer) => buffer))],
    ['with others', (source) => merge(NEVER, source, NEVER)],
  ])('keeps a source paused that comes to it %s', (__, chain) => {
    const source = sourceOf('a', 'b');
    const [near] = flowPair();
    near.shutdown('write');
    const subscription = chain(source.flow.read()).subscribe(asSink(dress(near)));
    subscription.unsubscribe();
    expect(source.left()).toEqual(['b']);
  });

  it.each(['at once', 'while a write waits'])('leaves a read that others share to them, when it fails %s', (when) => {
    const source = sourceOf();
    const { flow, link } = manualFlow();
    if (when === 'at once') flow.shutdown('write');
    const shared = source.flow.read().pipe(share());
    const others = logOf(shared);
    const sink = asSink(dress(flow));
    shared.subscribe(sink);
    const tap = logOf(sink);
    for (const text of ['a', 'b', 'c']) source.peer.write(utf8(text));
    if (when === 'while a write waits') {
      expect(others).toEqual(['a']);
      link.refuse(new FlowError('closed', 'manual: full'));
    }
    expect(tap).toEqual(['#closed']);
    expect(others).toEqual(['a', 'b', 'c']);
  });

  it('pauses a flow that is piped into it after its end', () => {
    const [near] = flowPair();
    const sink = asSink(dress(near));
    sink.complete();
    const source = sourceOf('a', 'b');
    source.flow.read().subscribe(sink).unsubscribe();
    expect(source.left()).toEqual(['b']);
  });

  it('lets a reader go on that only delivers around the one it pauses', () => {
    const [near] = flowPair();
    near.shutdown('write');
    const sink = asSink(dress(near));
    const around = sourceOf('1', '2', '3');
    const inner = sourceOf();
    inner.flow.read().subscribe(sink);
    const seen: string[] = [];
    around.flow.read().subscribe((buffer) => {
      seen.push(decode(buffer));
      inner.peer.write(buffer);
    });
    expect(seen).toEqual(['1', '2', '3']);
  });

  it('ignores a second end, and what is said after one', () => {
    const { flow, written } = manualFlow();
    const sink = asSink(dress(flow));
    const tap = logOf(sink);
    sink.complete();
    const late = [() => sink.complete(), () => sink.next(utf8('late')), () => sink.error(new Error('late'))];
    for (const say of late) say();
    expect([tap, written]).toEqual([['|'], ['|']]);
  });

  it('passes 100,000 buffers on without growing the stack', () => {
    const [peer, source] = flowPair();
    const [near, far] = flowPair();
    let bytes = 0;
    far.read().subscribe((buffer) => (bytes += buffer.byteLength));
    source.read().subscribe(asSink(dress(near)));
    const buffer = utf8('x');
    for (let i = 0; i < 100_000; i += 1) peer.write(buffer);
    expect(bytes).toBe(100_000);
  });
});

describe('asSink', () => {
  it('errors its taps when the flow breaks while it shuts down', () => {
    const { flow, link } = manualFlow();
    const sink = asSink(flow);
    const tap = logOf(sink);
    sink.next(utf8('a'));
    sink.complete();
    link.fail(new FlowError('reset', 'manual: reset'));
    expect(tap).toEqual(['#reset']);
  });

  it('lets its readers go when it is unsubscribed, and refuses what comes later', () => {
    const source = sourceOf('a', 'b');
    const { flow, link, written } = manualFlow();
    const sink = asSink(flow);
    const seen: string[] = [];
    source.flow.read().subscribe((buffer) => {
      seen.push(decode(buffer));
      if (!sink.closed) sink.next(buffer);
    });
    expect(seen).toEqual(['a']);
    sink.unsubscribe();
    expect(seen).toEqual(['a', 'b']);
    expect(() => sink.next(utf8('c'))).toThrow('object unsubscribed');
    expect(() => sink.complete()).toThrow('object unsubscribed');
    expect(() => sink.error(new Error('late'))).toThrow('object unsubscribed');
    link.ready();
    expect(written).toEqual(['a']);
  });

  it('gives the readers that it held back when it errors', () => {
    const around = sourceOf('1', '2');
    const { flow } = manualFlow();
    const sink = asSink(flow);
    const seen: string[] = [];
    around.flow.read().subscribe((buffer) => {
      seen.push(decode(buffer));
      if (seen.length === 1) sink.next(buffer);
    });
    expect(seen).toEqual(['1']);
    sink.error(new Error('broken'));
    expect(seen).toEqual(['1', '2']);
  });

  it('works as the Subject that it is', () => {
    const [near] = flowPair();
    const sink = asSink(near);
    const seen: number[] = [];
    sink.pipe(map((buffer) => buffer.byteLength)).subscribe((size) => seen.push(size));
    sink.next(utf8('abc'));
    expect([sink instanceof Subject, seen]).toEqual([true, [3]]);
  });

  it('names what came instead of a flow or a buffer', () => {
    expect(() => asSink('x' as never)).toThrow(new TypeError('asSink: flow must be a Flow, not a string'));
    const [near] = flowPair();
    expect(() => asSink(near).next('x' as never)).toThrow(new TypeError('pair a: a sink takes Uint8Arrays, not a string'));
  });

  it('aborts where an item could not be written, in place of an end that would look whole', () => {
    const [near, far] = flowPair();
    const sink = asSink(near);
    sink.next(utf8('one'));
    expect(() => sink.next('two' as never)).toThrow(TypeError);
    sink.next(utf8('three'));
    sink.complete();
    expect(logOf(far.read())).toEqual(['one', 'three', '#reset']);
    let reason: unknown;
    near.closed.subscribe({ error: (error: FlowError) => (reason = error.cause) });
    expect(reason).toEqual(new TypeError('pair a: a sink takes Uint8Arrays, not a string'));
  });

  it('carries what a thousand flows give it, a little at a time', async () => {
    const [near, far] = flowPair({ capacity: 64 });
    const text = 'x'.repeat(8);
    merge(...Array.from({ length: 1000 }, () => fromArray([text, text, text]).read())).subscribe(asSink(near));
    const carried = far.read().pipe(drainMap((buffer) => Promise.resolve(buffer.length)), reduce((sum, size) => sum + size, 0));
    expect(await firstValueFrom(carried)).toBe(1000 * 3 * 8);
  });

  it('holds nothing for sources that are no flows', () => {
    const { flow, link, written } = manualFlow();
    const source = concat(from(['a', 'b', 'c'].map(utf8)), NEVER);
    source.subscribe(asSink(flow));
    for (let i = 0; i < 3; i += 1) link.ready();
    expect(written).toEqual(['a', 'b', 'c']);
  });
});
