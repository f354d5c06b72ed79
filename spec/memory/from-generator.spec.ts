import fc from 'fast-check';
import { firstValueFrom, take } from 'rxjs';
import { FlowError } from '../../src/flow/flow-error.js';
import { fromGenerator, type InputGenerator, type OutputGenerator } from '../../src/memory/from-generator.js';
import { bytes, errorOf, logOf, refusalOf, text, turn, writeOf } from './log-of.js';

/** What happened inside a generator: `yield a`, `got b`, `finally`. */
type Diary = string[];

/** A generator that yields the texts, and writes down where it stands. */
function yielding(diary: Diary, ...texts: string[]): () => Generator<string, void, undefined> {
  return function* () {
    try {
      for (const one of texts) {
        diary.push(`yield ${one}`);
        yield one;
      }
      diary.push('return');
    } finally {
      diary.push('finally');
    }
  };
}

function yieldingLater(diary: Diary, ...texts: string[]): () => AsyncGenerator<string, void, undefined> {
  return async function* () {
    yield* yielding(diary, ...texts)();
  };
}

/** A generator that takes `count` buffers. */
function taking(diary: Diary, count = Infinity): () => Generator<undefined, void, Uint8Array> {
  return function* () {
    diary.push('start');
    try {
      for (let i = 0; i < count; i += 1) diary.push(`got ${text(yield)}`);
      diary.push('return');
    } finally {
      diary.push('finally');
    }
  };
}

function takingLater(diary: Diary, count = Infinity): () => AsyncGenerator<undefined, void, Uint8Array> {
  return async function* () {
    diary.push('start');
    try {
      for (let i = 0; i < count; i += 1) {
        const buffer = yield;
        await turn();
        diary.push(`got ${text(buffer)}`);
      }
      diary.push('return');
    } finally {
      await turn();
      diary.push('finally');
    }
  };
}

