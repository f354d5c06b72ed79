// Protocols and what goes wrong with them, as marbles: minutes of their time that take none of ours.

import { concatMap, defer, map, mergeMap, Observable, retry, scan, take, tap, throwError, timer } from 'rxjs';
import { drainMap, flowPair, isFlowError, lines, utf8, withIdleTimeout, type Flow } from '../../src/index.js';
import { FlowTestScheduler, flowScript, withFaults, type FlowRunHelpers } from '../../src/testing.js';

const marbles = (test: (helpers: FlowRunHelpers) => void) => () =>
  new FlowTestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);

const ok = { y: true };
const accepted = (flow: Flow, bytes: Uint8Array) => flow.write(bytes).pipe(map((result) => result.ok));

describe('a line with latency', () => {
  it(
    'carries bytes, then EOF, each one latency after it departed',
    marbles(({ expectReads }) => {
      const [a, b] = flowPair({ latencyMs: 4 });
      timer(0, 3).pipe(take(3)).subscribe({ next: (at) => a.write(utf8(`${at}`)), complete: () => a.shutdown('write') });
      //  departs      0--1--(2|)
      expectReads(b).toBe('----0--1--(2|)');
    }),
  );

  it(
    'answers a ping one round trip later',
    marbles(({ expectReads }) => {
      const [a, b] = flowPair({ latencyMs: 25 });
      b.read().subscribe((ping) => b.write(ping));
      a.write(utf8('p'));
      timer(10).subscribe(() => a.write(utf8('q')));
      expectReads(a).toBe('50ms p 9ms q');
    }),
  );
});

describe('a line with a bandwidth', () => {
  it(
    'hands over each buffer when its last byte has come',
    marbles(({ expectReads }) => {
      const [a, b] = flowPair({ bytesPerSecond: 1000 });
      a.writev([utf8('five!'), utf8('two'), utf8('.')]);
      a.shutdown('write');
      expectReads(b).toBe('-----a--b(c|)', { a: 'five!', b: 'two', c: '.' });
    }),
  );

  it(
    'holds writes back once it is full',
    marbles(({ expectObservable, expectReads }) => {
      const [a, b] = flowPair({ bytesPerSecond: 1000, capacity: 10 });
      expectReads(b).toBe('10ms a 9ms b', { a: '0123456789', b: '9876543210' });
      expectObservable(accepted(a, utf8('0123456789'))).toBe('(y|)', ok);
      expectObservable(accepted(a, utf8('9876543210'))).toBe('10ms (y|)', ok);
    }),
  );

  it(
    'goes no faster than its reader',
    marbles(({ expectObservable }) => {
      const [a, b] = flowPair({ bytesPerSecond: 1_000_000, capacity: 1000 });
      const sizes = b.read().pipe(drainMap((buffer) => timer(100).pipe(map(() => buffer.byteLength))));
      expectObservable(sizes.pipe(take(3))).toBe('101ms x 99ms x 99ms (x|)', { x: 1000 });
      const last = [1, 2, 3].map(() => accepted(a, new Uint8Array(1000))).at(-1)!;
      // The reader has taken the first buffer, the second is unread, and the third may depart: at 101 ms.
      expectObservable(last).toBe('101ms (y|)', ok);
    }),
  );
});

describe('an idle timeout', () => {
  it(
    'fires so long after the last byte, and says so to both sides',
    marbles(({ expectReads, coldFlow, expectWrites }) => {
      const peer = coldFlow('-a-b');
      expectReads(withIdleTimeout(peer, 1000)).toBe('-a-b 999ms #', {}, 'timeout');
      expectWrites(peer).toBe('1003ms #');
    }),
  );

  it(
    'does not fire while either side writes',
    marbles(({ coldFlow, expectReads }) => {
      const flow = withIdleTimeout(coldFlow('a 39ms b 79ms c'), 50);
      timer(80).subscribe(() => flow.write(utf8('x')));
      expectReads(flow).toBe('a 39ms b 79ms c 49ms #', {}, 'timeout');
    }),
  );
});

