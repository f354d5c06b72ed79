import fc from 'fast-check';
import { EMPTY, NEVER, of, Subject, take, throwError, timer, map } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { FlowError } from '../../src/flow/flow-error.js';
import { refillFlow } from '../../src/memory/refill-flow.js';
import type { Refill } from '../../src/memory/refill.js';
import { bytes, errorOf, logOf, refusalOf, text, turn, writeOf } from './log-of.js';

/** A refill that plays answers: texts, functions of the buffer, and 0 after the last. */
function playing(...steps: (string | Refill)[]): Refill & { calls: number } {
  const refill = (buffer: Uint8Array) => {
    const step = steps[refill.calls];
    refill.calls += 1;
    if (step === undefined) return 0;
    return typeof step === 'string' ? fill(buffer, step) : step(buffer);
  };
  refill.calls = 0;
  return refill;
}

function fill(buffer: Uint8Array, data: string): number {
  buffer.set(bytes(data));
  return data.length;
}

describe('refillFlow: input', () => {
  it('emits what the input fills, and completes when it answers 0', () => {
    const flow = refillFlow({ input: playing('a', 'bc') });
    expect(logOf(flow.read())).toEqual(['a', 'bc', '|']);
    expect(logOf(flow.read())).toEqual(['|']);
  });

  it('calls the input only while a reader waits, once for each buffer', () => {
    const input = playing('a', 'b');
    const flow = refillFlow({ input });
    const reads = flow.read().pipe(take(1));
    expect(input.calls).toBe(0);
    expect(logOf(reads)).toEqual(['a', '|']);
    expect(input.calls).toBe(1);
    expect(logOf(reads)).toEqual(['b', '|']);
    expect(input.calls).toBe(2);
  });

  it('never calls the input again once it has answered 0', () => {
    const input = playing();
    const flow = refillFlow({ input });
    logOf(flow.read());
    logOf(flow.read());
    flow.close();
    expect(input.calls).toBe(1);
  });

  it('gives each call a new buffer of 4096 bytes, so that what was read stays as it was', () => {
    const given: Uint8Array[] = [];
    const input: Refill = (buffer) => {
      given.push(buffer);
      return given.length > 3 ? 0 : buffer.fill(given.length).length - given.length;
    };
    const came: Uint8Array[] = [];
    refillFlow({ input }).read().subscribe((buffer) => came.push(buffer));
    expect(given.map((buffer) => buffer.length)).toEqual([4096, 4096, 4096, 4096]);
    expect(new Set(given.map((buffer) => buffer.buffer)).size).toBe(4);
    expect(came.map((buffer) => [buffer.length, buffer[0]])).toEqual([[4095, 1], [4094, 2], [4093, 3]]);
  });

  it('is at EOF at once without an input', () => {
    expect(logOf(refillFlow({ output: () => 1 }).read())).toEqual(['|']);
  });

  it('reads 100,000 buffers in one synchronous loop', () => {
    let left = 100_000;
    const flow = refillFlow({ input: (buffer) => ((left -= 1) >= 0 ? buffer.fill(1, 0, 1) && 1 : 0) });
    let count = 0;
    flow.read().subscribe((buffer) => (count += buffer.length));
    expect(count).toBe(100_000);
  });

  it('reads 100,000 buffers that come from Observables which answer at once, without growing the stack', () => {
    let left = 100_000;
    let count = 0;
    refillFlow({ input: () => of((left -= 1) >= 0 ? 1 : 0) }).read().subscribe((buffer) => (count += buffer.length));
    expect(count).toBe(100_000);
  });

  it('waits for an Observable and takes its first value', () => {
    new TestScheduler((came, expected) => expect(came).toEqual(expected)).run(({ expectObservable }) => {
      const later = (data: string): Refill => (buffer) => timer(6).pipe(map(() => fill(buffer, data)));
      const flow = refillFlow({ input: playing(later('a'), (buffer) => of(fill(buffer, 'b'), 99), later('c')) });
      expectObservable(flow.read().pipe(map(text))).toBe('------(ab)--(c|)', { a: 'a', b: 'b', c: 'c' });
    });
  });

  it('waits for a Promise', async () => {
    const flow = refillFlow({ input: playing((buffer) => Promise.resolve(fill(buffer, 'a')), async () => 0) });
    const log = logOf(flow.read());
    expect(log).toEqual([]);
    await turn();
    expect(log).toEqual(['a', '|']);
  });

  it('keeps a buffer that comes after an unsubscribe for the next read', () => {
    const answer = new Subject<number>();
    const flow = refillFlow({ input: playing((buffer) => (fill(buffer, 'late'), answer), 'next') });
    flow.read().subscribe().unsubscribe();
    answer.next(4);
    expect(logOf(flow.read())).toEqual(['late', 'next', '|']);
  });

  it.each([
    ['throws', () => { throw new Error('disk on fire'); }],
    ['answers an Observable that fails', () => throwError(() => new Error('disk on fire'))],
  ])('fails with `failed` and the cause, after the data before it, when the input %s', (_, fault: Refill) => {
    const flow = refillFlow({ input: playing('a', fault), output: (buffer) => buffer.length, name: 'disk' });
    expect(logOf(flow.read())).toEqual(['a', '#failed']);
    expect(logOf(flow.read())).toEqual(['#failed']);
    const error = errorOf(flow.closed);
    expect(error).toMatchObject({ code: 'failed', message: 'disk: the input failed', cause: new Error('disk on fire') });
    expect(refusalOf(flow.write(bytes('x')))).toBe(error);
  });

  it('fails with `failed` and the cause when the input answers a Promise that rejects', async () => {
    const flow = refillFlow({ input: async () => { throw new Error('disk on fire'); } });
    const log = logOf(flow.read());
    await turn();
    expect(log).toEqual(['#failed']);
    expect(errorOf(flow.read())?.cause).toEqual(new Error('disk on fire'));
  });

  it('passes on a FlowError that the input throws', () => {
    const thrown = new FlowError('timeout', 'disk: no answer within 5 ms');
    const flow = refillFlow({ input: () => { throw thrown; } });
    expect(errorOf(flow.read())).toBe(thrown);
  });

  it.each<[string, any, string]>([
    ['a negative count', -1, 'number -1'],
    ['NaN', NaN, 'number NaN'],
    ['more than there was room for', 4097, 'number 4097'],
    ['a fraction', 0.5, 'number 0.5'],
    ['a string from an Observable', of('5'), 'a string'],
    ['nothing from an Observable', EMPTY, 'undefined'],
  ])('fails with `protocol` when the input answers %s', (_, answer, described) => {
    const flow = refillFlow({ input: playing('a', () => answer) });
    expect(logOf(flow.read())).toEqual(['a', '#protocol']);
    expect(errorOf(flow.read())?.message).toBe(`refill: the input answered ${described}, not a count of 0 to 4096 bytes`);
  });

  it('fails with a TypeError as the cause when the input answers what is neither a number nor an ObservableInput', () => {
    const flow = refillFlow({ input: () => undefined as never });
    expect(errorOf(flow.read())).toMatchObject({ code: 'failed', cause: expect.any(TypeError) });
  });

  it("drops a pending answer, and asks for nothing more, after shutdown('read')", () => {
    const answer = new Subject<number>();
    const input = playing(() => answer);
    const flow = refillFlow({ input, output: (buffer) => buffer.length });
    const log = logOf(flow.read());
    flow.shutdown('read');
    expect(log).toEqual(['|']);
    expect(answer.observed).toBe(false);
    expect(writeOf(flow, 'on')).toEqual(['ok', '|']);
    expect(input.calls).toBe(1);
  });

  it("does not read an endless input to its end on shutdown('read')", () => {
    const input = jest.fn(() => 1);
    refillFlow({ input }).shutdown('read');
    expect(input).not.toHaveBeenCalled();
  });

  it('lets the input end its own flow from inside', () => {
    const flow = refillFlow({ input: () => { flow.abort(); return 1; } });
    expect(logOf(flow.read())).toEqual(['#aborted']);
    const other = refillFlow({ input: () => { other.shutdown('read'); return 1; } });
    expect(logOf(other.read())).toEqual(['|']);
  });

  it('unsubscribes from an answer that the input gives after it has aborted its flow', () => {
    const answer = new Subject<number>();
    const flow = refillFlow({ input: () => { flow.abort(); return answer; } });
    logOf(flow.read());
    expect(answer.observed).toBe(false);
  });
});

