import { asyncScheduler, mergeMap, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { closeWithin } from '../../src/combinators/close-within.js';
import type { Flow } from '../../src/flow/flow.js';
import { FlowError, isFlowError } from '../../src/flow/flow-error.js';
import { flowLifetime } from '../../src/flow/flow-lifetime.js';
import { flowPair } from '../../src/memory/pair.js';
import { refillFlow } from '../../src/memory/refill-flow.js';
import { foreignFlow } from '../support/foreign-flow.js';

/** What it told, each with its virtual time. */
function log(source: Observable<void>, into: string[] = []): string[] {
  const tell = (what: string) => into.push(`${asyncScheduler.now()}: ${what}`);
  source.subscribe({
    next: () => tell('next'),
    complete: () => tell('complete'),
    error: (error: unknown) => tell(isFlowError(error) ? error.code : 'unknown'),
  });
  return into;
}

function inVirtualTime(test: (flush: () => void) => void): void {
  new TestScheduler(() => {}).run(({ flush }) => test(flush));
}

describe('closeWithin', () => {
  it('emits once and completes when the peer closes in time, and leaves no timer', () => {
    inVirtualTime((flush) => {
      const [a, b] = flowPair();
      const told = log(closeWithin(a, 100));
      asyncScheduler.schedule(() => b.close(), 40);
      flush();
      expect(told).toEqual(['40: next', '40: complete']);
      expect(asyncScheduler.now()).toBe(40);
    });
  });

  it('aborts with timeout when the peer does not', () => {
    inVirtualTime((flush) => {
      const [a, b] = flowPair();
      let cause: unknown;
      a.closed.subscribe({ error: (error: FlowError) => (cause = error.cause) });
      const told = log(closeWithin(a, 100));
      flush();
      expect(told).toEqual(['100: timeout']);
      expect(cause).toEqual(new FlowError('timeout', 'pair a: not closed within 100 ms'));
      expect(log(b.closed)).toEqual(['100: reset']);
    });
  });

  it('works whether or not anybody subscribes, and replays', () => {
    inVirtualTime((flush) => {
      const [a] = flowPair();
      const closing = closeWithin(a, 100);
      flush();
      expect(log(a.closed)).toEqual(['100: aborted']);
      expect(log(closing)).toEqual(['100: timeout']);
      expect(log(closing)).toEqual(['100: timeout']);
    });
  });

  it('gives up reading, so that what the peer goes on writing does not hold it up', () => {
    inVirtualTime((flush) => {
      const [a, b] = flowPair({ capacity: 1 });
      for (let i = 0; i < 5; i += 1) b.write(new Uint8Array(10));
      b.shutdown('write');
      const told = log(closeWithin(a, 100));
      flush();
      expect(told).toEqual(['0: next', '0: complete']);
    });
  });

  it('flushes the writes before it', () => {
    inVirtualTime((flush) => {
      const [a, b] = flowPair({ capacity: 1 });
      a.write(new Uint8Array(10));
      b.shutdown('write');
      const told = log(closeWithin(a, 100));
      let got = 0;
      asyncScheduler.schedule(() => b.read().subscribe((buffer) => (got += buffer.byteLength)), 30);
      flush();
      expect(got).toBe(10);
      expect(told).toEqual(['30: next', '30: complete']);
    });
  });

  it('errors as close() does when the flow breaks first, or is broken already', () => {
    inVirtualTime((flush) => {
      const [a, b] = flowPair();
      const told = log(closeWithin(a, 100));
      asyncScheduler.schedule(() => b.abort(), 20);
      flush();
      expect(told).toEqual(['20: reset']);
      expect(log(closeWithin(a, 100))).toEqual(['20: reset']);
      flush();
      expect(asyncScheduler.now()).toBe(20);
    });
  });

  it('runs the close hook of a flow without a peer, once', () => {
    let ran = 0;
    const flow = refillFlow({ input: () => 1, output: () => 1, close: () => void (ran += 1) });
    inVirtualTime((flush) => {
      expect(log(closeWithin(flow, 100))).toEqual(['0: next', '0: complete']);
      flush();
    });
    expect(ran).toBe(1);
  });

  it('closes flows of another kind', () => {
    const [a, b] = flowPair();
    b.close();
    expect(log(closeWithin(foreignFlow(a), 100)).map((line) => line.replace(/^\d+/, 't'))).toEqual(['t: next', 't: complete']);
  });

  it('tells its timeout before the abort of a flow that its creator aborts with it', () => {
    inVirtualTime((flush) => {
      const [flow] = flowPair();
      const connected = flowLifetime<Flow>(({ ready }) => {
        ready(flow);
        return undefined;
      });
      const told = log(connected.pipe(mergeMap((one) => closeWithin(one, 100))));
      flush();
      expect(told).toEqual(['100: timeout']);
    });
  });

  it.each([
    [() => closeWithin(1 as never, 5), /^closeWithin: flow must be a Flow, not number 1$/],
    [() => closeWithin(flowPair()[0], 0), /^closeWithin: ms must be a finite number above 0, not number 0$/],
    [() => closeWithin(flowPair()[0], 2 ** 31), /^closeWithin: ms must be at most 2147483647, not number 2147483648$/],
  ])('throws a TypeError that names the argument', (call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });

  it('leaves no timer where a flow throws instead of closing', () => {
    inVirtualTime((flush) => {
      const flow = { ...foreignFlow(flowPair()[0]), close: () => { throw new Error('thrown'); } };
      expect(() => closeWithin(flow, 50)).toThrow('thrown');
      flush();
      expect(asyncScheduler.now()).toBe(0);
    });
  });
});