describe('reconnecting', () => {
  it(
    'backs off, and starts anew once it has succeeded',
    marbles(({ expectObservable }) => {
      const scripts = [
        flowScript().readError(new Error('refused')),
        flowScript().wait(5).readError(new Error('refused')),
        flowScript().wait(5).read('up\n').readError(new Error('lost')),
        flowScript().read('again').eof(),
      ];
      const messages = defer(() => scripts.shift()!.build().read()).pipe(
        lines(),
        retry({ delay: (_, attempt) => timer(10 * 2 ** (attempt - 1)), resetOnSuccess: true }),
      );
      // 10 ms after the first failure, 20 ms after the second, each attempt taking 5 ms; after a success, 10 ms again.
      expectObservable(messages).toBe('40ms u 9ms (a|)', { u: 'up', a: 'again' });
    }),
  );

  it(
    'connects anew when the line breaks, and aborts what it leaves behind',
    marbles(({ expectObservable }) => {
      const aborted: number[] = [];
      let attempts = 0;
      // As every creator does: subscribing connects, and unsubscribing aborts.
      const connect = () =>
        new Observable<Flow>((subscriber) => {
          attempts += 1;
          const [near, far] = flowPair({ latencyMs: 2 });
          far.closed.subscribe({ error: () => aborted.push(attempts) });
          far.write(utf8(`hello ${attempts}\n`));
          subscriber.next(withFaults(near, attempts < 3 ? { resetAfterMs: 10 } : {}));
          return () => near.abort();
        });
      const greetings = connect().pipe(
        mergeMap((flow) => flow.read()),
        lines(),
        retry({ delay: (error: unknown) => (isFlowError(error, 'reset') ? timer(100) : throwError(() => error)) }),
      );
      expectObservable(greetings, '^ 300ms !').toBe('--a 109ms b 109ms c', { a: 'hello 1', b: 'hello 2', c: 'hello 3' });
      timer(400).subscribe(() => expect(aborted).toEqual([1, 2, 3]));
    }),
  );
});

describe('a request/response protocol over a slow line', () => {
  /** Adds up what it is sent, a number a line, and answers with each sum. */
  const serve = (flow: Flow) =>
    flow
      .read()
      .pipe(
        lines(),
        scan((sum, line) => sum + Number(line), 0),
        drainMap((sum) => flow.write(utf8(`${sum}\n`))),
      )
      .subscribe({ complete: () => flow.close(), error: () => undefined });

  it(
    'takes one round trip and the time of its bytes',
    marbles(({ expectObservable }) => {
      const [client, server] = flowPair({ latencyMs: 50, bytesPerSecond: 1000 });
      serve(server);
      client.write(utf8('12\n'));
      // 3 bytes there (3 ms + 50 ms), and "12\n" back.
      expectObservable(client.read().pipe(lines())).toBe('106ms a', { a: '12' });
    }),
  );

  it(
    'pipelines: a second request costs no second round trip',
    marbles(({ expectObservable }) => {
      const [client, server] = flowPair({ latencyMs: 50, bytesPerSecond: 1000 });
      serve(server);
      for (const number of ['1', '2', '3']) client.write(utf8(`${number}\n`));
      expectObservable(client.read().pipe(lines())).toBe('104ms a-b-c', { a: '1', b: '3', c: '6' });
    }),
  );

  it(
    'asks one after the other, and closes in order: both sides agree on the end',
    marbles(({ expectObservable }) => {
      const [client, server] = flowPair({ latencyMs: 50 });
      serve(server);
      const answers = client.read().pipe(lines());
      const asked = timer(0).pipe(
        tap(() => client.write(utf8('5\n'))),
        concatMap(() => answers.pipe(take(1))),
        tap(() => client.write(utf8('6\n'))),
      );
      expectObservable(asked).toBe('100ms (a|)', { a: '5' });
      expectObservable(timer(200).pipe(mergeMap(() => client.read().pipe(lines(), take(1))))).toBe('200ms (b|)', { b: '11' });
      expectObservable(timer(300).pipe(mergeMap(() => client.close()))).toBe('400ms (u|)', { u: undefined });
      expectObservable(timer(399).pipe(mergeMap(() => client.read()))).toBe('400ms |');
      expectObservable(server.closed).toBe('350ms (u|)', { u: undefined });
    }),
  );

  it(
    'runs the same over a faulty line, byte by byte',
    marbles(({ expectObservable }) => {
      const [near, far] = flowPair();
      const client = withFaults(near, { latencyMs: 30, jitterMs: 30, slice: 1, bytesPerSecond: 300, seed: 5 });
      serve(far);
      for (const number of ['10', '20', '30']) client.write(utf8(`${number}\n`));
      expectObservable(client.read().pipe(lines())).toBe('87ms a 15ms b 28ms c', { a: '10', b: '30', c: '60' });
    }),
  );
});
