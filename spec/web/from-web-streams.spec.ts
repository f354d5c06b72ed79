import fc from 'fast-check';
import { firstValueFrom, ignoreElements, of, take } from 'rxjs';
import { collect } from '../../src/combinators/collect.js';
import { collectText } from '../../src/combinators/collect-text.js';
import { drainMap } from '../../src/combinators/drain-map.js';
import type { Flow } from '../../src/flow/flow.js';
import { FlowError } from '../../src/flow/flow-error.js';
import { utf8 } from '../../src/flow/utf8.js';
import { fromWebStreams } from '../../src/web/from-web-streams.js';
import { endOf, failureOf, watch } from '../node/support/settled.js';
import { describeConformance } from '../support/run-conformance.js';
import { concat, pattern } from './support/bytes.js';

function connected(): [Flow, Flow] {
  const [there, back] = [new TransformStream<Uint8Array, Uint8Array>(), new TransformStream<Uint8Array, Uint8Array>()];
  return [
    fromWebStreams({ readable: back.readable, writable: there.writable }),
    fromWebStreams({ readable: there.readable, writable: back.writable }),
  ];
}

describeConformance('web streams', {
  sides: 'a→b',
  create: () => of(connected()),
  capabilities: { keepsUnread: 'a readable that errors drops what is queued in it' },
});

/** A readable that is fed by hand, and counts what is asked of it. */
function fedReadable() {
  let controller!: ReadableStreamDefaultController<unknown>;
  const asked = { pulls: 0, cancelled: undefined as unknown };
  const readable = new ReadableStream<Uint8Array>(
    {
      start: (one) => {
        controller = one;
      },
      pull: () => {
        asked.pulls += 1;
      },
      cancel: (reason) => {
        asked.cancelled = reason;
      },
    },
    { highWaterMark: 0 },
  );
  return { readable, controller, asked };
}

/** A writable that takes one chunk at a time, when told to. */
function slowWritable() {
  const taken: Uint8Array[] = [];
  const told: { closed: boolean; aborted: unknown } = { closed: false, aborted: undefined };
  let controller!: WritableStreamDefaultController;
  let done: (() => void) | undefined;
  const writable = new WritableStream<Uint8Array>({
    start: (one) => {
      controller = one;
    },
    write: (chunk) => {
      taken.push(chunk);
      return new Promise((resolve) => {
        done = resolve;
      });
    },
    close: () => {
      told.closed = true;
    },
    abort: (reason) => {
      told.aborted = reason;
    },
  });
  return { writable, taken, told, controller, takeOne: () => done?.() };
}

/** A readable that always has more, each chunk its number; it fails in the end, should the specs never get their turn. */
function numbered() {
  const source = { produced: 0, readable: undefined as unknown as ReadableStream<Uint8Array> };
  source.readable = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        controller.enqueue(new Uint8Array(Uint32Array.of(source.produced).buffer));
        source.produced += 1;
        if (source.produced === 2 ** 20) controller.error(new Error('no turn was given'));
      },
    },
    { highWaterMark: 0 },
  );
  return source;
}

const openPorts = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
const numberIn = (chunk: Uint8Array) => new Uint32Array(chunk.buffer)[0];

