import { concatMap, delay, map, of, take, timer } from 'rxjs';
import { closeWithin } from '../../src/combinators/close-within.js';
import { withIdleTimeout } from '../../src/combinators/with-idle-timeout.js';
import { FlowError, isFlowError } from '../../src/flow/flow-error.js';
import { flowPair } from '../../src/memory/pair.js';
import { toBytes, toText } from '../../src/testing/bytes.js';
import { FlowTestScheduler } from '../../src/testing/flow-test-scheduler.js';
import { logOf } from './log-of.js';

const jestScheduler = () => new FlowTestScheduler((actual, expected) => expect(actual).toEqual(expected));

/** What the run fails with. */
function failureOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the run did not fail');
}

describe('FlowTestScheduler', () => {
  describe('coldFlow()', () => {
    it('drives reads by marbles', () =>
      jestScheduler().run(({ coldFlow, expectReads }) => {
        expectReads(coldFlow('-a-b-|', { a: 'hello' })).toBe('-a-b-|', { a: 'hello' });
      }));

    it('takes bytes for values as well as text', () =>
      jestScheduler().run(({ coldFlow, expectReads }) => {
        expectReads(coldFlow('-a|', { a: Uint8Array.of(0, 255) })).toBe('-x|', { x: Uint8Array.of(0, 255) });
      }));

    it('starts with the first read', () =>
      jestScheduler().run(({ coldFlow, expectReads }) => {
        expectReads(coldFlow('-a-|'), '-----^').toBe('------a-|');
      }));

    it('goes on while nobody reads, and keeps what comes for the next read', () =>
      jestScheduler().run(({ coldFlow, expectReads }) => {
        const flow = coldFlow('a--b-c-|');
        expectReads(flow, '^!').toBe('a');
        expectReads(flow, '----^').toBe('----bc-|');
      }));

    it('fails with the error it was given, or with one of its own', () =>
      jestScheduler().run(({ coldFlow, expectReads }) => {
        const reset = new FlowError('reset', 'cold: reset');
        expectReads(coldFlow('-a-#', {}, reset)).toBe('-a-#', {}, reset);
        expectReads(coldFlow('-a-#', {}, reset)).toBe('-a-#', {}, 'reset');
        expectReads(coldFlow('-a-#', {}, reset)).toBe('-a-#', {}, { code: 'reset', message: 'cold: reset' });
        expectReads(coldFlow('-#')).toBe('-#', {}, 'failed');
        expectReads(coldFlow('-#')).toBe('-#');
      }));

    it.each<[string, unknown, unknown]>([
      ['a code', 'reset', { code: 'reset', message: 'cold flow 1: failed by its marbles' }],
      ['an object with a code', { code: 'truncated' }, { code: 'truncated' }],
      ['an error', new Error('boom'), { code: 'failed', cause: new Error('boom') }],
      ['an error with a code that no flow knows', Object.assign(new Error('boom'), { code: 'EIO' }), { code: 'failed' }],
      ['any other value', 42, { code: 'failed', cause: 42 }],
    ])('fails with a FlowError where it was given %s', (_, given, error) =>
      jestScheduler().run(({ coldFlow, expectReads }) => {
        const flow = coldFlow('-#', {}, given);
        const failures: unknown[] = [];
        flow.closed.subscribe({ error: (failure) => failures.push(failure) });
        expectReads(flow).toBe('-#', {}, error);
        expectReads(flow, '--^').toBe('--#', {}, given);
        timer(3).subscribe(() => expect(failures.map((failure) => isFlowError(failure))).toEqual([true]));
      }));

    it('is a whole flow: it closes when both sides have ended', () =>
      jestScheduler().run(({ coldFlow, expectObservable, expectWrites }) => {
        const flow = coldFlow('-a--|');
        expectObservable(timer(2).pipe(concatMap(() => flow.close()))).toBe('------(u|)', { u: undefined });
        expectWrites(flow).toBe('--|');
      }));
  });

  describe('expectReads()', () => {
    it('reads any flow', () =>
      jestScheduler().run(({ expectReads }) => {
        const [a, b] = flowPair();
        timer(3).subscribe(() => a.write(toBytes('hi')));
        timer(5).subscribe(() => a.abort());
        expectReads(b).toBe('---h-#', { h: 'hi' }, 'reset');
      }));

    it('unsubscribes where the subscription marbles say so', () =>
      jestScheduler().run(({ coldFlow, expectReads }) => {
        expectReads(coldFlow('-a-b-c-|'), '^---!').toBe('-a-b');
      }));

    it('is over before anything else in the frame of its end, as a subscription of RxJS is', () =>
      jestScheduler().run(({ cold, coldFlow, expectObservable, expectReads }) => {
        expectObservable(cold('-a-b-c-|'), '^--!').toBe('-a');
        expectReads(coldFlow('-a-b-c-|'), '^--!').toBe('-a');
        expectReads(coldFlow('a|'), '--^').toBe('--a|');
      }));
  });

  describe('expectWrites()', () => {
    it('sees each write in its frame, the end and the abort', () =>
      jestScheduler().run(({ coldFlow, expectWrites }) => {
        const [ended, aborted] = [coldFlow('-a'), coldFlow('-a')];
        timer(2).subscribe(() => {
          ended.writev([toBytes('x'), toBytes('y')]);
          ended.write(new Uint8Array(0));
          aborted.write(toBytes('z'));
        });
        timer(6).subscribe(() => {
          ended.shutdown('write');
          aborted.abort('enough');
        });
        expectWrites(ended).toBe('--(xy)|');
        expectWrites(aborted).toBe('--z---#', {}, 'enough');
      }));

    it.each<[string, unknown]>([
      ['its reason', 'enough'],
      ['its code', 'aborted'],
      ['fields of its error', { code: 'aborted', cause: 'enough' }],
      ['an equal error', new FlowError('aborted', 'cold flow 1: aborted', { cause: 'enough' })],
    ])('knows an abort by %s', (_, error) =>
      jestScheduler().run(({ coldFlow, expectWrites }) => {
        const flow = coldFlow('');
        timer(1).subscribe(() => flow.abort('enough'));
        expectWrites(flow).toBe('-#', {}, error);
      }));

    it('does not take the failure of the flow for an abort', () =>
      jestScheduler().run(({ coldFlow, expectWrites }) => {
        const flow = coldFlow('-#');
        logOf(flow.read());
        expectWrites(flow).toBe('');
      }));

    it('sees an abort after the end of the writes, and the time between them', () =>
      jestScheduler().run(({ coldFlow, expectObservable, expectWrites }) => {
        const flow = coldFlow('');
        timer(1).subscribe(() => flow.write(toBytes('x')));
        expectObservable(timer(2).pipe(concatMap(() => closeWithin(flow, 4)), map(() => 'closed'))).toBe('------#', {}, expect.anything());
        expectWrites(flow).toBe('-x|---#', {}, 'aborted');
      }));

    it('tests a protocol: an echo that answers a frame later', () =>
      jestScheduler().run(({ coldFlow, expectWrites }) => {
        const flow = coldFlow('-a-b-|', { a: 'hello', b: 'world' });
        const upper = flow.read().pipe(map((buffer) => toBytes(toText(buffer).toUpperCase())), delay(1));
        upper.subscribe({ next: (buffer) => flow.write(buffer), complete: () => flow.shutdown('write') });
        expectWrites(flow).toBe('--a-b|', { a: 'HELLO', b: 'WORLD' });
      }));

    it('is for cold flows only', () =>
      jestScheduler().run(({ expectWrites }) => {
        expect(() => expectWrites(flowPair()[0])).toThrow('expectWrites: flow must be one that coldFlow() made');
      }));
  });

  describe('a failing expectation', () => {
    it('prints both diagrams, aligned, of reads', () => {
      const message = failureOf(() =>
        jestScheduler().run(({ coldFlow, expectReads }) => {
          expectReads(coldFlow('-a--b|', { a: 'hello' })).toBe('-a-b-|', { a: 'hello' });
        }),
      );
      expect(message).toBe(
        [
          'reads of cold flow 1 are not as expected',
          '',
          'expected  -a-b-|',
          'came      -a--b|',
          '  a = "hello"',
          '',
        ].join('\n'),
      );
    });

    it.each([
      ['another frame', '--a|'],
      ['another value', '-x-|'],
      ['too little', '-a'],
      ['too much', '-a(bc)|'],
      ['another end', '-a-#'],
    ])('fails for %s', (_, marbles) => {
      const run = () =>
        jestScheduler().run(({ coldFlow, expectReads }) => {
          expectReads(coldFlow(marbles)).toBe('-a-|');
        });
      expect(run).toThrow('reads of cold flow 1 are not as expected');
    });

    it.each([
      ['another code', 'reset'],
      ['another error', new Error('cold flow 1: failed by its marbles')],
      ['another field', { code: 'failed', message: 'no' }],
      ['another type', 7],
    ])('fails for a failure with %s', (_, error) => {
      const run = () =>
        jestScheduler().run(({ coldFlow, expectReads }) => {
          expectReads(coldFlow('-#')).toBe('-#', {}, error);
        });
      expect(run).toThrow('expected  -#\ncame      -#');
    });

    it('fills the time between the end of the writes and an abort', () => {
      const message = failureOf(() =>
        jestScheduler().run(({ coldFlow, expectWrites }) => {
          const flow = coldFlow('');
          flow.shutdown('write');
          timer(5).subscribe(() => flow.abort());
          expectWrites(flow).toBe('|--#');
        }),
      );
      expect(message).toContain('expected  |--#\ncame      |----#');
    });

    it('prints both diagrams of writes', () => {
      const message = failureOf(() =>
        jestScheduler().run(({ coldFlow, expectWrites }) => {
          const flow = coldFlow('');
          timer(2).subscribe(() => flow.write(toBytes('no')));
          expectWrites(flow).toBe('-x-|');
        }),
      );
      expect(message).toContain('writes to cold flow 1 are not as expected\n\nexpected  -x-|\ncame      --A-');
    });

    it.each([
      ['are no text', Uint8Array.of(0xff, 0xfe), Uint8Array.of(0xfd, 0xfe), 'at frame 1: differs at byte 0 (0x0000)'],
      ['are long', new Uint8Array(100_000), new Uint8Array(100_000).fill(1, -1), 'at frame 1: differs at byte 99999 (0x1869f)'],
    ])('shows where buffers that %s differ', (_, came, expected, words) => {
      const run = () =>
        jestScheduler().run(({ coldFlow, expectReads }) => {
          expectReads(coldFlow('-a|', { a: came })).toBe('-a|', { a: expected });
        });
      expect(run).toThrow(words);
    });

    it('fails for an abort with another reason', () => {
      const run = () =>
        jestScheduler().run(({ coldFlow, expectWrites }) => {
          const flow = coldFlow('');
          flow.abort('one');
          expectWrites(flow).toBe('#', {}, 'other');
        });
      expect(run).toThrow('writes to cold flow 1');
    });

    it('puts the diagrams before the words of the test framework, for the helpers of RxJS too', () => {
      const message = failureOf(() =>
        jestScheduler().run(({ cold, expectObservable }) => {
          expectObservable(cold('-a-b|')).toBe('-a--b|');
        }),
      );
      expect(message).toContain('expected  -a--b|\ncame      -a-b|\n\n');
      expect(message).toContain('toEqual');
    });
  });

  it('has all of the helpers of RxJS', () =>
    jestScheduler().run((helpers) => {
      const { cold, hot, time, expectObservable, expectSubscriptions, flush, animate } = helpers;
      const source = cold('-a-|');
      expectObservable(source.pipe(delay(time('--|')))).toBe('---(a|)');
      expectSubscriptions(source.subscriptions).toBe('^--!');
      expectObservable(hot('--h')).toBe('--h');
      expect(animate).toEqual(expect.any(Function));
      flush();
    }));

  it('checks what has been expected so far when it is flushed', () =>
    jestScheduler().run(({ coldFlow, expectReads, flush }) => {
      expectReads(coldFlow('-a')).toBe('-b');
      expect(() => flush()).toThrow('reads of cold flow 1');
    }));

  it('still checks what stands behind an expectation that failed when it was flushed', () => {
    const run = () =>
      jestScheduler().run(({ coldFlow, expectReads, flush }) => {
        expectReads(coldFlow('-a')).toBe('-b');
        expectReads(coldFlow('-a')).toBe('-c');
        expect(() => flush()).toThrow('reads of cold flow 1');
      });
    expect(run).toThrow('reads of cold flow 2');
  });

  it('reads from now on where the frame to begin at is over, and does not turn back the time', () =>
    jestScheduler().run(({ coldFlow, expectReads, flush }) => {
      timer(20).subscribe();
      flush();
      expectReads(withIdleTimeout(coldFlow('a--b'), 10)).toBe('20ms a--b 9ms #', {}, { code: 'timeout' });
    }));

  it('can be run again, from frame 0', () => {
    const scheduler = jestScheduler();
    for (let time = 0; time < 2; time += 1) scheduler.run(({ coldFlow, expectReads }) => expectReads(coldFlow('-a|')).toBe('-a|'));
    expect(scheduler.frame).toBe(2);
  });

  it('tells bytes from strings where both are compared', () => {
    expect(() => jestScheduler().run(({ coldFlow, expectObservable }) => expectObservable(coldFlow('-a|', { a: 'hello' }).read()).toBe('-a|', { a: 'hello' }))).toThrow(
      /A = "hello"\n.*B = the bytes of "hello"/,
    );
  });

  it('fails what is expected once the run is over, as behind an await', async () => {
    const expecting = jestScheduler().run(async ({ coldFlow, expectReads }) => {
      const flow = coldFlow('-a|');
      await Promise.resolve();
      expectReads(flow).toBe('never looked at');
    });
    await expect(expecting).rejects.toThrow(/^expectReads: the run is over; a callback must not wait for a promise/);
    const judging = jestScheduler().run(async ({ coldFlow, expectReads }) => {
      const reads = expectReads(coldFlow('-a|'));
      await Promise.resolve();
      reads.toBe('never looked at');
    });
    await expect(judging).rejects.toThrow(/^toBe: the run is over/);
  });

  it('gives back what the callback returns, and forgets a run that failed', () => {
    const scheduler = jestScheduler();
    const failing = () =>
      scheduler.run(({ coldFlow, expectReads }) => {
        expectReads(coldFlow('-a')).toBe('-b');
        throw new Error('midway');
      });
    expect(failing).toThrow('midway');
    expect(scheduler.run(() => 7)).toBe(7);
  });

  it('keeps what a run expects where one inside it fails', () => {
    const scheduler = jestScheduler();
    const outer = () =>
      scheduler.run(({ coldFlow, expectReads }) => {
        expectReads(coldFlow('-a|')).toBe('-b|');
        expect(() =>
          scheduler.run(() => {
            throw new Error('inside');
          }),
        ).toThrow('inside');
      });
    expect(outer).toThrow('reads of cold flow 1 are not as expected');
  });

  it('needs no test framework', () => {
    const alone = new FlowTestScheduler();
    alone.run(({ cold, coldFlow, expectObservable, expectReads, expectSubscriptions }) => {
      const values = { x: [{ deep: [1] }, new Error('e'), new Map()] };
      expectObservable(cold('-x|', { x: [{ deep: [1] }, new Error('e'), values.x[2]] })).toBe('-x|', values);
      expectReads(coldFlow('-a|')).toBe('-a|');
      const source = of(1).pipe(take(1));
      expectObservable(source).toBe('(a|)', { a: 1 });
      expectSubscriptions([]).toBe([]);
    });
    for (const value of [{ a: 1 }, { b: 2 }, [1], null, 'x', new Error('b'), Uint8Array.of(1)]) {
      const run = () =>
        alone.run(({ cold, expectObservable }) => {
          expectObservable(cold('v', { v: value })).toBe('v', { v: { a: 2 } });
        });
      expect(run).toThrow('what came is not what was expected');
    }
  });

  it('takes an answer of false for a difference', () => {
    const run = () => new FlowTestScheduler(() => false).run(({ cold, expectObservable }) => expectObservable(cold('a')).toBe('a'));
    expect(run).toThrow('what came is not what was expected');
  });

  it('asks the assertion about reads and writes once they agree, and not before', () => {
    const asked = jest.fn();
    const run = (marbles: string) =>
      new FlowTestScheduler(asked).run(({ coldFlow, expectReads }) => {
        expectReads(coldFlow('-a')).toBe(marbles);
      });
    expect(() => run('-b')).toThrow('reads of cold flow 1');
    expect(asked).not.toHaveBeenCalled();
    run('-a');
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('counts as an assertion of the test framework', () => {
    expect.assertions(1);
    jestScheduler().run(({ coldFlow, expectReads }) => {
      expectReads(coldFlow('-a')).toBe('-a');
    });
  });

  it('throws at once for bad marbles, naming the column', () =>
    jestScheduler().run(({ coldFlow, expectReads }) => {
      expect(() => coldFlow('-a|b')).toThrow('marbles "-a|b", column 4: b after the end');
      expect(() => expectReads(coldFlow('-a')).toBe('-(a')).toThrow('marbles "-(a", column 2');
      expect(() => expectReads(7 as never)).toThrow(TypeError);
      expect(() => expectReads(coldFlow('-a'), '^--x!')).toThrow('subscription marbles "^--x!", column 4: x has no place');
    }));
});