/** A promise, and its end in the hands of the spec. */
function deferred(): { promise: Promise<void>; resolve: () => void; reject: (reason: unknown) => void } {
  let resolve = () => {};
  let reject = (_reason: unknown) => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

async function turns(count = 6): Promise<void> {
  for (let i = 0; i < count; i += 1) await turn();
}

/** What the read side reports, collected over some turns of the event loop. */
async function readLog(flow: ReturnType<typeof fromGenerator>): Promise<string[]> {
  const log = logOf(flow.read());
  await turns();
  return log;
}

describe.each<[string, (diary: Diary, ...texts: string[]) => InputGenerator]>([
  ['a generator', yielding],
  ['an async generator', yieldingLater],
])('fromGenerator: the input, %s', (_, make) => {
  it('reads what is yielded, without the empty pieces, then EOF', async () => {
    const flow = fromGenerator({ input: make([], 'a', '', 'b') });
    expect(await readLog(flow)).toEqual(['a', 'b', '|']);
    expect(await readLog(flow)).toEqual(['|']);
  });

  it('is not started before a read, and advances once for each', async () => {
    const diary: Diary = [];
    const flow = fromGenerator({ input: make(diary, 'a', 'b', 'c') });
    const reads = flow.read().pipe(take(1));
    await turns();
    expect(diary).toEqual([]);
    expect(text(await firstValueFrom(reads))).toBe('a');
    await turns();
    expect(diary).toEqual(['yield a']);
    expect(text(await firstValueFrom(reads))).toBe('b');
    await turns();
    expect(diary).toEqual(['yield a', 'yield b']);
  });

  it("ends with its `finally` on shutdown('read'), and writing goes on", async () => {
    const diary: Diary = [];
    const taken: Diary = [];
    const flow = fromGenerator({ input: make(diary, 'a', 'b'), output: taking(taken) });
    await firstValueFrom(flow.read());
    await firstValueFrom(flow.shutdown('read'));
    await turns();
    expect(diary).toEqual(['yield a', 'finally']);
    expect(await readLog(flow)).toEqual(['|']);
    expect(writeOf(flow, 'x')).toEqual(['ok', '|']);
  });

  it('ends with its `finally` on abort', async () => {
    const diary: Diary = [];
    const flow = fromGenerator({ input: make(diary, 'a', 'b') });
    await firstValueFrom(flow.read());
    flow.abort();
    await turns();
    expect(diary).toEqual(['yield a', 'finally']);
    expect(await readLog(flow)).toEqual(['#aborted']);
  });

  it('ends with its `finally` on close', async () => {
    const diary: Diary = [];
    const flow = fromGenerator({ input: make(diary, 'a', 'b') });
    await firstValueFrom(flow.read());
    await firstValueFrom(flow.close());
    expect(diary).toEqual(['yield a', 'finally']);
  });

  it('is never started by a flow that ends unread', async () => {
    const start = jest.fn(make([], 'a') as () => Generator<string, void, undefined>);
    for (const end of ['close', 'abort'] as const) fromGenerator({ input: start })[end]();
    fromGenerator({ input: start }).shutdown('read');
    await turns();
    expect(start).not.toHaveBeenCalled();
  });
});

describe('fromGenerator: the input', () => {
  it('hands over a yielded buffer by reference, and a string in UTF-8', () => {
    const buffer = bytes('abc');
    const came: Uint8Array[] = [];
    const input = function* () {
      yield buffer;
      yield '€';
    };
    fromGenerator({ input }).read().subscribe((one) => came.push(one));
    expect(came[0]).toBe(buffer);
    expect(came[1]).toEqual(Uint8Array.of(0xe2, 0x82, 0xac));
  });

  it('reads a million yields in one synchronous loop', () => {
    const one = Uint8Array.of(1);
    let count = 0;
    const input = function* () {
      for (let i = 0; i < 1_000_000; i += 1) yield one;
    };
    fromGenerator({ input }).read().subscribe((buffer) => (count += buffer.length));
    expect(count).toBe(1_000_000);
  });

  it('keeps what an async generator yields after an unsubscribe for the next read', async () => {
    const gate = deferred();
    const input = async function* () {
      await gate.promise;
      yield 'late';
    };
    const flow = fromGenerator({ input });
    flow.read().subscribe().unsubscribe();
    gate.resolve();
    await turns();
    expect(await readLog(flow)).toEqual(['late', '|']);
  });

  it.each<[string, InputGenerator]>([
    [
      'a generator',
      function* () {
        yield 'a';
        throw new Error('out of paper');
      },
    ],
    [
      'an async generator',
      async function* () {
        yield 'a';
        throw new Error('out of paper');
      },
    ],
  ])('fails the flow with `failed` and the cause, after the data before it, when %s throws', async (_, input) => {
    const diary: Diary = [];
    const flow = fromGenerator({ input, output: taking(diary), name: 'printer' });
    writeOf(flow, 'x');
    expect(await readLog(flow)).toEqual(['a', '#failed']);
    const error = errorOf(flow.closed);
    expect(error).toMatchObject({ message: 'printer: the input failed', cause: new Error('out of paper') });
    expect(refusalOf(flow.write(bytes('y')))).toBe(error);
    expect(diary).toEqual(['start', 'got x', 'finally']);
  });

  it('passes on a FlowError as it is', () => {
    const thrown = new FlowError('timeout', 'printer: no paper within 5 ms');
    const input = function* (): Generator<string> {
      throw thrown;
    };
    expect(errorOf(fromGenerator({ input }).read())).toBe(thrown);
  });

  it.each<[string, unknown]>([
    ['number 7', 7],
    ['null', null],
    ['an array', ['a']],
    ['a Promise', Promise.resolve('a')],
  ])('fails the flow, and ends the generator, when it yields %s', (described, value) => {
    const diary: Diary = [];
    const input = function* () {
      try {
        yield 'a';
        yield value as string;
      } finally {
        diary.push('finally');
      }
    };
    const flow = fromGenerator({ input });
    expect(logOf(flow.read())).toEqual(['a', '#failed']);
    expect(errorOf(flow.read())?.message).toBe(`generator: the input yielded ${described}, not a string or a Uint8Array`);
    expect(diary).toEqual(['finally']);
  });

  it('fails the flow when the function is no generator function', () => {
    const flow = fromGenerator({ input: (() => 'abc') as never });
    expect(errorOf(flow.read())).toMatchObject({
      code: 'failed',
      cause: new TypeError('a generator function is needed, not one that returns a string'),
    });
  });

  it("fails the flow when the `finally` that shutdown('read') runs throws", () => {
    const input = function* () {
      try {
        yield 'a';
      } finally {
        throw new Error('jammed');
      }
    };
    const flow = fromGenerator({ input, output: taking([]) });
    logOf(flow.read().pipe(take(1)));
    flow.shutdown('read');
    expect(errorOf(flow.closed)).toMatchObject({ code: 'failed', cause: new Error('jammed') });
  });

  it('waits with close() for the `finally` of an async generator', async () => {
    const gate = deferred();
    const input = async function* () {
      try {
        yield 'a';
      } finally {
        await gate.promise;
      }
    };
    const flow = fromGenerator({ input });
    await firstValueFrom(flow.read());
    const closed = logOf(flow.close());
    await turns();
    expect(closed).toEqual([]);
    gate.resolve();
    await turns();
    expect(closed).toEqual(['|']);
  });

  it('does not wait with close() for an async generator that waits for something else', async () => {
    const gate = deferred();
    const diary: Diary = [];
    const input = async function* () {
      try {
        await gate.promise;
        yield 'a';
      } finally {
        diary.push('finally');
      }
    };
    const flow = fromGenerator({ input });
    const log = logOf(flow.read());
    expect(logOf(flow.close())).toEqual(['|']);
    expect(log).toEqual(['|']);
    gate.resolve();
    await turns();
    expect(diary).toEqual(['finally']);
    expect(log).toEqual(['|']);
  });

  it("drops what an async generator throws after shutdown('read'), and writing goes on", async () => {
    const gate = deferred();
    const input = async function* () {
      await gate.promise;
      yield 'a';
    };
    const flow = fromGenerator({ input, output: taking([]) });
    const log = logOf(flow.read());
    flow.shutdown('read');
    gate.reject(new Error('too late'));
    await turns();
    expect(log).toEqual(['|']);
    expect(writeOf(flow, 'x')).toEqual(['ok', '|']);
  });

  it.each(['resolve', 'reject'] as const)('drops what an async generator does after the abort: its await %ss', async (outcome) => {
    const gate = deferred();
    const diary: Diary = [];
    const input = async function* () {
      try {
        await gate.promise;
        yield 'a';
      } finally {
        diary.push('finally');
        await Promise.reject(new Error('nobody catches this'));
      }
    };
    const flow = fromGenerator({ input });
    const log = logOf(flow.read());
    flow.abort();
    expect(log).toEqual(['#aborted']);
    gate[outcome](new Error('nor this'));
    await turns(); // an unhandled rejection would fail this spec
    expect([log, diary]).toEqual([['#aborted'], ['finally']]);
  });

  it('drops what the `finally` throws on abort', () => {
    const input = function* () {
      try {
        yield 'a';
      } finally {
        throw new Error('jammed');
      }
    };
    const flow = fromGenerator({ input });
    logOf(flow.read().pipe(take(1)));
    expect(() => flow.abort()).not.toThrow();
    expect(errorOf(flow.closed)?.code).toBe('aborted');
  });

  it.each<['abort' | 'shutdown', string]>([
    ['abort', '#aborted'],
    ['shutdown', '|'],
  ])('can %s its own flow from inside, and its `finally` runs after that turn', async (end, ending) => {
    for (const later of [false, true]) {
      const diary: Diary = [];
      const body = function* (): Generator<string, void, undefined> {
        try {
          if (end === 'abort') flow.abort();
          else flow.shutdown('read');
          diary.push('turn');
          yield 'a';
        } finally {
          diary.push('finally');
        }
      };
      const asyncBody = async function* () {
        yield* body();
      };
      const flow = fromGenerator({ input: later ? asyncBody : body, output: taking([]) });
      expect(await readLog(flow)).toEqual([ending]);
      expect(diary).toEqual(['turn', 'finally']);
    }
  });

  it('gives back any pieces, sync or async, in any number of reads', async () => {
    const pieces = fc.array(fc.oneof(fc.string(), fc.uint8Array({ maxLength: 20 })), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), fc.boolean(), async (all, takes, later) => {
        const sync = function* () {
          yield* all;
        };
        const asynchronous = async function* () {
          yield* all;
        };
        const flow = fromGenerator({ input: later ? asynchronous : sync });
        const came: Uint8Array[] = [];
        for (const count of [...takes, Infinity]) {
          await new Promise<void>((complete) => {
            flow.read().pipe(take(count)).subscribe({ next: (buffer) => came.push(buffer), complete });
          });
        }
        const expected = all.map((one) => (typeof one === 'string' ? bytes(one) : one)).filter((one) => one.length > 0);
        expect(came).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe.each<[string, (diary: Diary, count?: number) => OutputGenerator]>([
  ['a generator', taking],
  ['an async generator', takingLater],
])('fromGenerator: the output, %s', (_, make) => {
  it('is started by the first write, and gets each buffer once, in order', async () => {
    const diary: Diary = [];
    const flow = fromGenerator({ output: make(diary) });
    expect(diary).toEqual([]);
    const results = ['a', 'b', 'c'].map((data) => writeOf(flow, data));
    await turns();
    expect(results).toEqual([['ok', '|'], ['ok', '|'], ['ok', '|']]);
    expect(diary).toEqual(['start', 'got a', 'got b', 'got c']);
  });

  it('ends the write side by returning: the write that it returned on is ok, later ones are closed', async () => {
    const diary: Diary = [];
    const flow = fromGenerator({ input: yielding([], 'in'), output: make(diary, 2) });
    const results = ['a', 'b', 'c'].map((data) => writeOf(flow, data));
    await turns();
    expect(results).toEqual([['ok', '|'], ['ok', '|'], ['closed', '|']]);
    expect(writeOf(flow, 'd')).toEqual(['closed', '|']);
    expect(writeOf(flow, '')).toEqual(['closed', '|']);
    expect(diary).toEqual(['start', 'got a', 'got b', 'return', 'finally']);
    expect(await readLog(flow)).toEqual(['in', '|']);
    expect(logOf(flow.closed)).toEqual(['|']);
  });

  it('ends the write side, in order, though nothing is written any more', async () => {
    const flow = fromGenerator({ output: make([], 1) });
    writeOf(flow, 'a');
    await turns();
    expect(logOf(flow.read())).toEqual(['|']);
    expect(logOf(flow.closed)).toEqual(['|']);
    expect(logOf(flow.shutdown('write'))).toEqual(['|']);
  });

  it('is closed from the first write on if it returns before it asks for a buffer', async () => {
    const diary: Diary = [];
    const flow = fromGenerator({ output: make(diary, 0) });
    const results = ['a', 'b'].map((data) => writeOf(flow, data));
    await turns();
    expect(results).toEqual([['closed', '|'], ['closed', '|']]);
  });

  it("runs its `finally` on shutdown('write'), after the pending writes", async () => {
    const diary: Diary = [];
    const flow = fromGenerator({ output: make(diary) });
    const result = writeOf(flow, 'a');
    await firstValueFrom(flow.shutdown('write'));
    expect(result).toEqual(['ok', '|']);
    expect(diary).toEqual(['start', 'got a', 'finally']);
    expect(writeOf(flow, 'b')).toEqual(['closed', '|']);
  });

  it('runs its `finally` on abort', async () => {
    const diary: Diary = [];
    const flow = fromGenerator({ output: make(diary) });
    await firstValueFrom(flow.write(bytes('a')));
    flow.abort();
    await turns();
    expect(diary).toEqual(['start', 'got a', 'finally']);
    expect(writeOf(flow, 'b')).toEqual(['aborted', '|']);
  });

  it('is never started by a flow that is never written to', async () => {
    const diary: Diary = [];
    expect(logOf(fromGenerator({ output: make(diary) }).shutdown('write'))).toEqual(['|']);
    expect(logOf(fromGenerator({ output: make(diary) }).close())).toEqual(['|']);
    fromGenerator({ output: make(diary) }).abort();
    await turns();
    expect(diary).toEqual([]);
  });
});

describe('fromGenerator: the output', () => {
  it('takes a million writes in one synchronous loop', () => {
    let taken = 0;
    const output = function* (): Generator<undefined, void, Uint8Array> {
      for (;;) taken += (yield).length;
    };
    const flow = fromGenerator({ output });
    const one = Uint8Array.of(1);
    for (let i = 0; i < 1_000_000; i += 1) flow.write(one);
    expect(taken).toBe(1_000_000);
  });

  it.each<[string, OutputGenerator]>([
    [
      'a generator',
      function* () {
        yield;
        throw new Error('out of ink');
      },
    ],
    [
      'an async generator',
      async function* () {
        yield;
        throw new Error('out of ink');
      },
    ],
    [
      'a generator, before it asks for a buffer,',
       
      function* () {
        throw new Error('out of ink');
      },
    ],
  ])('fails that write and all later ones with `failed` when %s throws, and reading goes on', async (_, output) => {
    const flow = fromGenerator({ input: yielding([], 'in'), output, name: 'printer' });
    const results = ['a', 'b'].map((data) => flow.write(bytes(data)));
    await turns();
    expect(refusalOf(results[0]!)).toMatchObject({
      code: 'failed',
      message: 'printer: the output failed',
      cause: new Error('out of ink'),
    });
    expect(refusalOf(results[1]!)).toBe(refusalOf(results[0]!));
    expect(refusalOf(flow.write(bytes('c')))).toBe(refusalOf(results[0]!));
    expect(await readLog(flow)).toEqual(['in', '|']);
  });

  it.each<[string, OutputGenerator]>([
    [
      'a generator',
      function* () {
        try {
          for (;;) yield;
        } finally {
          throw new Error('jammed');
        }
      },
    ],
    [
      'an async generator',
      async function* () {
        try {
          for (;;) yield;
        } finally {
          await Promise.reject(new Error('jammed'));
        }
      },
    ],
  ])("fails the flow when the `finally` of %s throws on shutdown('write')", async (_, output) => {
    const flow = fromGenerator({ input: yielding([], 'in'), output });
    await firstValueFrom(flow.write(bytes('a')));
    const done = logOf(flow.shutdown('write'));
    await turns();
    expect(done).toEqual(['#failed']);
    expect(errorOf(flow.closed)).toMatchObject({ message: 'generator: the output failed', cause: new Error('jammed') });
  });

  it('drops what an async generator does after the abort', async () => {
    const gate = deferred();
    const diary: Diary = [];
    const output = async function* (): AsyncGenerator<undefined, void, Uint8Array> {
      try {
        yield;
        await gate.promise;
      } finally {
        diary.push('finally');
        await Promise.reject(new Error('nobody catches this'));
      }
    };
    const flow = fromGenerator({ output });
    const result = writeOf(flow, 'a');
    await turns();
    expect(result).toEqual([]);
    flow.abort();
    expect(result).toEqual(['aborted', '|']);
    gate.reject(new Error('nor this'));
    await turns();
    expect(diary).toEqual(['finally']);
  });

  it('writes to its own flow in order, from inside', () => {
    const taken: string[] = [];
    const output = function* (): Generator<undefined, void, Uint8Array> {
      for (;;) {
        const buffer = text(yield);
        if (buffer === 'a') writeOf(flow, 'b');
        taken.push(buffer);
      }
    };
    const flow = fromGenerator({ output });
    writeOf(flow, 'a');
    expect(taken).toEqual(['a', 'b']);
  });

  it('can abort its own flow from inside, and its `finally` runs after that turn', () => {
    const diary: Diary = [];
    const output = function* (): Generator<undefined, void, Uint8Array> {
      try {
        yield;
        flow.abort();
        diary.push('turn');
        yield;
      } finally {
        diary.push('finally');
      }
    };
    const flow = fromGenerator({ output });
    expect(writeOf(flow, 'a')).toEqual(['aborted', '|']);
    expect(diary).toEqual(['turn', 'finally']);
  });

  it('takes all of any writes, sync or async, in order', async () => {
    const writes = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(writes, fc.boolean(), async (buffers, later) => {
        const taken: number[] = [];
        const sync = function* (): Generator<undefined, void, Uint8Array> {
          for (;;) taken.push(...(yield));
        };
        const asynchronous = async function* (): AsyncGenerator<undefined, void, Uint8Array> {
          for (;;) taken.push(...(yield));
        };
        const flow = fromGenerator({ output: later ? asynchronous : sync });
        const results = buffers.map((buffer) => logOf(flow.write(buffer)));
        await firstValueFrom(flow.shutdown('write'));
        expect(results).toEqual(buffers.map(() => ['ok', '|']));
        expect(taken).toEqual(buffers.flatMap((buffer) => [...buffer]));
      }),
      { numRuns: 50 },
    );
  });
});

describe('fromGenerator: arguments', () => {
  it.each<[any, string]>([
    [null, 'fromGenerator: options must be an object, not null'],
    [{ input: ['a'] }, 'fromGenerator: input must be a function, not an array'],
    [{ output: 7 }, 'fromGenerator: output must be a function, not number 7'],
    [{ close: 'now' }, 'fromGenerator: close must be a function, not a string'],
    [{ name: [] }, 'fromGenerator: name must be a string, not an array'],
  ])('refuses %p with a TypeError', (options, message) => {
    expect(() => fromGenerator(options)).toThrow(new TypeError(message));
  });

  it('is at EOF and closed without generators', () => {
    const flow = fromGenerator();
    expect(logOf(flow.read())).toEqual(['|']);
    expect(writeOf(flow, 'x')).toEqual(['closed', '|']);
  });
});