const emptyReadable = () => new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
const anyWritable = () => new WritableStream<Uint8Array>();
/** Lets what promises have under way come to its end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('fromWebStreams', () => {
  it('is a flow through any transform stream', async () => {
    const zip = fromWebStreams(new CompressionStream('gzip'));
    const unzip = fromWebStreams(new DecompressionStream('gzip'));
    const zipped = firstValueFrom(zip.read().pipe(collect()));
    zip.write(utf8('hello '.repeat(1000)));
    zip.shutdown('write');
    unzip.write(await zipped);
    unzip.shutdown('write');
    expect(await firstValueFrom(unzip.read().pipe(collectText()))).toBe('hello '.repeat(1000));
  });

  describe('reading', () => {
    it('asks for nothing before it is read, and for one chunk at a time', async () => {
      const { readable, controller, asked } = fedReadable();
      const flow = fromWebStreams({ readable, writable: anyWritable() });
      await settled();
      expect(asked.pulls).toBe(0);
      const reading = watch(flow.read().pipe(take(1)));
      await settled();
      expect(asked.pulls).toBe(1);
      controller.enqueue(utf8('one'));
      await reading.ended;
      await settled();
      expect(asked.pulls).toBe(1);
      flow.abort();
    });

    it('takes views and array buffers as their bytes', async () => {
      const { readable, controller } = fedReadable();
      const flow = fromWebStreams({ readable, writable: anyWritable() });
      const reading = watch(flow.read());
      controller.enqueue(new DataView(pattern(10).buffer, 2, 3));
      controller.enqueue(pattern(4).buffer);
      controller.close();
      await reading.ended;
      expect(concat(reading.values)).toEqual(concat([pattern(3, 2), pattern(4)]));
    });

    it.each([['text'], [7], [null], [{ length: 3 }], [new SharedArrayBuffer(1)]])('breaks with protocol for %p', async (chunk) => {
      const { readable, controller, asked } = fedReadable();
      const flow = fromWebStreams({ readable, writable: anyWritable() }, { name: 'pair' });
      controller.enqueue(utf8('before'));
      controller.enqueue(chunk);
      const reading = watch(flow.read());
      expect(await reading.ended).toMatchObject({ code: 'protocol', message: expect.stringMatching(/^pair: the readable stream gave (?!.*text)/) });
      expect(concat(reading.values)).toEqual(utf8('before'));
      expect(asked.cancelled).toMatchObject({ code: 'protocol' });
    });

    it.each([
      ['an ArrayBuffer', (memory: ArrayBuffer) => memory],
      ['a Uint8Array', (memory: ArrayBuffer) => new Uint8Array(memory)],
      ['a DataView', (memory: ArrayBuffer) => new DataView(memory)],
    ])('breaks with protocol for %s whose memory was transferred before it was read, as by the other branch of a tee', async (_, chunkOf) => {
      const { readable, controller } = fedReadable();
      const flow = fromWebStreams({ readable, writable: anyWritable() }, { name: 'pair' });
      const memory = new ArrayBuffer(8);
      controller.enqueue(chunkOf(memory));
      structuredClone(memory, { transfer: [memory] });
      const reading = watch(flow.read());
      const message = 'pair: the readable stream gave memory that has been transferred instead of bytes';
      expect(await reading.ended).toMatchObject({ code: 'protocol', message });
    });

    it('goes on over a chunk of no bytes', async () => {
      const { readable, controller } = fedReadable();
      const reading = watch(fromWebStreams({ readable, writable: anyWritable() }).read());
      for (const chunk of [new Uint8Array(0), new ArrayBuffer(0), utf8('after')]) controller.enqueue(chunk);
      controller.close();
      expect(await reading.ended).toBe('complete');
      expect(concat(reading.values)).toEqual(utf8('after'));
    });

    it('sees an end and a failure though nobody reads', async () => {
      const ended = fedReadable();
      const closing = fromWebStreams({ readable: ended.readable, writable: anyWritable() });
      const close = watch(closing.close());
      ended.controller.close();
      expect(await close.ended).toBe('complete');

      const failed = fedReadable();
      const flow = fromWebStreams({ readable: failed.readable, writable: anyWritable() });
      failed.controller.error(new Error('gone'));
      expect(await endOf(flow)).toBe('reset');
    });

    it('gives what was read before the end, whatever comes first', async () => {
      const readable = new ReadableStream<Uint8Array>({
        start: (controller) => {
          controller.enqueue(utf8('last'));
          controller.close();
        },
      });
      const flow = fromWebStreams({ readable, writable: anyWritable() });
      await settled();
      expect(await firstValueFrom(flow.read().pipe(collectText()))).toBe('last');
    });

    it('leaves what nobody wants in the stream: a stalled consumer holds one chunk of 256 MiB', async () => {
      let produced = 0;
      const readable = new ReadableStream<Uint8Array>(
        {
          pull: (controller) => {
            produced += 65536;
            controller.enqueue(new Uint8Array(65536));
            if (produced === 2 ** 28) controller.close();
          },
        },
        { highWaterMark: 0 },
      );
      const flow = fromWebStreams({ readable, writable: anyWritable() });
      await firstValueFrom(flow.read().pipe(take(1)));
      await settled();
      expect(produced).toBe(65536);
      flow.abort();
    });

    describe.each([
      ["that shutdown('read') drops", (flow: Flow) => watch(flow.shutdown('read'))],
      ['whose reader takes all at once', (flow: Flow) => watch(flow.read().pipe(ignoreElements()))],
      ['whose reader waits for promises alone', (flow: Flow) => watch(flow.read().pipe(drainMap(() => Promise.resolve()), ignoreElements()))],
    ])('a source that always has more, %s,', (_, begin) => {
      it('leaves the event loop its turns, and nothing behind', async () => {
        const before = openPorts();
        const source = numbered();
        const flow = fromWebStreams({ readable: source.readable, writable: anyWritable() });
        begin(flow);
        for (let turn = 0; turn < 3; turn += 1) await settled();
        flow.abort();
        expect(await endOf(flow)).toBe('aborted');
        const { produced } = source;
        for (let turn = 0; turn < 100 && openPorts() > before; turn += 1) await settled();
        expect([source.produced, openPorts()]).toEqual([produced, before]);
      });
    });

    it('leaves in the stream what came in the turn in which the reader went; the next one goes on there', async () => {
      const source = numbered();
      const flow = fromWebStreams({ readable: source.readable, writable: anyWritable() });
      const first = watch(flow.read());
      await settled();
      first.subscription.unsubscribe();
      for (let turn = 0; turn < 3; turn += 1) await settled();
      expect(source.produced).toBe(first.values.length);
      const next = await firstValueFrom(flow.read());
      expect(numberIn(next)).toBe(first.values.length);
      flow.abort();
    });

    it.each([
      ['an error', new Error('gone'), 'reset'],
      ['nothing', undefined, 'reset'],
      ['the abort of a flow', new FlowError('aborted', 'pair: aborted'), 'reset'],
      ['the failure of a flow', new FlowError('truncated', 'tls: cut'), 'truncated'],
    ])('breaks when the readable fails with %s, which is the cause', async (_, cause, code) => {
      const { readable, controller } = fedReadable();
      const flow = fromWebStreams({ readable, writable: anyWritable() });
      controller.error(cause);
      const failure = await failureOf(flow.read());
      expect([failure.code, failure.cause]).toEqual([code, cause]);
    });
  });

  describe('writing', () => {
    it('goes on to a writable whose own mark is 0 when a write is done', async () => {
      const taken: Uint8Array[] = [];
      const writable = new WritableStream<Uint8Array>({ write: (chunk) => void taken.push(chunk) }, { highWaterMark: 0 });
      const flow = fromWebStreams({ readable: emptyReadable(), writable });
      for (const text of ['one', 'two']) expect(await firstValueFrom(flow.write(utf8(text)))).toEqual({ ok: true });
      await firstValueFrom(flow.shutdown('write'));
      expect(taken).toEqual(['one', 'two'].map(utf8));
    });

    it('accepts a write when the writable wants more', async () => {
      const slow = slowWritable();
      const flow = fromWebStreams({ readable: emptyReadable(), writable: slow.writable });
      const first = watch(flow.write(utf8('one')));
      await settled();
      expect(slow.taken).toEqual([utf8('one')]);
      expect(first.values).toEqual([]);
      slow.takeOne();
      expect(await first.ended).toBe('complete');
      expect(first.values).toEqual([{ ok: true }]);
      flow.abort();
    });

    it('accepts at once what the writable has room for', () => {
      const writable = new WritableStream<Uint8Array>({}, new ByteLengthQueuingStrategy({ highWaterMark: 10 }));
      const flow = fromWebStreams({ readable: emptyReadable(), writable });
      expect([watch(flow.write(pattern(9))).values, watch(flow.write(pattern(1))).values]).toEqual([[{ ok: true }], []]);
      flow.abort();
    });

    it("closes the writable for shutdown('write'), after the writes before it", async () => {
      const slow = slowWritable();
      const flow = fromWebStreams({ readable: emptyReadable(), writable: slow.writable });
      flow.write(utf8('one'));
      const shutdown = watch(flow.shutdown('write'));
      await settled();
      expect(slow.told.closed).toBe(false);
      slow.takeOne();
      expect(await shutdown.ended).toBe('complete');
      expect(slow.told.closed).toBe(true);
    });

    it('breaks when the writable fails, and the pending writes with it', async () => {
      const slow = slowWritable();
      const flow = fromWebStreams({ readable: fedReadable().readable, writable: slow.writable });
      const result = watch(flow.write(utf8('one')));
      const cause = new Error('disk full');
      slow.controller.error(cause);
      slow.takeOne();
      await result.ended;
      expect(result.values).toMatchObject([{ ok: false, error: { code: 'reset', cause } }]);
      expect(await endOf(flow)).toBe('reset');
    });

    it('refuses the write within which the sink aborts the flow', async () => {
      const writable = new WritableStream<Uint8Array>({ write: () => flow.abort() });
      const flow: Flow = fromWebStreams({ readable: fedReadable().readable, writable });
      await settled(); // started: from now on the sink is called from within the write
      expect(watch(flow.write(pattern(1))).values).toMatchObject([{ ok: false, error: { code: 'aborted' } }]);
      expect(await endOf(flow)).toBe('aborted');
    });

    it('breaks when a writable that nobody writes to fails', async () => {
      const slow = slowWritable();
      const flow = fromWebStreams({ readable: fedReadable().readable, writable: slow.writable });
      slow.controller.error(new Error('gone'));
      expect(await endOf(flow)).toBe('reset');
    });
  });

  describe('the end', () => {
    it('cancels and aborts both streams with the error of the abort', async () => {
      const fed = fedReadable();
      const slow = slowWritable();
      const flow = fromWebStreams({ readable: fed.readable, writable: slow.writable });
      await settled();
      const reason = new Error('enough');
      flow.abort(reason);
      await settled();
      expect(fed.asked.cancelled).toMatchObject({ code: 'aborted', cause: reason });
      expect(slow.told.aborted).toMatchObject({ code: 'aborted', cause: reason });
    });

    it.each(['close', 'abort'] as const)('releases both locks on %s()', async (how) => {
      const [readable, writable] = [emptyReadable(), anyWritable()];
      const flow = fromWebStreams({ readable, writable });
      expect([readable.locked, writable.locked]).toEqual([true, true]);
      flow[how]();
      await endOf(flow);
      expect([readable.locked, writable.locked]).toEqual([false, false]);
    });
  });

  describe('streams that throw where they should reject', () => {
    const cause = new Error('no such stream');
    /** A pair whose reader, or writer, throws in that method. */
    function throwing(side: 'reader' | 'writer', method: string) {
      const [readable, writable] = [fedReadable().readable, anyWritable()];
      const lock = { reader: readable.getReader(), writer: writable.getWriter() };
      Object.assign(lock[side], {
        [method]: () => {
          throw cause;
        },
      });
      return fromWebStreams({ readable: { getReader: () => lock.reader }, writable: { getWriter: () => lock.writer } } as never, { name: 'pair' });
    }

    it('are reset by a read', async () => {
      const flow = throwing('reader', 'read');
      expect(await failureOf(flow.read())).toMatchObject({ code: 'reset', cause });
      expect(await endOf(flow)).toBe('reset');
    });

    it('are reset by a write, which is refused', async () => {
      const flow = throwing('writer', 'write');
      const failure = { code: 'reset', message: 'pair: the writable stream failed', cause };
      expect(watch(flow.write(pattern(1))).values).toMatchObject([{ ok: false, error: failure }]);
      expect(await failureOf(flow.closed)).toMatchObject(failure);
    });

    it("are reset by shutdown('write')", async () => {
      const flow = throwing('writer', 'close');
      expect(await failureOf(flow.shutdown('write'))).toMatchObject({ code: 'reset', cause });
    });

    it.each([
      ['writer', 'abort'],
      ['reader', 'cancel'],
      ['reader', 'releaseLock'],
      ['writer', 'releaseLock'],
    ] as const)('are aborted all the same: %s.%s', async (side, method) => {
      const flow = throwing(side, method);
      flow.abort();
      expect(await endOf(flow)).toBe('aborted');
    });
  });

  it('carries any bytes, cut in any way', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(chunks, async (written) => {
        const [near, far] = connected();
        const read = firstValueFrom(far.read().pipe(collect()));
        for (const chunk of written) near.write(chunk);
        near.shutdown('write');
        expect(concat([await read])).toEqual(concat(written));
        near.abort();
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    [undefined, 'fromWebStreams: readable must be a stream, not undefined'],
    [{ readable: 7, writable: anyWritable() }, 'fromWebStreams: readable must be a stream, not number 7'],
    [{ readable: emptyReadable(), writable: emptyReadable() }, 'fromWebStreams: writable must be a stream, not a ReadableStream'],
  ])('throws a TypeError for %p', (pair, message) => {
    expect(() => fromWebStreams(pair as never)).toThrow(new TypeError(message));
  });

  it.each([
    [{ highWaterMark: NaN }, 'fromWebStreams: highWaterMark must be a whole number of at least 0, not number NaN'],
    [{ highWaterMark: -1 }, 'fromWebStreams: highWaterMark must be a whole number of at least 0, not number -1'],
    [{ highWaterMark: null }, 'fromWebStreams: highWaterMark must be a whole number of at least 0, not null'],
    [null, 'fromWebStreams: options must be an object, not null'],
  ])('throws a TypeError for %p, and locks nothing', (options, message) => {
    const pair = new TransformStream<Uint8Array, Uint8Array>();
    expect(() => fromWebStreams(pair, options as never)).toThrow(new TypeError(message));
    expect([pair.readable.locked, pair.writable.locked]).toEqual([false, false]);
  });

  it('throws a TypeError for a locked stream', () => {
    const [readable, writable] = [emptyReadable(), anyWritable()];
    readable.getReader();
    expect(() => fromWebStreams({ readable, writable })).toThrow(new TypeError('fromWebStreams: readable is locked to another reader or writer'));
    expect(writable.locked).toBe(false);
  });
});
