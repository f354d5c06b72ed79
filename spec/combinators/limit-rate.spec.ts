import fc from 'fast-check';
import { asyncScheduler, type Observable, Subject, take, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { concrete } from '../../src/combinators/concrete.js';
import { copy } from '../../src/combinators/copy.js';
import { limitRate } from '../../src/combinators/limit-rate.js';
import type { Flow, WriteResult } from '../../src/flow/flow.js';
import { FlowError, isFlowError } from '../../src/flow/flow-error.js';
import { flowPair } from '../../src/memory/pair.js';
import { foreignFlow } from '../support/foreign-flow.js';

const bytes = (size: number, first = 0) => Uint8Array.from({ length: size }, (_, at) => (first + at) % 256);
const at = (ms: number, act: () => void) => asyncScheduler.schedule(act, ms);

function inVirtualTime(test: (flush: () => void) => void): void {
  new TestScheduler(() => {}).run(({ flush }) => test(flush));
}

/** What came, as `time: size`, and how it ended. */
function log(source: Observable<Uint8Array>, into: string[] = []): string[] {
  source.subscribe({
    next: (buffer) => into.push(`${asyncScheduler.now()}: ${buffer.byteLength}`),
    complete: () => into.push(`${asyncScheduler.now()}: end`),
    error: (error: unknown) => into.push(`${asyncScheduler.now()}: ${isFlowError(error) ? error.code : 'unknown'}`),
  });
  return into;
}

function logResult(result: Observable<WriteResult>, into: string[]): void {
  result.subscribe((one) => into.push(`${asyncScheduler.now()}: ${one.ok ? 'ok' : one.error.code}`));
}

describe('limitRate', () => {
  it('delivers reads no faster than the rate, in pieces of at most a burst', () => {
    inVirtualTime((flush) => {
      const [peer, inner] = flowPair();
      const told = log(limitRate(inner, { bytesPerSecond: 100, burst: 10 }).read());
      peer.write(bytes(25));
      peer.shutdown('write');
      flush();
      expect(told).toEqual(['0: 10', '100: 10', '150: 5', '150: end']);
    });
  });

  it('sends writes no faster than the rate, in order, and tells ok when the last piece is accepted', () => {
    inVirtualTime((flush) => {
      const [inner, peer] = flowPair();
      const flow = limitRate(inner, { bytesPerSecond: 100, burst: 10 });
      const told = log(peer.read());
      const results: string[] = [];
      logResult(flow.write(bytes(10)), results);
      logResult(flow.write(bytes(15)), results);
      logResult(flow.writev([bytes(3), bytes(2)]), results);
      flow.shutdown('write');
      flush();
      expect(told).toEqual(['0: 10', '100: 10', '150: 5', '180: 3', '200: 2', '200: end']);
      expect(results).toEqual(['0: ok', '150: ok', '200: ok']);
    });
  });

  it('gives each write its own result, also one made inside the delivery of another', () => {
    inVirtualTime((flush) => {
      const [inner, peer] = flowPair();
      const flow = limitRate(inner, { bytesPerSecond: 100, burst: 10 });
      peer.read().pipe(take(1)).subscribe(() => peer.write(bytes(1)));
      const results: string[] = [];
      const told = (name: string) => (result: WriteResult) => results.push(`${asyncScheduler.now()}: ${name} ${result.ok ? 'ok' : result.error.code}`);
      flow.read().subscribe({ next: () => flow.write(bytes(20)).subscribe(told('inner')), error: () => undefined });
      flow.write(bytes(15)).subscribe(told('outer'));
      at(60, () => flow.abort());
      flush();
      expect(results).toEqual(['50: outer ok', '60: inner aborted']);
    });
  });

  it('drops what it holds on an abort, also under a decorator that gives errors another code', () => {
    inVirtualTime((flush) => {
      const [peer, inner] = flowPair();
      peer.write(bytes(40));
      const flow = limitRate(concrete(inner), { bytesPerSecond: 100, burst: 10 });
      const told = log(flow.read());
      at(150, () => flow.abort());
      flush();
      expect(told).toEqual(['0: 10', '100: 10', '150: aborted']);
    });
  });

  it('limits each direction by itself', () => {
    inVirtualTime((flush) => {
      const [inner, peer] = flowPair();
      const flow = limitRate(inner, { bytesPerSecond: 1000, burst: 10 });
      const [near, far] = [log(flow.read()), log(peer.read())];
      flow.write(bytes(20));
      peer.write(bytes(20));
      flush();
      expect([near, far]).toEqual([['0: 10', '10: 10'], ['0: 10', '10: 10']]);
    });
  });

  it('saves up one burst while nothing passes, and no more', () => {
    inVirtualTime((flush) => {
      const [inner, peer] = flowPair();
      const flow = limitRate(inner, { bytesPerSecond: 100, burst: 10 });
      const told = log(peer.read());
      flow.write(bytes(10));
      at(5000, () => flow.write(bytes(20)));
      flush();
      expect(told).toEqual(['0: 10', '5000: 10', '5100: 10']);
    });
  });

  it('bursts a tenth of a second by default, and a byte at least', () => {
    inVirtualTime((flush) => {
      const rates = [1000, 5].map((bytesPerSecond) => {
        const [inner, peer] = flowPair();
        limitRate(inner, { bytesPerSecond }).write(bytes(bytesPerSecond === 5 ? 3 : 250));
        return log(peer.read());
      });
      flush();
      expect(rates).toEqual([['0: 100', '100: 100', '150: 50'], ['0: 1', '200: 1', '400: 1']]);
    });
  });

  it('passes on by reference what may pass whole', () => {
    const [inner, peer] = flowPair();
    const got: Uint8Array[] = [];
    peer.read().subscribe((buffer) => got.push(buffer));
    const buffer = bytes(10);
    limitRate(inner, { bytesPerSecond: 100, burst: 10 }).write(buffer);
    expect(got[0]).toBe(buffer);
  });

  it('keeps what it has not delivered for the next reader', () => {
    inVirtualTime((flush) => {
      const [peer, inner] = flowPair();
      const flow = limitRate(inner, { bytesPerSecond: 100, burst: 10 });
      peer.write(bytes(40));
      const told = log(flow.read().pipe(take(1)));
      const second = flow.read().subscribe((buffer) => told.push(`second ${buffer[0]!}`));
      at(150, () => second.unsubscribe());
      at(1000, () => log(flow.read(), told));
      flush();
      expect(told).toEqual(['0: 10', '0: end', 'second 10', '1000: 10', '1000: 10']);
    });
  });

  it('does not read on while the reader is slow', () => {
    inVirtualTime((flush) => {
      const [peer, inner] = flowPair({ capacity: 10 });
      const flow = limitRate(inner, { bytesPerSecond: 1000, burst: 10 });
      const results: string[] = [];
      for (let i = 0; i < 5; i += 1) logResult(peer.write(bytes(10)), results);
      flush();
      expect(results).toEqual(['0: ok']);
      flow.read().pipe(take(1)).subscribe();
      flush();
      expect(results.length).toBe(2);
    });
  });

  it('tells EOF and failure after the data before them, at the rate', () => {
    inVirtualTime((flush) => {
      const [peer, inner] = flowPair();
      const flow = limitRate(inner, { bytesPerSecond: 100, burst: 10 });
      peer.write(bytes(20));
      peer.abort();
      let closedAt = -1;
      flow.closed.subscribe({ error: () => (closedAt = asyncScheduler.now()) });
      const told = log(flow.read());
      flush();
      expect(told).toEqual(['0: 10', '100: 10', '100: reset']);
      expect(closedAt).toBe(0);
    });
  });

  it('fails pending writes at once when the flow breaks', () => {
    inVirtualTime((flush) => {
      const [inner, peer] = flowPair();
      const flow = limitRate(inner, { bytesPerSecond: 100, burst: 10 });
      const results: string[] = [];
      logResult(flow.write(bytes(100)), results);
      logResult(flow.write(bytes(1)), results);
      at(150, () => peer.abort());
      at(160, () => logResult(flow.write(bytes(1)), results));
      flush();
      expect(results).toEqual(['150: reset', '150: reset', '160: reset']);
      expect(asyncScheduler.now()).toBe(160);
    });
  });

  it('aborts at once, both the reading and the writing, and leaves no timer', () => {
    inVirtualTime((flush) => {
      const [inner, peer] = flowPair();
      const flow = limitRate(inner, { bytesPerSecond: 100, burst: 10 });
      peer.write(bytes(100));
      const told = log(flow.read());
      logResult(flow.write(bytes(100)), told);
      at(50, () => flow.abort());
      flush();
      expect(told).toEqual(['0: 10', '50: aborted', '50: aborted']);
      expect(asyncScheduler.now()).toBe(50);
    });
  });

  it('gives up at once what it holds when the flow inside is aborted by another hand', () => {
    inVirtualTime((flush) => {
      const [peer, inner] = flowPair();
      const flow = limitRate(inner, { bytesPerSecond: 100, burst: 10 });
      peer.write(bytes(100));
      const told = log(flow.read());
      at(50, () => inner.abort());
      flush();
      expect(told).toEqual(['0: 10', '50: aborted']);
    });
  });

  it('drops what it holds when it is aborted, also where no reader waits', () => {
    inVirtualTime((flush) => {
      const [flow, peer] = flowPair();
      const limited = limitRate(flow, { bytesPerSecond: 1000, burst: 10 });
      limited.read().subscribe().unsubscribe();
      peer.write(bytes(5));
      limited.abort();
      const lines = log(limited.read());
      flush();
      expect(lines).toEqual(['0: aborted']);
    });
  });

  it('gives all that it holds to a reader though the flow has closed, and is aborted no more', () => {
    inVirtualTime((flush) => {
      const [flow, peer] = flowPair();
      const limited = limitRate(flow, { bytesPerSecond: 10, burst: 1 });
      peer.write(bytes(3));
      peer.shutdown('write');
      limited.shutdown('write');
      const lines = log(limited.read());
      at(150, () => limited.abort());
      flush();
      expect(lines).toEqual(['0: 1', '100: 1', '200: 1', '200: end']);
    });
  });

  it('ends a waiting read at once on shutdown read, and drops what it holds', () => {
    inVirtualTime((flush) => {
      const [peer, inner] = flowPair({ capacity: 5 });
      const flow = limitRate(inner, { bytesPerSecond: 100, burst: 10 });
      const results: string[] = [];
      logResult(peer.write(bytes(100)), results);
      const told = log(flow.read());
      at(50, () => flow.shutdown('read').subscribe(() => told.push('shut')));
      at(60, () => logResult(peer.write(bytes(100)), results));
      flush();
      expect(told).toEqual(['0: 10', '50: end', 'shut']);
      expect(results).toEqual(['0: ok', '60: ok']);
    });
  });

  it('ends both with read_write, once the writes before it have passed', () => {
    inVirtualTime((flush) => {
      const [inner, peer] = flowPair();
      const flow = limitRate(inner, { bytesPerSecond: 100, burst: 10 });
      const told = log(peer.read());
      flow.write(bytes(20));
      flow.shutdown('read_write').subscribe(() => told.push(`${asyncScheduler.now()}: shut`));
      flush();
      expect(told).toEqual(['0: 10', '100: 10', '100: end', '100: shut']);
      expect(() => flow.shutdown('both' as never)).toThrow(TypeError);
    });
  });

  it('closes once the writes have passed and the peer has closed', () => {
    inVirtualTime((flush) => {
      const [inner, peer] = flowPair();
      const flow = limitRate(inner, { bytesPerSecond: 100, burst: 10 });
      peer.read().subscribe();
      flow.write(bytes(20));
      const told: string[] = [];
      const tell = () => told.push(`${asyncScheduler.now()}: closed`);
      flow.close();
      flow.close().subscribe(tell);
      at(300, () => peer.close());
      flush();
      flow.close().subscribe(tell);
      expect(told).toEqual(['300: closed', '300: closed']);
    });
  });

  it('takes the answer of a flow that takes no more', () => {
    const [inner] = flowPair();
    const flow = limitRate(inner, { bytesPerSecond: 100 });
    inner.shutdown('write');
    const results: string[] = [];
    logResult(flow.write(bytes(1)), results);
    logResult(flow.write(bytes(1)), results);
    expect(results.map((one) => one.replace(/^\d+/, 't'))).toEqual(['t: closed', 't: closed']);
  });

  it('waits for the flow inside to take a piece before it sends the next', () => {
    const results: Subject<WriteResult>[] = [];
    const write = () => {
      const result = new Subject<WriteResult>();
      results.push(result);
      return result;
    };
    const flow = limitRate({ ...foreignFlow(flowPair()[0]), write }, { bytesPerSecond: 1e9, burst: 10 });
    const told: string[] = [];
    inVirtualTime((flush) => {
      logResult(flow.write(bytes(20)), told);
      flush();
      expect(results.length).toBe(1);
      results[0]!.next({ ok: true });
      flush();
      results[1]!.next({ ok: true });
    });
    expect(told.length).toBe(1);
  });

  it('gives a code to a failure of the flow inside that has none', () => {
    const odd = new Error('odd');
    const failing = { ...foreignFlow(flowPair()[0]), read: () => throwError(() => odd) };
    const told: unknown[] = [];
    limitRate(failing, { bytesPerSecond: 1 }).read().subscribe({ error: (error: unknown) => told.push(error) });
    expect(told).toEqual([new FlowError('failed', 'pair a: odd', { cause: odd })]);
  });

  it('takes the rate as long as it is copied through, by the clock of RxJS', () => {
    inVirtualTime((flush) => {
      const [from, src] = flowPair({ capacity: 1 });
      const [dst, to] = flowPair({ capacity: 1 });
      const flow = limitRate(dst, { bytesPerSecond: 1000, burst: 1 });
      to.read().subscribe();
      let durationMs = 0;
      copy(src, flow).subscribe((stats) => (durationMs = stats.durationMs));
      for (let i = 0; i < 5; i += 1) from.write(bytes(100));
      from.shutdown('write');
      flush();
      expect(durationMs).toBe(499);
    });
  });

  it('loses and reorders nothing, whatever the sizes, the rate and the pauses', () => {
    const chunks = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 15 });
    const number = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(chunks, number, number, fc.array(number, { maxLength: 5 }), (sizes, rate, burst, pauses) => {
        inVirtualTime((flush) => {
          const [inner, peer] = flowPair({ capacity: 8 });
          const near = limitRate(inner, { bytesPerSecond: rate, burst });
          const far = limitRate(peer, { bytesPerSecond: rate * 2, burst });
          const sent = sizes.flatMap((size, first) => {
            const buffer = bytes(size, first);
            near.write(buffer);
            return [...buffer];
          });
          near.shutdown('write');
          const got: number[] = [];
          const read = () => far.read().subscribe((buffer) => got.push(...buffer));
          let reading = read();
          for (const pause of pauses) {
            at(pause * 20, () => {
              reading.unsubscribe();
              reading = read();
            });
          }
          flush();
          expect(got).toEqual(sent);
        });
      }),
    );
  });

  it.each([
    [() => limitRate({} as Flow, { bytesPerSecond: 1 }), /^limitRate: flow must be a Flow, not an object$/],
    [() => limitRate(flowPair()[0], undefined as never), /^limitRate: options must be an object, not undefined$/],
    [() => limitRate(flowPair()[0], { bytesPerSecond: 0 }), /^limitRate: bytesPerSecond must be a finite number above 0, not number 0$/],
    [() => limitRate(flowPair()[0], { bytesPerSecond: 1, burst: 0.5 }), /^limitRate: burst must be a whole number of at least 1, not number 0.5$/],
  ])('throws a TypeError that names the argument', (call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });

  it('waits in parts for what is longer than a timer holds', () => {
    const [a, b] = flowPair();
    const delays = jest.spyOn(asyncScheduler, 'schedule');
    const flow = limitRate(b, { bytesPerSecond: 1e-7, burst: 1 });
    flow.read().subscribe({ error: () => {} });
    a.write(bytes(2));
    expect(delays.mock.calls.map(([, ms]) => ms)).toEqual([2 ** 31 - 1]);
    flow.abort();
    delays.mockRestore();
  });
});
