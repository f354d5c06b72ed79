import fc from 'fast-check';
import { concat, concatMap, defer, from, NEVER, Observable, of, range, Subject, type Subscriber, take, throwError, map, delay } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { FlowError } from '../../src/flow/flow-error.js';
import { fromObservable } from '../../src/memory/from-observable.js';
import { bytes, errorOf, logOf, refusalOf, text, writeOf } from './log-of.js';

/** An observer that logs what it is told. */
function logging(): { log: string[]; next(buffer: Uint8Array): void; error(error: FlowError): void; complete(): void } {
  const log: string[] = [];
  return {
    log,
    next: (buffer) => log.push(text(buffer)),
    error: (error) => log.push(`#${error.code}`),
    complete: () => log.push('|'),
  };
}

describe('fromObservable: the input', () => {
  it('reads what is emitted, by reference, without the empty buffers, and ends as it ends', () => {
    const first = bytes('a');
    const came: Uint8Array[] = [];
    const flow = fromObservable({ input: of(first, bytes(''), bytes('b')) });
    flow.read().pipe(take(1)).subscribe((buffer) => came.push(buffer));
    expect(came[0]).toBe(first);
    expect(logOf(flow.read())).toEqual(['b', '|']);
    expect(logOf(flow.read())).toEqual(['|']);
  });

  it('is subscribed by the first read, and only once', () => {
    let subscriptions = 0;
    const source = new Subject<Uint8Array>();
    const flow = fromObservable({ input: defer(() => ((subscriptions += 1), source)) });
    const reads = flow.read();
    expect(subscriptions).toBe(0);
    reads.subscribe().unsubscribe();
    const log = logOf(reads);
    expect(subscriptions).toBe(1);
    source.next(bytes('a'));
    expect(log).toEqual(['a']);
  });

  it('is not subscribed again by a read that has taken all that was queued', () => {
    let subscriptions = 0;
    const source = new Subject<Uint8Array>();
    const flow = fromObservable({ input: defer(() => ((subscriptions += 1), source)) });
    flow.read().subscribe().unsubscribe();
    source.next(bytes('queued'));
    const log = logOf(flow.read());
    source.next(bytes('next'));
    expect(log).toEqual(['queued', 'next']);
    expect(subscriptions).toBe(1);
  });

  it('queues what comes while nobody reads', () => {
    const source = new Subject<Uint8Array>();
    const flow = fromObservable({ input: source });
    flow.read().subscribe().unsubscribe();
    for (const one of ['a', 'b', 'c']) source.next(bytes(one));
    expect(logOf(flow.read().pipe(take(2)))).toEqual(['a', 'b', '|']);
    source.complete();
    expect(logOf(flow.read())).toEqual(['c', '|']);
  });

  it('breaks with `overflow` above maxQueuedBytes, after what was queued, and unsubscribes', () => {
    const source = new Subject<Uint8Array>();
    const output = logging();
    const flow = fromObservable({ input: source, output, maxQueuedBytes: 6, name: 'feed' });
    flow.read().subscribe().unsubscribe();
    source.next(bytes('abc'));
    source.next(bytes('def'));
    expect(source.observed).toBe(true);
    source.next(bytes('g'));
    expect(source.observed).toBe(false);
    expect(logOf(flow.read())).toEqual(['abc', 'def', '#overflow']);
    expect(errorOf(flow.closed)?.message).toBe('feed: 6 bytes wait unread (limit 6): the source cannot be paused');
    expect(output.log).toEqual(['#overflow']);
  });

  it('queues 64 MiB unless told otherwise', () => {
    const source = new Subject<Uint8Array>();
    const flow = fromObservable({ input: source });
    flow.read().subscribe().unsubscribe();
    const mebibyte = new Uint8Array(1024 * 1024);
    for (let i = 0; i < 64; i += 1) source.next(mebibyte);
    expect(source.observed).toBe(true);
    source.next(Uint8Array.of(1));
    expect(errorOf(flow.closed)?.code).toBe('overflow');
  });

  it('does not count what a reader takes at once', () => {
    const flow = fromObservable({ input: range(0, 100_000).pipe(map((i) => Uint8Array.of(i))), maxQueuedBytes: 1 });
    let count = 0;
    flow.read().subscribe((buffer) => (count += buffer.length));
    expect(count).toBe(100_000);
  });

  it('fails with `failed` and the cause, after the data before it, as the input errors', () => {
    const input = concat(of(bytes('a'), bytes('b')), throwError(() => new Error('line cut')));
    const flow = fromObservable({ input, name: 'feed' });
    expect(logOf(flow.read().pipe(take(1)))).toEqual(['a', '|']);
    expect(logOf(flow.read())).toEqual(['b', '#failed']);
    expect(errorOf(flow.read())).toMatchObject({ message: 'feed: the input failed', cause: new Error('line cut') });
  });

  it('passes on a FlowError as it is', () => {
    const thrown = new FlowError('reset', 'feed: the line was cut');
    expect(errorOf(fromObservable({ input: throwError(() => thrown) }).read())).toBe(thrown);
  });

  it.each<[string, unknown]>([
    ['a string', 'abc'],
    ['null', null],
    ['a Uint16Array', new Uint16Array(1)],
  ])('fails with `failed`, and unsubscribes, when the input emits %s', (described, value) => {
    const source = new Subject<any>();
    const flow = fromObservable({ input: source });
    const log = logOf(flow.read());
    source.next(bytes('a'));
    source.next(value);
    expect(log).toEqual(['a', '#failed']);
    expect(errorOf(flow.read())?.message).toBe(`observable: the input emitted ${described}, not a Uint8Array`);
    expect(source.observed).toBe(false);
  });

  it.each(['abort', 'close', 'shutdown'] as const)('is unsubscribed by %s', (end) => {
    const source = new Subject<Uint8Array>();
    const flow = fromObservable({ input: source });
    const log = logOf(flow.read());
    if (end === 'shutdown') flow.shutdown('read');
    else flow[end]();
    expect(log).toEqual([end === 'abort' ? '#aborted' : '|']);
    expect(source.observed).toBe(false);
  });

  it('stops a synchronous source in the middle, as its flow ends', () => {
    let emitted = 0;
    const input = new Observable<Uint8Array>((subscriber) => {
      while (!subscriber.closed && emitted < 1000) {
        emitted += 1;
        subscriber.next(bytes('x'));
      }
    });
    const flow = fromObservable({ input });
    flow.read().pipe(take(3)).subscribe({ complete: () => flow.abort() });
    expect(emitted).toBe(3);
  });

  it('is never subscribed by a flow that ends unread', () => {
    const subscribe = jest.fn();
    const input = new Observable<Uint8Array>(subscribe);
    fromObservable({ input }).close();
    fromObservable({ input }).abort();
    fromObservable({ input }).shutdown('read');
    expect(subscribe).not.toHaveBeenCalled();
  });

  it('runs in virtual time', () => {
    new TestScheduler((came, expected) => expect(came).toEqual(expected)).run(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const buffers = { a: bytes('a'), b: bytes('b') };
      const source = cold('-a-b-|', buffers);
      const flow = fromObservable({ input: source });
      expectObservable(hot('--s').pipe(concatMap(() => flow.read()))).toBe('---a-b-', buffers);
      expectSubscriptions(source.subscriptions).toBe('--^----!');
    });
  });

  it('reads any buffers in order, in any number of reads, whether they come at once or later', () => {
    const buffers = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 12 });
    fc.assert(
      fc.property(buffers, fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), fc.nat({ max: 2 }), (all, takes, wait) => {
        new TestScheduler(() => true).run(({ flush }) => {
          const input = from(all).pipe(concatMap((buffer) => (wait === 0 ? of(buffer) : of(buffer).pipe(delay(wait)))));
          const flow = fromObservable({ input });
          const came: Uint8Array[] = [];
          from([...takes, Infinity])
            .pipe(concatMap((count) => flow.read().pipe(take(count))))
            .subscribe((buffer) => came.push(buffer));
          flush();
          expect(came).toEqual(all.filter((buffer) => buffer.length > 0));
        });
      }),
    );
  });
});