describe('refillFlow: output', () => {
  /** An output that takes at most `most` bytes a call, and `total` in all. */
  function taking(most: number, total = Infinity): Refill & { readonly taken: string[] } {
    const taken: string[] = [];
    let left = total;
    const refill = (buffer: Uint8Array) => {
      const count = Math.min(buffer.length, most, left);
      left -= count;
      if (count > 0) taken.push(text(buffer.subarray(0, count)));
      return count;
    };
    return Object.assign(refill, { taken });
  }

  it('completes a partial write before the next', () => {
    const output = taking(2);
    const flow = refillFlow({ output });
    expect(writeOf(flow, 'hello')).toEqual(['ok', '|']);
    expect(writeOf(flow, 'you')).toEqual(['ok', '|']);
    expect(output.taken).toEqual(['he', 'll', 'o', 'yo', 'u']);
  });

  it('completes partial writes that are answered later, in order, each result when its buffer is through', () => {
    const answers: Subject<number>[] = [];
    const taken: string[] = [];
    const flow = refillFlow({
      output: (buffer) => {
        taken.push(text(buffer));
        const answer = new Subject<number>();
        answers.push(answer);
        return answer;
      },
    });
    const first = writeOf(flow, 'hello');
    const second = writeOf(flow, 'you');
    answers[0]!.next(3);
    expect([first, second]).toEqual([[], []]);
    answers[1]!.next(2);
    expect([first, second]).toEqual([['ok', '|'], []]);
    answers[2]!.next(3);
    expect(second).toEqual(['ok', '|']);
    expect(taken).toEqual(['hello', 'lo', 'you']);
  });

  it('waits for promises', async () => {
    const taken: string[] = [];
    const flow = refillFlow({ output: async (buffer) => { taken.push(text(buffer)); return 1; } });
    const log = writeOf(flow, 'abc');
    const done = logOf(flow.shutdown('write'));
    await turn();
    expect([log, done]).toEqual([['ok', '|'], ['|']]);
    expect(taken).toEqual(['abc', 'bc', 'c']);
  });

  it('is closed from the write on that finds the output at its end, and reading goes on', () => {
    const output = taking(10, 7);
    const flow = refillFlow({ input: playing('in'), output });
    expect(writeOf(flow, 'hello')).toEqual(['ok', '|']);
    expect(writeOf(flow, 'you')).toEqual(['closed', '|']);
    expect(writeOf(flow, 'there')).toEqual(['closed', '|']);
    expect(writeOf(flow, '')).toEqual(['closed', '|']);
    expect(output.taken).toEqual(['hello', 'yo']);
    expect(logOf(flow.read())).toEqual(['in', '|']);
    expect(logOf(flow.closed)).toEqual(['|']);
  });

  it('never calls the output again once it has answered 0', () => {
    const output = jest.fn(() => 0);
    const flow = refillFlow({ output });
    writeOf(flow, 'a');
    writeOf(flow, 'b');
    expect(output).toHaveBeenCalledTimes(1);
  });

  it('is closed without an output', () => {
    const flow = refillFlow({ input: playing('a') });
    expect(refusalOf(flow.write(bytes('x')))).toMatchObject({ code: 'closed', message: 'refill: write, but there is no output' });
    expect(logOf(flow.shutdown('write'))).toEqual(['|']);
    expect(logOf(flow.read())).toEqual(['a', '|']);
  });

  it('closes the queued writes too when the output ends later', () => {
    const answer = new Subject<number>();
    const flow = refillFlow({ output: () => answer });
    const logs = ['a', 'b'].map((data) => writeOf(flow, data));
    answer.next(0);
    expect(logs).toEqual([['closed', '|'], ['closed', '|']]);
  });

  it.each([
    ['throws', () => { throw new Error('disk full'); }],
    ['answers an Observable that fails', () => throwError(() => new Error('disk full'))],
  ])('fails that write and all later ones with `failed` when the output %s, and reading goes on', (_, output: Refill) => {
    const flow = refillFlow({ input: playing('in'), output, name: 'disk' });
    const error = refusalOf(flow.write(bytes('x')));
    expect(error).toMatchObject({ code: 'failed', message: 'disk: the output failed', cause: new Error('disk full') });
    expect(refusalOf(flow.write(bytes('y')))).toBe(error);
    expect(logOf(flow.read())).toEqual(['in', '|']);
  });

  it('is ok for a write that it took, though one made inside it fails', () => {
    const results: string[] = [];
    const flow = refillFlow({
      output: (buffer) => {
        const data = text(buffer);
        if (data === 'b') throw new Error('disk full');
        logOf(flow.write(bytes('b')), (entry) => results.push(`b ${entry}`));
        return data.length;
      },
    });
    logOf(flow.write(bytes('a')), (entry) => results.push(`a ${entry}`));
    expect(results).toEqual(expect.arrayContaining(['a ok', 'b failed']));
    expect(results.length).toBe(4);
  });

  it('is ok for just the writes that it took, also for those made inside others, whichever one it fails', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }), fc.nat(10), fc.boolean(), (inside, failing, ends) => {
        const taken: number[] = [];
        const results = new Map<number, string>();
        let count = 0;
        const write = () => {
          const id = (count += 1);
          logOf(flow.write(Uint8Array.of(id)), (entry) => entry !== '|' && results.set(id, entry));
        };
        const flow = refillFlow({
          output: ([id = 0]) => {
            for (let left = inside.shift() ?? 0; left > 0; left -= 1) write();
            if (id === failing) {
              if (ends) return 0;
              throw new Error('disk full');
            }
            taken.push(id);
            return 1;
          },
        });
        for (let id = 0; id < 3; id += 1) write();
        const ok = [...results].filter(([, entry]) => entry === 'ok').map(([id]) => id);
        expect(ok.sort((a, b) => a - b)).toEqual(taken);
        expect(results.size).toBe(count);
      }),
    );
  });

  it('fails the write that it throws on, though it has ended the write side just before', () => {
    const flow = refillFlow({
      output: () => {
        flow.shutdown('write');
        throw new Error('disk full');
      },
    });
    expect(writeOf(flow, 'a')).toEqual(['failed', '|']);
  });

  it('fails with `failed` when the output answers a Promise that rejects', async () => {
    const flow = refillFlow({ output: async () => { throw new Error('disk full'); } });
    const logs = ['a', 'b'].map((data) => writeOf(flow, data));
    await turn();
    expect(logs).toEqual([['failed', '|'], ['failed', '|']]);
  });

  it.each([-1, NaN, 4, 1.5])('fails with `protocol` when the output says that it took %p of 3 bytes', (count) => {
    const error = refusalOf(refillFlow({ output: () => count }).write(bytes('abc')));
    expect(error).toMatchObject({
      code: 'protocol',
      message: `refill: the output answered number ${count}, not a count of 0 to 3 bytes`,
    });
  });

  it('takes 100,000 writes in one synchronous loop', () => {
    let taken = 0;
    const flow = refillFlow({ output: (buffer) => (taken += buffer.length) && buffer.length });
    const one = Uint8Array.of(1);
    for (let i = 0; i < 100_000; i += 1) flow.write(one);
    expect(taken).toBe(100_000);
  });

  it('takes a large write byte by byte without growing the stack', () => {
    let taken = 0;
    const flow = refillFlow({ output: () => (taken += 1) && of(1) });
    expect(logOf(flow.write(new Uint8Array(50_000)))).toEqual(['ok', '|']);
    expect(taken).toBe(50_000);
  });

  it('takes all of any writes, in any partial way, in order', () => {
    const writes = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 20 });
    fc.assert(
      fc.property(writes, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), fc.boolean(), (buffers, sizes, wrapped) => {
        const taken: number[] = [];
        let call = 0;
        const flow = refillFlow({
          output: (buffer) => {
            const count = Math.min(buffer.length, sizes[(call += 1) % sizes.length]!);
            taken.push(...buffer.subarray(0, count));
            return wrapped ? of(count) : count;
          },
        });
        for (const buffer of buffers) expect(logOf(flow.write(buffer))).toEqual(['ok', '|']);
        expect(taken).toEqual(buffers.flatMap((buffer) => [...buffer]));
      }),
    );
  });
});

