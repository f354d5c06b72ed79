import { defer, map, mergeMap, retry, take, takeUntil, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { Flow } from '../../src/flow/flow.js';
import { FlowError } from '../../src/flow/flow-error.js';
import { utf8 } from '../../src/flow/utf8.js';
import { toBytes, toText } from '../../src/testing/bytes.js';
import { flowScript, type FlowScript } from '../../src/testing/flow-script.js';
import { logOf } from './log-of.js';

const virtually = (test: (scheduler: TestScheduler) => void) => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run(() => test(scheduler));
};

/** All that is read, as text. */
const reading = (flow: Flow) => logOf(flow.read().pipe(map(toText)));
const writing = (flow: Flow, text: string) => logOf(flow.write(toBytes(text)).pipe(map((result) => result.ok)));

describe('flowScript()', () => {
  it('does what its example says', () =>
    virtually((scheduler) => {
      const flow = flowScript().read('ping\n').wait(10).write('pong\n').expectEof().build();
      flow.read().pipe(take(1)).subscribe(() => {
        flow.write(utf8('pong\n'));
        flow.shutdown('write');
      });
      scheduler.flush();
      flow.verify();
    }));

  it('hands out its reads in order, one buffer each, then EOF', () => {
    const flow = flowScript().read('one').read(toBytes('two')).eof().build();
    expect(reading(flow)).toEqual(['one', 'two', 'complete']);
    flow.verify();
  });

  it('waits for ever after the last read unless eof() says that it is over', () => {
    const flow = flowScript().read('one').build();
    expect(reading(flow)).toEqual(['one']);
    flow.verify();
  });

  it('takes what is written, in one write or cut anywhere', () => {
    const flow = flowScript().write('hello ').write('world').build();
    for (const part of ['he', 'llo wor', 'ld']) expect(writing(flow, part)).toEqual([true, 'complete']);
    flow.verify();
  });

  it('answers in the middle of a conversation', () => {
    const flow = flowScript().write('ping').read('pong').write('bye').eof().build();
    const read = reading(flow);
    expect(read).toEqual([]);
    writing(flow, 'ping');
    expect(read).toEqual(['pong']);
    writing(flow, 'bye');
    expect(read).toEqual(['pong', 'complete']);
    flow.verify();
  });

  it('takes an answer that is written inside the delivery of the question', () => {
    const flow = flowScript().read('a').write('A').read('b').write('B').eof().build();
    const results = logOf(flow.read().pipe(mergeMap((buffer) => flow.write(toBytes(toText(buffer).toUpperCase())))));
    expect(results).toEqual([{ ok: true }, { ok: true }, 'complete']);
    flow.verify();
  });

  it('lets writes be ahead of the reads that precede them', () => {
    const flow = flowScript().read('greeting').write('hello').eof().build();
    expect(writing(flow, 'hello')).toEqual([true, 'complete']);
    expect(reading(flow)).toEqual(['greeting', 'complete']);
    flow.verify();
  });

  it('expects EOF where expectEof() says so, and lets it come at the end anyway', () => {
    for (const script of [flowScript().write('x').expectEof().eof(), flowScript().write('x').eof()]) {
      const flow = script.build();
      writing(flow, 'x');
      expect(logOf(flow.close())).toEqual([undefined, 'complete']);
      flow.verify();
    }
  });

  it('does not share its bytes with the caller or the reader', () => {
    const bytes = toBytes('abc');
    const script = flowScript().read(bytes).eof();
    bytes.fill(0);
    script.build().read().subscribe((buffer) => buffer.fill(0));
    expect(reading(script.build())).toEqual(['abc', 'complete']);
  });

  describe('on virtual time', () => {
    it('pauses between reads', () =>
      virtually((scheduler) => {
        const flow = flowScript().read('a').wait(5).read('b').wait(10).eof().build();
        scheduler.expectObservable(flow.read().pipe(map(toText))).toBe('a----b---------|');
      }));

    it('keeps a write pending until the pause before it is over', () =>
      virtually((scheduler) => {
        const flow = flowScript().wait(20).write('slow').build();
        scheduler.expectObservable(flow.write(toBytes('slow')).pipe(map((result) => result.ok))).toBe('20ms (y|)', { y: true });
      }));

    it('keeps EOF pending until the pause before it is over', () =>
      virtually((scheduler) => {
        const flow = flowScript().write('x').wait(3).expectEof().build();
        flow.write(toBytes('x'));
        scheduler.expectObservable(flow.shutdown('write')).toBe('3ms (u|)', { u: undefined });
      }));

    it('starts a pause when the step before it is done', () =>
      virtually((scheduler) => {
        const flow = flowScript().write('go').wait(4).read('went').build();
        timer(10).subscribe(() => flow.write(toBytes('go')));
        scheduler.expectObservable(flow.read().pipe(map(toText))).toBe('14ms w', { w: 'went' });
      }));

    it.each<[string, (flow: Flow) => unknown]>([
      ['read', (flow) => flow.read().pipe(takeUntil(timer(1))).subscribe()],
      ['write', (flow) => flow.write(toBytes('x'))],
      ["shutdown('read')", (flow) => flow.shutdown('read')],
      ["shutdown('write')", (flow) => flow.shutdown('write')],
      ['close()', (flow) => flow.close()],
    ])('begins a pause that comes first with the first %s', (_, act) =>
      virtually((scheduler) => {
        const ends: number[] = [];
        const flow = flowScript().wait(20).readError('reset').build();
        flow.closed.subscribe({ error: () => ends.push(scheduler.frame) });
        timer(5).subscribe(() => act(flow));
        timer(10).subscribe(() => logOf(flow.read()));
        scheduler.flush();
        expect(ends).toEqual([25]);
      }));

    it('frees its timers when the flow is aborted', () =>
      virtually((scheduler) => {
        const flow = flowScript().wait(1000).read('late').build();
        reading(flow);
        flow.abort();
        scheduler.flush();
        expect(scheduler.frame).toBe(0);
      }));
  });

  it.each([2 ** 31, 30 * 24 * 60 * 60 * 1000])('pauses for %p ms, which no timer of JavaScript holds', (ms) => {
    jest.useFakeTimers();
    try {
      const flow = flowScript().wait(ms).read('late').eof().build();
      const read = reading(flow);
      jest.advanceTimersByTime(ms - 1);
      expect(read).toEqual([]);
      jest.advanceTimersByTime(1);
      expect(read).toEqual(['late', 'complete']);
    } finally {
      jest.useRealTimers();
    }
  });

  describe('failing on purpose', () => {
    const reset = new FlowError('reset', 'script: reset');

    it('fails a read with the error it was given, after the data before it', () => {
      const flow = flowScript().read('some').readError(reset).build();
      expect(reading(flow)).toEqual(['some', reset]);
      expect(logOf(flow.closed)).toEqual([reset]);
      flow.verify();
    });

    it('wraps what is no FlowError, with code failed', () => {
      const cause = new Error('EIO');
      const flow = flowScript().readError(cause).build();
      expect(reading(flow)).toEqual([expect.objectContaining({ code: 'failed', cause })]);
    });

    it('takes a code for the failure of that code', () => {
      const flow = flowScript().readError('reset').build();
      expect(reading(flow)).toEqual([expect.objectContaining({ code: 'reset', message: 'script: failed by its script' })]);
    });

    it('lets a write succeed that a readError() follows, whoever reads already', () =>
      virtually((scheduler) => {
        const flow = flowScript().write('x').readError(reset).build();
        const read = reading(flow);
        expect(writing(flow, 'x')).toEqual([true, 'complete']);
        scheduler.flush();
        expect(read).toEqual([reset]);
      }));

    it('fails a write as a value, and goes on reading', () => {
      const flow = flowScript().writeError(reset).read('still here').eof().build();
      expect(logOf(flow.write(toBytes('x')))).toEqual([{ ok: false, error: reset }, 'complete']);
      expect(reading(flow)).toEqual(['still here', 'complete']);
      flow.verify();
    });

    it('drives a retry in virtual time', () =>
      virtually((scheduler) => {
        const scripts = [flowScript().wait(2).readError(reset), flowScript().wait(3).read('up').eof()];
        const attempts = defer(() => scripts.shift()!.build().read()).pipe(retry({ delay: 10 }));
        scheduler.expectObservable(attempts.pipe(map(toText))).toBe('15ms (a|)', { a: 'up' });
      }));
  });

  describe('when the other side deviates', () => {
    const wrong = (script: ReturnType<typeof flowScript>, act: (flow: Flow) => void) => {
      const flow = script.build();
      act(flow);
      let message = '';
      try {
        flow.verify();
      } catch (error) {
        expect(error).toMatchObject({ code: 'protocol' });
        message = (error as Error).message;
      }
      return message;
    };

    it('resolves the write with an error that shows what was expected and what came', () => {
      const flow = flowScript({ name: 'server' }).write('hello\n').build();
      const read = reading(flow);
      const [result] = logOf(flow.write(toBytes('help\n'))) as [{ ok: false; error: FlowError }];
      expect(result.ok).toBe(false);
      expect(result.error.code).toBe('protocol');
      expect(result.error.message).toBe(
        [
          'server: step 1, write("hello\\n") differs at byte 3 (0x0003)',
          '  expected  "hello\\n"',
          '  came      "help\\n"',
          '  expected  0000  68 65 6c>6c 6f 0a',
          '  came      0000  68 65 6c>70 0a',
        ].join('\n'),
      );
      expect(read).toEqual([result.error]);
      expect(logOf(flow.closed)).toEqual([result.error]);
      expect(() => flow.verify()).toThrow(result.error);
    });

    it('shows the offset within the step, when the step came in parts', () => {
      const message = wrong(flowScript().write('abcdef'), (flow) => {
        writing(flow, 'abc');
        writing(flow, 'dXf');
      });
      expect(message).toContain('differs at byte 4 (0x0004)');
      expect(message).toContain('came      "abcdXf"');
    });

    it('fails a write that nothing expects', () => {
      expect(wrong(flowScript().read('x'), (flow) => writing(flow, 'what'))).toBe(
        [
          'script: unexpected write',
          '  expected  no more writes',
          '  came      "what" (4 bytes)',
          '  came      0000 >77 68 61 74',
        ].join('\n'),
      );
    });

    it('fails what goes beyond the last write step, and shows where in its write that is', () => {
      expect(wrong(flowScript().write('a').write('b'), (flow) => writing(flow, 'abc'))).toBe(
        [
          'script: unexpected write',
          '  expected  no more writes',
          '  came      "c" (1 byte)',
          '  came      0000  61 62>63',
        ].join('\n'),
      );
    });

    it('says the size of a long one once, and shows the row of its hex where it starts', () => {
      const message = wrong(flowScript().write('-'.repeat(20)), (flow) => writing(flow, '-'.repeat(20) + 'x'.repeat(100)));
      const rows = [`"${'x'.repeat(64)}"… (100 bytes)`, '0010  2d 2d 2d 2d>78 78 78 78 78 78 78 78 78 78 78 78'];
      expect(message.split('\n').slice(2)).toEqual(rows.map((row) => `  came      ${row}`));
    });

    it('fails a write where EOF is expected', () => {
      expect(wrong(flowScript().expectEof(), (flow) => writing(flow, 'x'))).toBe(
        'script: step 1, expectEof()\n  expected  EOF\n  came      "x" (1 byte)\n  came      0000 >78',
      );
    });

    it('fails an EOF where a write is expected', () => {
      const message = wrong(flowScript().write('whole'), (flow) => {
        writing(flow, 'who');
        flow.shutdown('write');
      });
      expect(message).toBe('script: step 1, write("whole"): 3 of 5 bytes came\n  expected  a write\n  came      EOF');
    });

    it('errors the shutdown() that deviates', () => {
      const flow = flowScript().write('x').build();
      expect(logOf(flow.shutdown('write'))).toEqual([expect.objectContaining({ code: 'protocol' })]);
    });
  });

  describe('verify()', () => {
    it('names the steps that are left over, and how far they came', () => {
      const flow = flowScript().read('a').write('bcd').wait(5).expectEof().eof().build();
      flow.read().pipe(take(1)).subscribe();
      writing(flow, 'bc');
      expect(() => flow.verify()).toThrow(
        'script: 4 of 5 steps left over\n  step 2, write("bcd"): 2 of 3 bytes came\n  step 3, wait(5)\n  step 4, expectEof()\n  step 5, eof()',
      );
    });

    it.each<[string, (script: FlowScript) => FlowScript]>([
      ['read("answer")', (script) => script.read('answer')],
      ['eof()', (script) => script.eof()],
      ['readError()', (script) => script.readError('reset')],
    ])('names %s, whose reader had left before it came', (step, withStep) =>
      virtually((scheduler) => {
        const flow = withStep(flowScript().write('question').wait(10)).build();
        writing(flow, 'question');
        expect(logOf(flow.read().pipe(takeUntil(timer(5))))).toEqual([]);
        scheduler.flush();
        expect(() => flow.verify()).toThrow(`script: 1 of 3 steps left over\n  step 3, ${step}`);
      }));

    it('knows such a step as done once another reader has taken it', () =>
      virtually((scheduler) => {
        const flow = flowScript().wait(10).read('one').wait(10).read('two').eof().build();
        logOf(flow.read().pipe(takeUntil(timer(5))));
        scheduler.expectObservable(timer(30).pipe(mergeMap(() => flow.read()), map(toText))).toBe('30ms a 9ms (b|)', { a: 'one', b: 'two' });
        scheduler.flush();
        flow.verify();
      }));

    it("knows such a step as done once shutdown('read') has dropped it", () =>
      virtually((scheduler) => {
        const flow = flowScript().wait(10).read('late').eof().build();
        logOf(flow.read().pipe(takeUntil(timer(5))));
        timer(30).subscribe(() => flow.shutdown('read'));
        scheduler.flush();
        flow.verify();
      }));

    it('lets close() find an EOF that nobody waited for', () =>
      virtually((scheduler) => {
        const flow = flowScript().wait(10).eof().build();
        logOf(flow.read().pipe(takeUntil(timer(5))));
        scheduler.expectObservable(timer(20).pipe(mergeMap(() => flow.close()))).toBe('20ms (u|)', { u: undefined });
        scheduler.flush();
        flow.verify();
      }));

    it('names a write that a pause holds up, with which no step was compared', () => {
      const flow = flowScript().write('bye').wait(100).build();
      writing(flow, 'byeXTRA');
      expect(() => flow.verify()).toThrow(
        [
          'script: a write was compared with no step, as a pause came first',
          '  came      "XTRA" (4 bytes)',
          '  came      0000  62 79 65>58 54 52 41',
        ].join('\n'),
      );
      flow.abort();
    });

    it('names it behind the steps that are left over', () => {
      const flow = flowScript().wait(100).write('a').build();
      writing(flow, 'b');
      const left = ['script: 2 of 2 steps left over', '  step 1, wait(100)', '  step 2, write("a")'];
      const held = ['a write was compared with no step, as a pause came first', '  came      "b" (1 byte)', '  came      0000 >62'];
      expect(() => flow.verify()).toThrow([...left, ...held].join('\n'));
      flow.abort();
    });

    it('lets EOF be held up by a pause at the end', () => {
      const flow = flowScript().write('bye').wait(100).build();
      writing(flow, 'bye');
      flow.shutdown('write');
      flow.verify();
      flow.abort();
    });

    it('passes over a pause at the end', () => {
      const flow = flowScript().read('a').wait(5).build();
      reading(flow);
      flow.verify();
    });

    it('asks every flow that was built, and says if there was none', () => {
      const script = flowScript().read('a');
      expect(() => script.verify()).toThrow('script: verify() before build()');
      reading(script.build());
      script.verify();
      script.build();
      expect(() => script.verify()).toThrow('script: 1 of 1 step left over\n  step 1, read("a")');
    });
  });

  it('plays a long script, its writes far ahead of its reads', () => {
    // What is not linear goes through 800,000,000 steps.
    const pairs = 20_000;
    const script = flowScript();
    for (let at = 0; at < pairs; at += 1) script.read('r').write('w');
    const flow = script.eof().build();
    for (let at = 0; at < pairs; at += 1) flow.write(toBytes('w'));
    expect(reading(flow)).toHaveLength(pairs + 1);
    script.verify();
  });

  it.each<[string, () => unknown, string]>([
    ['null for options', () => flowScript(null as never), 'flowScript: options must be an object, not null'],
    ['a string for options', () => flowScript('x' as never), 'flowScript: options must be an object, not a string'],
    ['a name that is none', () => flowScript({ name: 5 } as never), 'flowScript: name must be a string, not number 5'],
    ['read of a number', () => flowScript().read(7 as never), 'script: step 1, read(): takes a string or a Uint8Array, not number 7'],
    ['an empty read', () => flowScript().write('x').read(''), 'script: step 2, read(): takes at least 1 byte'],
    ['an empty write', () => flowScript().write(new Uint8Array(0)), 'script: step 1, write(): takes at least 1 byte'],
    ['a negative pause', () => flowScript().wait(-1), 'script: step 1, wait(): takes milliseconds, 0 or more, not number -1'],
    ['a pause that is NaN', () => flowScript().wait(NaN), 'script: step 1, wait(): takes milliseconds, 0 or more, not number NaN'],
    ['a pause without end', () => flowScript().wait(Infinity), 'not number Infinity'],
    ['read() after eof()', () => flowScript().eof().wait(1).read('x'), 'script: step 3, read(): cannot come after eof() (step 1)'],
    ['a second eof()', () => flowScript().eof().eof(), 'script: step 2, eof(): cannot come after eof() (step 1)'],
    ['write() after expectEof()', () => flowScript().expectEof().write('x'), 'step 2, write(): cannot come after expectEof() (step 1)'],
    ['write() after writeError()', () => flowScript().writeError('e').write('x'), 'cannot come after writeError() (step 1)'],
    ['a step after readError()', () => flowScript().readError('e').wait(1), 'step 2, wait(): cannot come after readError() (step 1)'],
    ['read() after both', () => flowScript().eof().readError('e').eof(), 'cannot come after eof() (step 1)'],
  ])('throws a TypeError that names the step for %s', (_, call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});