describe('fromObservable: the output', () => {
  it("gives each write to `next`, by reference, and shutdown('write') to `complete`", () => {
    const output = new Subject<Uint8Array>();
    const log = logOf(output);
    let came: Uint8Array | undefined;
    output.subscribe((buffer) => (came = buffer));
    const flow = fromObservable({ input: NEVER, output });
    const written = bytes('a');
    expect(logOf(flow.write(written))).toEqual(['ok', '|']);
    expect(came).toBe(written);
    expect(logOf(flow.writev([bytes('b'), bytes(''), bytes('c')]))).toEqual(['ok', '|']);
    expect(logOf(flow.shutdown('write'))).toEqual(['|']);
    expect(log).toEqual(['a', 'b', 'c', '|']);
    expect(writeOf(flow, 'late')).toEqual(['closed', '|']);
  });

  it('gives the abort, or what else breaks the flow, to `error`', () => {
    const source = new Subject<Uint8Array>();
    const [aborted, broken] = [logging(), logging()];
    fromObservable({ output: aborted }).abort('enough');
    const flow = fromObservable({ input: source, output: broken });
    flow.read().subscribe({ error: () => {} });
    source.error(new Error('line cut'));
    expect([aborted.log, broken.log]).toEqual([['#aborted'], ['#failed']]);
  });

  it('tells an observer that is complete nothing more', () => {
    const output = logging();
    const flow = fromObservable({ input: NEVER, output });
    flow.shutdown('write');
    flow.abort();
    expect(output.log).toEqual(['|']);
  });

  it('fails the write on which `next` throws, and all later ones, and reading goes on', () => {
    const output = { ...logging(), next: () => { throw new Error('disk full'); } };
    const flow = fromObservable({ input: of(bytes('in')), output, name: 'disk' });
    const error = refusalOf(flow.write(bytes('a')));
    expect(error).toMatchObject({ code: 'failed', message: 'disk: the output failed', cause: new Error('disk full') });
    expect(refusalOf(flow.write(bytes('b')))).toBe(error);
    expect(logOf(flow.read())).toEqual(['in', '|']);
    flow.abort();
    expect(output.log).toEqual([]);
  });

  it('fails the flow when `complete` throws', () => {
    const output = { ...logging(), complete: () => { throw new Error('disk full'); } };
    const flow = fromObservable({ output });
    expect(errorOf(flow.shutdown('write'))).toMatchObject({ code: 'failed', cause: new Error('disk full') });
    expect(output.log).toEqual([]);
  });

  it('does not throw from abort() when `error` does', () => {
    const flow = fromObservable({ output: { ...logging(), error: () => { throw new Error('in use'); } } });
    expect(() => flow.abort()).not.toThrow();
    expect(errorOf(flow.closed)?.code).toBe('aborted');
  });

  it('makes do with an observer that has only `next`', () => {
    const log: string[] = [];
    const output = { next: (buffer: Uint8Array) => void log.push(text(buffer)) };
    const flow = fromObservable({ output });
    expect(writeOf(flow, 'a')).toEqual(['ok', '|']);
    expect(logOf(flow.close())).toEqual(['|']);
    fromObservable({ output }).abort();
    expect(log).toEqual(['a']);
  });

  it('is closed once its Subscriber is unsubscribed', () => {
    let output: Subscriber<Uint8Array> | undefined;
    const subscription = new Observable<Uint8Array>((subscriber) => void (output = subscriber)).subscribe();
    const flow = fromObservable({ output: output! });
    expect(writeOf(flow, 'a')).toEqual(['ok', '|']);
    subscription.unsubscribe();
    expect(writeOf(flow, 'b')).toEqual(['closed', '|']);
  });
});

describe('fromObservable: arguments', () => {
  it.each<[any, string]>([
    [1, 'fromObservable: options must be an object, not number 1'],
    [of(bytes('a')), 'fromObservable: options must be an object, not an Observable'],
    [{ input: [bytes('a')] }, 'fromObservable: input must be an Observable, not an array'],
    [{ output: null }, 'fromObservable: output must be an Observer, not null'],
    [{ output: {} }, 'fromObservable: output must be an Observer, not an object'],
    [{ name: 1 }, 'fromObservable: name must be a string, not number 1'],
    [{ maxQueuedBytes: 0 }, 'fromObservable: maxQueuedBytes must be a whole number of at least 1, not number 0'],
    [{ maxQueuedBytes: NaN }, 'fromObservable: maxQueuedBytes must be a whole number of at least 1, not number NaN'],
  ])('refuses %p with a TypeError', (options, message) => {
    expect(() => fromObservable(options)).toThrow(new TypeError(message));
  });

  it('is at EOF and closed with neither', () => {
    const flow = fromObservable();
    expect(logOf(flow.read())).toEqual(['|']);
    expect(writeOf(flow, 'x')).toEqual(['closed', '|']);
    expect(flow.name).toBe('observable');
  });
});