describe('refillFlow: ending', () => {
  it('breaks on abort: reads and writes fail, and what the functions still answer is dropped', () => {
    const input = new Subject<number>();
    const output = new Subject<number>();
    const flow = refillFlow({ input: () => input, output: () => output });
    const log = logOf(flow.read());
    const result = writeOf(flow, 'x');
    flow.abort('enough');
    expect([log, result]).toEqual([['#aborted'], ['aborted', '|']]);
    expect([input.observed, output.observed]).toEqual([false, false]);
    expect(errorOf(flow.closed)).toMatchObject({ code: 'aborted', cause: 'enough' });
  });

  it('swallows the late rejection of a Promise that was pending at the abort', async () => {
    let reject = (_reason: Error) => {};
    const flow = refillFlow({ input: () => new Promise<number>((_, no) => (reject = no)) });
    const log = logOf(flow.read());
    flow.abort();
    reject(new Error('too late'));
    await turn();
    expect(log).toEqual(['#aborted']);
  });

  it('ends both directions on close, though the input has not ended', () => {
    const flow = refillFlow({ input: () => NEVER, output: (buffer) => buffer.length });
    const log = logOf(flow.read());
    expect(logOf(flow.close())).toEqual(['|']);
    expect(log).toEqual(['|']);
    expect(logOf(flow.closed)).toEqual(['|']);
    expect(writeOf(flow, 'x')).toEqual(['closed', '|']);
  });

  it('flushes pending writes before it closes', () => {
    const answer = new Subject<number>();
    const flow = refillFlow({ output: () => answer });
    const result = writeOf(flow, 'x');
    const closed = logOf(flow.close());
    expect(closed).toEqual([]);
    answer.next(1);
    expect([result, closed]).toEqual([['ok', '|'], ['|']]);
  });
});

describe('refillFlow: arguments', () => {
  it.each<[any, string]>([
    ['input', 'refillFlow: options must be an object, not a string'],
    [{ input: 'abc' }, 'refillFlow: input must be a function, not a string'],
    [{ output: new Uint8Array(1) }, 'refillFlow: output must be a function, not a Uint8Array'],
    [{ close: null }, 'refillFlow: close must be a function, not null'],
    [{ name: 7 }, 'refillFlow: name must be a string, not number 7'],
  ])('refuses %p with a TypeError', (options, message) => {
    expect(() => refillFlow(options)).toThrow(new TypeError(message));
  });

  it('is named after its configuration', () => {
    expect(refillFlow().name).toBe('refill');
    expect(refillFlow({ name: 'dice' }).name).toBe('dice');
  });
});
