import { concatMap, from, lastValueFrom, map, type Observable, of, Subject, take, throwError, timer, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import fc from 'fast-check';
import { concrete } from '../../../src/combinators/concrete.js';
import { drainMap } from '../../../src/combinators/drain-map.js';
import { detachFlow } from '../../../src/flow/detached.js';
import { FlowError } from '../../../src/flow/flow-error.js';
import type { Flow } from '../../../src/flow/flow.js';
import { makeFlow } from '../../../src/flow/make-flow.js';
import { record, type RecordOptions } from '../../../src/inspect/record/record.js';
import type { TapeEvent } from '../../../src/inspect/tape/tape-event.js';
import { flowPair } from '../../../src/memory/pair.js';
import { foreignFlow } from '../../support/foreign-flow.js';
import { describeConformanceInVirtualTime } from '../../support/run-conformance.js';
import { play, traffic } from '../any-traffic.js';
import { isDetached } from '../../support/is-detached.js';

describeConformanceInVirtualTime('record(flow) over a pair', {
  create: () => of(flowPair().map((flow) => record(flow).flow) as [Flow, Flow]),
  capabilities: { immediate: true, byReference: true },
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A tape's events so far, as short lines: `12 read "abc"`. */
function watch(tape: Observable<TapeEvent>): string[] {
  const lines: string[] = [];
  tape.subscribe({ next: (event) => lines.push(lineOf(event)), complete: () => lines.push('end of tape') });
  return lines;
}

function lineOf(event: TapeEvent): string {
  switch (event.kind) {
    case 'start':
      return `${event.at} start ${event.name}`;
    case 'gap':
      return `${event.at} gap of ${event.events}`;
    case 'demand':
      return `${event.at} ${event.wanted ? 'wanted' : 'not wanted'}`;
    case 'read':
      return `${event.at} read ${new TextDecoder().decode(event.data)}`;
    case 'write':
      return `${event.at} write ${event.id}: ${new TextDecoder().decode(event.data)}`;
    case 'write-result':
      return `${event.at} result ${event.id}: ${event.ok ? 'ok' : event.error.code}`;
    case 'shutdown':
      return `${event.at} shutdown ${event.mode} (${event.direction})`;
    case 'read-error':
    case 'broken':
      return `${event.at} ${event.kind}: ${event.error.code}`;
    case 'abort':
      return `${event.at} abort${event.reason === undefined ? '' : `: ${event.reason}`}`;
    default:
      return `${event.at} ${event.kind}`;
  }
}

function recordedPair(options: { capacity?: number } = {}): { flow: Flow; peer: Flow; tape: Observable<TapeEvent>; lines: string[] } {
  const [inner, peer] = flowPair(options);
  const { flow, tape } = record(inner);
  return { flow, peer, tape, lines: watch(tape) };
}

/** The clock stands still; RxJS's providers under a TestScheduler go before it. */
function stopTheClock(): void {
  beforeEach(() => {
    jest.useFakeTimers({ now: 0, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });
}

describe('the tape of a recorded flow', () => {
  stopTheClock();

  it('tells a conversation from its start to its end, with times of the virtual clock', () => {
    const scheduler = new TestScheduler(() => {});
    scheduler.run(() => {
      const { flow, peer, lines } = recordedPair();
      peer
        .read()
        .pipe(concatMap((question) => timer(5).pipe(map(() => question))))
        .subscribe({ next: () => peer.write(bytes('pong')), complete: () => peer.shutdown('write') });
      timer(10).subscribe(() => flow.write(bytes('ping')));
      timer(20).subscribe(() => flow.shutdown('write'));
      flow.read().subscribe();
      scheduler.flush();
      expect(lines).toEqual([
        '0 start pair a',
        '0 wanted',
        '10 write 1: ping',
        '10 result 1: ok',
        '15 read pong',
        '20 shutdown write (out)',
        '20 closed',
        '20 eof',
        '20 flushed',
        'end of tape',
      ]);
    });
  });

  it('shows how long a write was pending, and how long the reader was held', () => {
    const scheduler = new TestScheduler(() => {});
    scheduler.run(() => {
      const { flow, peer, lines } = recordedPair({ capacity: 2 });
      flow.write(bytes('abc'));
      timer(30).subscribe(() => peer.read().pipe(take(1)).subscribe());
      peer.write(bytes('1'));
      peer.write(bytes('2'));
      flow
        .read()
        .pipe(drainMap(() => timer(40)))
        .subscribe();
      scheduler.flush();
      expect(lines).toEqual([
        '0 start pair a',
        '0 write 1: abc',
        '0 wanted',
        '0 read 1',
        '0 not wanted',
        '30 result 1: ok',
        '40 wanted',
        '40 read 2',
        '40 not wanted',
        '80 wanted',
      ]);
    });
  });

  it('shows readers that come and go as demand, and two in turn without a break as one', () => {
    const { flow, peer, lines } = recordedPair();
    flow
      .read()
      .pipe(take(1))
      .subscribe({ complete: () => flow.read().subscribe() });
    peer.write(bytes('a'));
    peer.write(bytes('b'));
    expect(lines.slice(1)).toEqual(['0 wanted', '0 read a', '0 read b']);
  });

  it('says nothing of a second reader that is refused as busy', () => {
    const { flow, peer, lines } = recordedPair();
    flow.read().subscribe();
    const refused = jest.fn();
    flow.read().subscribe({ error: refused });
    peer.write(bytes('a'));
    expect(refused.mock.calls[0][0]).toMatchObject({ code: 'busy' });
    expect(lines.slice(1)).toEqual(['0 wanted', '0 read a']);
  });

  it('says nothing of one that is refused as busy by a flow with codes of its own, and goes on', () => {
    const [inner, peer] = flowPair();
    const { flow, tape } = record(concrete(inner));
    const lines = watch(tape);
    flow.read().subscribe();
    const refused = jest.fn();
    flow.read().subscribe({ error: refused });
    peer.write(bytes('a'));
    peer.shutdown('write');
    expect(refused.mock.calls[0][0]).toMatchObject({ code: 'failed' });
    expect(lines.slice(1)).toEqual(['0 wanted', '0 read a', '0 eof']);
  });

  it('keeps a failure of a code that it does not know as `failed`, the code in its text', () => {
    const failure = new FlowError('lost' as 'reset', 'new: gone');
    const { tape } = record({ ...foreignFlow(flowPair()[0]), closed: throwError(() => failure) });
    const events: TapeEvent[] = [];
    tape.subscribe((event) => events.push(event));
    expect(events.at(-1)).toMatchObject({ kind: 'broken', error: { code: 'failed', message: 'lost: new: gone' } });
  });

  it('numbers writes, joins the pieces of a writev, and tells failed results with their code', () => {
    const { flow, lines } = recordedPair();
    flow.writev([bytes('ab'), bytes(''), bytes('c')]);
    flow.shutdown('write');
    flow.write(bytes('late'));
    expect(lines.slice(1)).toEqual([
      '0 write 1: abc',
      '0 result 1: ok',
      '0 shutdown write (out)',
      '0 flushed',
      '0 write 2: late',
      '0 result 2: closed',
    ]);
  });

  it('takes no number for a write that is too large to be held', () => {
    const { flow, lines } = recordedPair();
    const large = new Uint8Array(2 ** 28);
    expect(() => flow.writev(Array<Uint8Array>(2 ** 20).fill(large))).toThrow(/Invalid typed array length|Array buffer allocation failed/);
    flow.write(bytes('a'));
    expect(lines.slice(1)).toEqual(['0 write 1: a', '0 result 1: ok']);
  });

  it('tells each call of shutdown, and the flush once', () => {
    const { flow, lines } = recordedPair();
    flow.shutdown('write');
    flow.shutdown('write');
    flow.shutdown('read_write');
    expect(lines.slice(1)).toEqual(['0 shutdown write (out)', '0 flushed', '0 shutdown write (out)', '0 shutdown read_write (both)']);
  });

  it('tells an abort with its reason, and what it does to pending reads and writes', () => {
    const { flow, lines } = recordedPair({ capacity: 1 });
    flow.read().subscribe({ error: () => {} });
    flow.write(bytes('abc'));
    flow.abort(new Error('enough'));
    expect(lines.slice(1)).toEqual([
      '0 wanted',
      '0 write 1: abc',
      '0 abort: enough',
      '0 result 1: aborted',
      '0 read-error: aborted',
      '0 broken: aborted',
      'end of tape',
    ]);
  });

  it('keeps errors as plain data: code, message, and the text of the cause', () => {
    const [inner] = flowPair();
    const { flow, tape } = record(inner);
    flow.abort(new Error('enough'));
    const events: TapeEvent[] = [];
    tape.subscribe((event) => events.push(event));
    expect(events.at(-1)).toEqual({
      at: 0,
      kind: 'broken',
      direction: 'both',
      error: { code: 'aborted', message: 'pair a: aborted', cause: 'enough' },
    });
  });

  it('shows a reset by the peer after the data before it', () => {
    const { flow, peer, lines } = recordedPair();
    peer.write(bytes('last words'));
    peer.abort();
    flow.read().subscribe({ error: () => {} });
    expect(lines.slice(1)).toEqual(['0 broken: reset', 'end of tape']);
  });

  it('goes on after the end for as long as the reader of that moment has data left', () => {
    const { flow, peer, lines } = recordedPair();
    const gate = new Subject<void>();
    flow
      .read()
      .pipe(drainMap(() => gate.pipe(take(1))))
      .subscribe();
    peer.write(bytes('a'));
    peer.write(bytes('b'));
    flow.close();
    peer.close();
    expect(lines.slice(-1)).toEqual(['0 closed']);
    gate.next();
    gate.next();
    expect(lines.slice(-7)).toEqual(['0 closed', '0 wanted', '0 read b', '0 not wanted', '0 wanted', '0 eof', 'end of tape']);
  });

  it('completes at the end if nobody reads, though there is data left', async () => {
    const [inner, peer] = flowPair();
    const { flow, tape } = record(inner);
    peer.write(bytes('unread'));
    peer.close();
    flow.close();
    const events = await lastValueFrom(tape.pipe(toArray()));
    expect(events.map((event) => event.kind)).toEqual(['start', 'close', 'closed']);
    expect(await lastValueFrom(flow.read().pipe(toArray()))).toEqual([bytes('unread')]);
  });

  it('leaves the end of a read that shutdown ended to the shutdown', () => {
    const { flow, lines } = recordedPair();
    flow.read().subscribe();
    flow.shutdown('read');
    expect(lines.slice(1)).toEqual(['0 wanted', '0 shutdown read (in)']);
  });

  it('starts with what was so far, for each subscriber', () => {
    const [inner, peer] = flowPair();
    const { flow, tape } = record(inner);
    flow.read().subscribe();
    peer.write(bytes('a'));
    const early = watch(tape);
    peer.write(bytes('b'));
    const late = watch(tape);
    peer.write(bytes('c'));
    expect(early).toEqual(['0 start pair a', '0 wanted', '0 read a', '0 read b', '0 read c']);
    expect(late).toEqual(early);
  });

  it('holds the latest events within its limits when nobody listens, and says how many are lost', () => {
    const [inner, peer] = flowPair();
    const { flow, tape } = record(inner, { maxEvents: 3 });
    flow.read().subscribe();
    for (const text of 'abcdefgh') peer.write(bytes(text));
    expect(watch(tape)).toEqual(['0 start pair a', '0 gap of 6', '0 read f', '0 read g', '0 read h']);
  });

  it('limits the bytes it holds, the newest event apart', () => {
    const [inner, peer] = flowPair();
    const { flow, tape } = record(inner, { maxBytes: 10 });
    flow.read().subscribe();
    for (const text of ['aaaa', 'bbbb', 'cccc']) peer.write(bytes(text));
    expect(watch(tape)).toEqual(['0 start pair a', '0 gap of 2', '0 read bbbb', '0 read cccc']);
    peer.write(bytes('d'.repeat(20)));
    expect(watch(tape).slice(1)).toEqual(['0 gap of 4', `0 read ${'d'.repeat(20)}`]);
  });

  it('does not keep a large memory alive for a small view of it', () => {
    const [inner, peer] = flowPair();
    const { flow, tape } = record(inner);
    flow.read().subscribe();
    const slab = new Uint8Array(65536);
    peer.write(slab.subarray(0, 16));
    const events: TapeEvent[] = [];
    tape.subscribe((event) => events.push(event));
    const read = events.at(-1);
    expect(read?.kind === 'read' && read.data.buffer.byteLength).toBe(16);
  });

  it('gives every listener the same order, though one of them writes in answer to an event', () => {
    const [inner, peer] = flowPair();
    const { flow, tape } = record(inner);
    const first: string[] = [];
    tape.subscribe((event) => {
      first.push(lineOf(event));
      if (event.kind === 'read') flow.write(bytes('answer'));
    });
    const second = watch(tape);
    flow.read().subscribe();
    peer.write(bytes('a'));
    expect(second).toEqual(['0 start pair a', '0 wanted', '0 read a', '0 write 1: answer', '0 result 1: ok']);
    expect(first).toEqual(second);
  });

  it('slows the reads down to the speed of its consumer, so that nothing piles up in between', () => {
    const scheduler = new TestScheduler(() => {});
    scheduler.run(() => {
      const [inner, peer] = flowPair({ capacity: 4 });
      const { flow, tape } = record(inner);
      let behind = 0;
      let most = 0;
      tape
        .pipe(
          map((event) => {
            most = Math.max(most, (behind += 1));
            return event;
          }),
          drainMap(() => timer(10).pipe(map(() => (behind -= 1)))),
        )
        .subscribe();
      let read = 0;
      flow.read().subscribe(() => (read += 1));
      for (let i = 0; i < 1000; i += 1) peer.write(Uint8Array.of(i));
      scheduler.flush();
      expect(read).toBe(1000);
      expect(most).toBeLessThan(5);
    });
  });

  it('is not disturbed by a listener that throws', () => {
    const [inner, peer] = flowPair();
    const { flow, tape } = record(inner);
    tape.subscribe(() => {
      throw new Error('bad listener');
    });
    const lines = watch(tape);
    const got = jest.fn();
    flow.read().subscribe(got);
    peer.write(bytes('a'));
    expect(got).toHaveBeenCalledTimes(1);
    expect(lines).toContain('0 read a');
    expect(() => jest.runAllTimers()).toThrow('bad listener');
  });

  it('never goes back in time, though the clock does', () => {
    const { flow, lines } = recordedPair();
    jest.setSystemTime(10);
    flow.write(bytes('a'));
    jest.setSystemTime(5);
    flow.write(bytes('b'));
    expect(lines.slice(-2)).toEqual(['10 write 2: b', '10 result 2: ok']);
  });
});

describe('a recorded flow', () => {
  stopTheClock();

  it('passes a detach to the flow inside', () => {
    const [inner] = flowPair();
    const { flow } = record(inner);
    expect(isDetached(flow)).toBe(false);
    detachFlow(flow);
    expect([isDetached(inner), isDetached(flow)]).toEqual([true, true]);
  });

  it('cannot be detached where the flow inside knows of no detaching', () => {
    const { flow } = record(foreignFlow(flowPair()[0]));
    detachFlow(flow);
    expect(isDetached(flow)).toBe(false);
  });

  it('has the name and the end of the flow inside', () => {
    const [inner] = flowPair({ name: 'line' });
    const { flow } = record(inner);
    expect(flow.name).toBe('line a');
    expect(flow.closed).toBe(inner.closed);
  });

  it('throws what the flow inside throws, and puts nothing of it on the tape', () => {
    const { flow, lines } = recordedPair();
    const wrong = flow as unknown as Record<string, (argument: unknown) => void>;
    expect(() => wrong['write']!('text')).toThrow(/write\(\) takes a Uint8Array, not a string/);
    expect(() => wrong['writev']!([bytes('a'), 'text'])).toThrow(/buffers\[1\]/);
    expect(() => wrong['writev']!([bytes('a'), , bytes('b')])).toThrow(/buffers\[1\]/);
    expect(() => wrong['writev']!('text')).toThrow(/writev\(\) takes an array/);
    expect(() => wrong['shutdown']!('both')).toThrow(/'read_write', not "both"/);
    expect(lines).toEqual(['0 start pair a']);
  });

  it('records a flow that is over already', () => {
    const [inner, peer] = flowPair();
    inner.close();
    peer.close();
    expect(watch(record(inner).tape)).toEqual(['0 start pair a', '0 closed', 'end of tape']);
  });

  it('gives the results of the flow inside, failures included', () => {
    const failure = new FlowError('failed', 'no room');
    const inner = makeFlow({ name: 'full', open: (link) => link.refuse(failure), write: () => true, end: () => {}, abort: () => {} });
    const { flow, tape } = record(inner);
    const results: unknown[] = [];
    flow.write(bytes('a')).subscribe((result) => results.push(result));
    expect(results).toEqual([{ ok: false, error: failure }]);
    expect(watch(tape).at(-1)).toBe('0 result 1: failed');
  });

  it.each<[string, unknown, unknown, RegExp]>([
    ['a flow', undefined, {}, /record: flow must be a Flow, not undefined/],
    ['options', flowPair()[0], null, /record: options must be an object, not null/],
    ['a number of events', flowPair()[0], { maxEvents: 0 }, /record: maxEvents must be a whole number of at least 1, not number 0/],
    ['a number of bytes', flowPair()[0], { maxBytes: '1' }, /record: maxBytes must be a whole number of at least 1, not a string/],
  ])('is made of %s or not at all', (_, flow, options, message) => {
    expect(() => record(flow as Flow, options as RecordOptions)).toThrow(message);
  });
});

describe('recording', () => {
  it('changes nothing that either side can see, whatever they do', () => {
    fc.assert(
      fc.property(traffic, (steps) => {
        expect(play(steps, (flow) => record(flow).flow)).toEqual(play(steps, (flow) => flow));
      }),
      { numRuns: 200 },
    );
  });

  it('puts on the tape exactly the bytes that were read and written', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 8 })), fc.array(fc.uint8Array({ maxLength: 8 })), (inbound, outbound) => {
        const [inner, peer] = flowPair();
        const { flow, tape } = record(inner);
        flow.read().subscribe();
        from(inbound).subscribe((buffer) => peer.write(buffer));
        for (const buffer of outbound) flow.write(buffer);
        const events: TapeEvent[] = [];
        tape.subscribe((event) => events.push(event));
        const on = (kind: 'read' | 'write') => events.flatMap((event) => (event.kind === kind ? [event.data] : []));
        expect([on('read'), on('write')]).toEqual([inbound, outbound]);
      }),
    );
  });
});
