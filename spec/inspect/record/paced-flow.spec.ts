import fc from 'fast-check';
import { asyncScheduler, concatMap, EMPTY, from, map, type MonoTypeOperatorFunction, NEVER, Observable, of, range, take, tap, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { channel } from '../../../src/codec/channel.js';
import { asSink } from '../../../src/combinators/as-sink.js';
import { concrete } from '../../../src/combinators/concrete.js';
import { copy } from '../../../src/combinators/copy.js';
import { drainMap } from '../../../src/combinators/drain-map.js';
import type { Flow } from '../../../src/flow/flow.js';
import { record } from '../../../src/inspect/record/record.js';
import { loadTape } from '../../../src/inspect/tape/load-tape.js';
import { saveTape } from '../../../src/inspect/tape/save-tape.js';
import type { TapeEvent } from '../../../src/inspect/tape/tape-event.js';
import { fromArray } from '../../../src/memory/from-array.js';
import { flowPair } from '../../../src/memory/pair.js';
import { describeConformanceInVirtualTime } from '../../support/run-conformance.js';
import { play, traffic } from '../any-traffic.js';

describeConformanceInVirtualTime('record(flow) over a pair, with a slow listener', {
  create: () =>
    of(
      flowPair().map((inner) => {
        const { flow, tape } = record(inner);
        tape.pipe(drainMap(() => timer(1))).subscribe();
        return flow;
      }) as [Flow, Flow],
    ),
  capabilities: { byReference: true },
  sides: 'a→b',
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (data: Uint8Array): string => new TextDecoder().decode(data);

function inVirtualTime(test: (flush: () => void) => void): void {
  new TestScheduler(() => {}).run(({ flush }) => test(flush));
}

/** A flow that is recorded, and whose tape is taken as `listener` does. */
function recordedPair(listener: (tape: Observable<TapeEvent>) => Observable<unknown>, capacity = 65536): { flow: Flow; peer: Flow; events: TapeEvent[]; letGo: () => void } {
  const [inner, peer] = flowPair({ capacity });
  const { flow, tape } = record(inner, { maxEvents: 1, maxBytes: 1 });
  const events: TapeEvent[] = [];
  tape.subscribe((event) => events.push(event));
  const listening = listener(tape).subscribe();
  return { flow, peer, events, letGo: () => listening.unsubscribe() };
}

/** Holds the tape with its first event, and never lets go. */
const holding = (capacity?: number) => recordedPair((tape) => tape.pipe(drainMap(() => NEVER)), capacity);

function log<T>(who: string, source: Observable<T>, into: string[]): void {
  source.subscribe({
    next: (value) => into.push(`${who}: ${value instanceof Uint8Array ? textOf(value) : JSON.stringify(value)}`),
    error: (error: { code: string }) => into.push(`${who}: ${error.code}`),
    complete: () => into.push(`${who} is done`),
  });
}

/** Reads buffers one by one, each with a `read()` of its own, made where the last one completes; then calls `end`. */
function readInTurn(flow: Flow, each: (buffer: Uint8Array) => void, end: () => void = () => {}, count = 1): void {
  let left = count;
  const next = (buffer: Uint8Array): void => {
    left -= 1;
    each(buffer);
  };
  flow
    .read()
    .pipe(take(count))
    .subscribe({ next, complete: () => (left > 0 ? end() : readInTurn(flow, each, end, count)) });
}

/** Takes one after the other, as a loop with `await` in it does, until one comes that is empty. */
function inTurns(one: () => Observable<unknown>, onDone: () => void): void {
  let isEmpty = true;
  one().subscribe({
    next: () => (isEmpty = false),
    complete: () => (isEmpty ? onDone() : timer(0).subscribe(() => inTurns(one, onDone))),
  });
}

const COUNT = 500;

/** What programs do with a flow that wait for it, with bytes that are there or can be sent at once. */
const PROGRAMS: readonly [string, (flow: Flow, onDone: () => void) => void][] = [
  ['reads on', (flow, onDone) => flow.read().subscribe({ complete: onDone })],
  ['reads one buffer at a time', (flow, onDone) => readInTurn(flow, () => {}, onDone)],
  ['reads one buffer at a time, in turns of its own', (flow, onDone) => inTurns(() => flow.read().pipe(take(1)), onDone)],
  [
    'reads from a channel',
    (flow, onDone) => {
      const bytesOf = channel(flow);
      inTurns(() => bytesOf.readSome(1), onDone);
    },
  ],
  ['writes, and waits for each result', (flow, onDone) => range(COUNT).pipe(concatMap(() => flow.write(bytes('w')))).subscribe({ complete: onDone })],
  ['writes pieces, and waits for each result', (flow, onDone) => range(COUNT).pipe(concatMap(() => flow.writev([bytes('w'), bytes('w')]))).subscribe({ complete: onDone })],
  ['copies into the flow', (flow, onDone) => copy(fromArray(Array<string>(COUNT).fill('w')), flow).subscribe({ complete: onDone })],
  ['pipes into the flow', (flow, onDone) => void fromArray(Array<string>(COUNT).fill('w')).read().pipe(tap({ complete: onDone })).subscribe(asSink(flow))],
];

describe('a program whose tape is taken slowly', () => {
  it.each(PROGRAMS)('%s: no more than a few events wait', (_, program) => {
    inVirtualTime((flush) => {
      let waiting = 0;
      let most = 0;
      const count: MonoTypeOperatorFunction<string> = tap(() => (most = Math.max(most, (waiting += 1))));
      const { flow, peer, events } = recordedPair((tape) => tape.pipe(saveTape(), count, drainMap(() => timer(3).pipe(tap(() => (waiting -= 1))))));
      peer.read().subscribe();
      for (let sent = 0; sent < COUNT; sent += 1) peer.write(bytes('r'));
      peer.shutdown('write');
      const done = jest.fn();
      program(flow, done);
      flush();
      expect(done).toHaveBeenCalledTimes(1);
      expect(events.filter(({ kind }) => kind === 'read' || kind === 'write').length).toBe(COUNT);
      expect(most).toBeLessThan(6);
    });
  });

  it('goes on at once where the listener takes each event at once', () => {
    const { flow, peer } = recordedPair((tape) => tape.pipe(drainMap(() => EMPTY)));
    const seen: string[] = [];
    peer.write(bytes('r'));
    log('read', flow.read().pipe(take(1)), seen);
    log('write', flow.write(bytes('w')), seen);
    log('close', flow.close(), seen);
    peer.close();
    expect(seen).toEqual(['read: r', 'read is done', 'write: {"ok":true}', 'write is done', 'close: undefined', 'close is done']);
  });

  it('hears of its calls in their order, once the listener has let go', () => {
    const { flow, peer, letGo } = holding();
    const seen: string[] = [];
    log('read', peer.read(), seen);
    log('first', flow.write(bytes('1')), seen);
    log('second', flow.writev([bytes('2')]), seen);
    log('end', flow.shutdown('write'), seen);
    const late = flow.write(bytes('3'));
    log('late', late, seen);
    expect(seen).toEqual(['read: 1', 'read: 2', 'read is done']); // what the calls do is not delayed
    letGo();
    expect(seen.slice(3).filter((line) => !line.endsWith('is done'))).toEqual([
      'first: {"ok":true}',
      'second: {"ok":true}',
      'end: undefined',
      expect.stringMatching(/^late: \{"ok":false,.*"closed"/),
    ]);
    log('again', late, seen); // replayed
    expect(seen.at(-1)).toBe('again is done');
  });

  it('hears of what it calls meanwhile after what it has called before', () => {
    const { flow, letGo } = holding();
    const seen: string[] = [];
    flow.write(bytes('1')).subscribe(() => log('third', flow.write(bytes('3')), seen));
    log('second', flow.write(bytes('2')), seen);
    letGo();
    expect(seen.filter((line) => !line.endsWith('is done'))).toEqual(['second: {"ok":true}', 'third: {"ok":true}']);
  });

  it('hears of close() after what it has called before', () => {
    const { flow, peer } = holding();
    const seen: string[] = [];
    log('write', flow.write(bytes('1')), seen);
    log('close', flow.close(), seen);
    peer.close();
    expect(seen.filter((line) => !line.endsWith('is done'))).toEqual(['write: {"ok":true}', 'close: undefined']);
  });

  it('goes on with the slowest of its listeners', () => {
    inVirtualTime((flush) => {
      const [inner] = flowPair();
      const { flow, tape } = record(inner);
      for (const ms of [5, 40, 10]) tape.pipe(drainMap(() => timer(ms))).subscribe();
      let toldAt = -1;
      flow.write(bytes('w')).subscribe(() => (toldAt = asyncScheduler.now()));
      flush();
      expect(toldAt).toBe(120); // the beginning, the write and its result
    });
  });

  it('waits for a file behind a sink, too', () => {
    const [file, disk] = flowPair({ capacity: 1 });
    const { flow } = recordedPair((tape) => new Observable(() => tape.pipe(saveTape(), map(bytes)).subscribe(asSink(file))));
    const seen: string[] = [];
    log('write', flow.write(bytes('w')), seen);
    expect(seen).toEqual([]);
    disk.read().subscribe();
    expect(seen).toEqual(['write: {"ok":true}', 'write is done']);
  });

  it('loses nothing by a reader that goes before it is let in', () => {
    const { flow, peer, events, letGo } = holding();
    peer.write(bytes('r'));
    const seen: string[] = [];
    const given = jest.fn();
    flow.read().subscribe(given).unsubscribe();
    log('read', flow.read(), seen);
    expect(events).toHaveLength(1); // a reader that is not let in yet is no demand
    letGo();
    expect(seen).toEqual(['read: r']);
    expect(given).not.toHaveBeenCalled();
  });

  it('lets in later, too, a reader that comes where the one before completes', () => {
    const { flow, peer, letGo } = holding();
    peer.write(bytes('1'));
    peer.write(bytes('2'));
    peer.write(bytes('3'));
    const seen: string[] = [];
    flow.read().pipe(take(1)).subscribe({ complete: () => log('second', flow.read(), seen) });
    letGo();
    expect(seen).toEqual(['second: 2', 'second: 3']);
    const slow = recordedPair((tape) => tape.pipe(drainMap(({ kind }) => (kind === 'read' ? NEVER : EMPTY))));
    slow.peer.write(bytes('1'));
    slow.peer.write(bytes('2'));
    slow.flow.read().pipe(take(1)).subscribe({ complete: () => log('held', slow.flow.read(), seen) });
    expect(seen.slice(2)).toEqual([]);
    slow.letGo();
    expect(seen.slice(2)).toEqual(['held: 2']);
  });

  it('refuses a second reader at once: the first is inside, or waits to be let in', () => {
    const { flow, peer, letGo } = holding();
    const seen: string[] = [];
    log('first', flow.read(), seen);
    log('second', flow.read(), seen);
    expect(seen).toEqual(['second: busy']);
    letGo();
    peer.write(bytes('r'));
    log('third', flow.read(), seen);
    expect(seen.slice(1)).toEqual(['first: r', 'third: busy']);
  });

  it('refuses a second reader as the flow does, once the first is inside', () => {
    const [inner] = flowPair();
    const { flow, tape } = record(concrete(inner));
    const listening = tape.pipe(drainMap(() => NEVER)).subscribe();
    const seen: string[] = [];
    log('first', flow.read(), seen);
    listening.unsubscribe();
    log('second', flow.read(), seen);
    expect(seen).toEqual(['second: failed']); // which has that code for all of them
  });

  it('refuses a second reader at once, though the first is held too', () => {
    let isHeld = false;
    const { flow, peer } = recordedPair((tape) => tape.pipe(drainMap(() => (isHeld ? NEVER : EMPTY))));
    const seen: string[] = [];
    log('first', flow.read(), seen);
    isHeld = true;
    peer.write(bytes('r'));
    log('second', flow.read(), seen);
    expect(seen).toEqual(['first: r', 'second: busy']);
  });

  it('ends with shutdown of the read side a reader that is not let in yet, and lets in those that come later', () => {
    const { flow, peer } = holding();
    peer.write(bytes('r'));
    const seen: string[] = [];
    log('read', flow.read(), seen);
    flow.shutdown('write');
    expect(seen).toEqual([]);
    flow.shutdown('read');
    log('again', flow.read(), seen);
    expect(seen).toEqual(['read is done', 'again is done']);
  });

  it('is told at once of an abort: readers, results, and calls that come later', () => {
    const { flow, peer } = holding(1);
    peer.write(bytes('r'));
    const seen: string[] = [];
    log('read', flow.read(), seen);
    log('through', flow.write(bytes('1')), seen);
    log('pending', flow.write(bytes('23')), seen);
    log('close', flow.close(), seen);
    flow.abort();
    log('late', flow.read(), seen);
    expect(seen.map((line) => line.replace(/\{"ok":false.*"code":"(\w+)".*/, '$1')).filter((line) => !line.endsWith('is done'))).toEqual([
      'read: aborted',
      'through: {"ok":true}',
      'pending: aborted',
      'close: aborted',
      'late: aborted',
    ]);
  });

  it('has on its tape what a reader that was not let in gets when the flow is over', () => {
    const { flow, peer, events, letGo } = holding();
    peer.write(bytes('r'));
    const seen: string[] = [];
    log('read', flow.read(), seen);
    peer.close();
    flow.close();
    expect(seen).toEqual(['read: r']); // by which it is held itself
    letGo();
    expect(seen).toEqual(['read: r', 'read is done']);
    expect(events.map(({ kind }) => kind)).toEqual(['start', 'close', 'demand', 'read', 'closed', 'eof']);
  });

  it('does all that it does without a listener, whatever both sides do, where the listener is fast', () => {
    const listened = (inner: Flow): Flow => {
      const { flow, tape } = record(inner);
      tape.pipe(drainMap(() => EMPTY)).subscribe();
      return flow;
    };
    fc.assert(
      fc.property(traffic, (steps) => {
        expect(play(steps, listened)).toEqual(play(steps, (flow) => flow));
      }),
    );
  });

  it('hears of each call once, whatever both sides do, though the listener never lets go before the end', () => {
    fc.assert(
      fc.property(traffic, fc.boolean(), (steps, isGoneBefore) => {
        let end = () => {};
        const events: TapeEvent[] = [];
        const held = (inner: Flow): Flow => {
          const { flow, tape } = record(inner);
          const listening = tape.pipe(drainMap(() => NEVER)).subscribe();
          tape.subscribe((event) => events.push(event));
          end = () => {
            if (isGoneBefore) listening.unsubscribe();
            flow.abort();
          };
          return flow;
        };
        const seen = play(steps, held);
        end();
        steps.forEach((one, at) => {
          if (one.do !== 'write') return;
          const told = seen.filter((line) => new RegExp(`^write ${at}\\b`).test(line));
          expect(told).toEqual([expect.stringContaining('"ok"'), `write ${at} is done`]);
        });
        const faults = jest.fn();
        saveTape(events).subscribe({ error: faults });
        expect(faults.mock.calls).toEqual([]);
      }),
    );
  });

  it('loses no byte and turns none around, however long its listener takes over each event', () => {
    const step = fc.record({ pause: fc.nat(6), size: fc.integer({ min: 1, max: 9 }), isOurs: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.array(fc.nat(12), { minLength: 1 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 20 }), (steps, waits, atOnce, capacity) => {
        inVirtualTime((flush) => {
          const lines: string[] = [];
          const wait = (line: string, at: number) => {
            lines.push(line);
            const ms = waits[at % waits.length]!;
            return ms === 0 ? EMPTY : timer(ms);
          };
          const { flow, peer, events } = recordedPair((tape) => tape.pipe(saveTape(), drainMap(wait)), capacity);
          const ours: number[] = [];
          const theirs: number[] = [];
          const got: number[] = [];
          const sent: number[] = [];
          const told: (number | string)[] = [];
          const end = jest.fn();
          readInTurn(flow, (buffer) => got.push(...buffer), end, atOnce);
          peer.read().pipe(drainMap((buffer) => timer(2).pipe(tap(() => sent.push(...buffer))))).subscribe();
          from(steps.entries())
            .pipe(concatMap((entry) => timer(entry[1].pause).pipe(concatMap(() => of(entry)))))
            .subscribe({
              next: ([at, { size, isOurs }]) => {
                const data = new Uint8Array(size).map((_, index) => at * 16 + index);
                (isOurs ? ours : theirs).push(...data);
                if (isOurs) flow.write(data).subscribe(() => told.push(at));
                else peer.write(data);
              },
              complete: () => {
                flow.shutdown('write').subscribe({ complete: () => told.push('end') });
                peer.shutdown('write');
              },
            });
          flush();
          expect([got, sent]).toEqual([theirs, ours]);
          expect(told).toEqual([...steps.flatMap(({ isOurs }, at) => (isOurs ? [at] : [])), 'end']);
          expect(end).toHaveBeenCalledTimes(1);
          const loaded: TapeEvent[] = [];
          loadTape(lines).subscribe((event) => loaded.push(event));
          expect(loaded).toEqual(events);
          expect(events.flatMap((event) => (event.kind === 'read' ? [...event.data] : []))).toEqual(theirs);
        });
      }),
    );
  });
});
