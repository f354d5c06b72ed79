import fc from 'fast-check';
import { firstValueFrom, NEVER, of, Subject } from 'rxjs';
import { collect } from '../../src/combinators/collect.js';
import { collectText } from '../../src/combinators/collect-text.js';
import type { Flow } from '../../src/flow/flow.js';
import { makeFlow } from '../../src/flow/make-flow.js';
import type { FlowLink } from '../../src/flow/transport.js';
import { utf8 } from '../../src/flow/utf8.js';
import { flowPair } from '../../src/memory/pair.js';
import { fromWebStreams } from '../../src/web/from-web-streams.js';
import { toWebStreams } from '../../src/web/to-web-streams.js';
import { endOf, watch } from '../node/support/settled.js';
import { describeConformance } from '../support/run-conformance.js';
import { concat, pattern } from './support/bytes.js';

describeConformance('a flow through web streams and back', {
  create: () => {
    const [a, b] = flowPair();
    return of<[Flow, Flow]>([fromWebStreams(toWebStreams(a)), b]);
  },
  capabilities: { keepsUnread: 'the failure of the writable is told at once, and what is unread in the readable is dropped' },
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A flow whose reads are counted, and its far side. */
function countedFlow(): { flow: Flow; link: FlowLink; pulls: () => number; ended: Subject<'end' | 'abort'> } {
  let link!: FlowLink;
  let pulls = 0;
  const ended = new Subject<'end' | 'abort'>();
  const flow = makeFlow({
    name: 'counted',
    open: (engine) => {
      link = engine;
    },
    pull: () => {
      pulls += 1;
    },
    write: () => false,
    end: () => link.finished(),
    abort: () => ended.next('abort'),
  });
  return { flow, link, pulls: () => pulls, ended };
}

describe('toWebStreams', () => {
  describe('readable', () => {
    it('pulls one buffer when it is read, and none before', async () => {
      const { flow, link, pulls } = countedFlow();
      const reader = toWebStreams(flow).readable.getReader();
      await settled();
      expect(pulls()).toBe(0);
      const first = reader.read();
      await settled();
      expect(pulls()).toBe(1);
      link.push(utf8('one'));
      expect(await first).toEqual({ done: false, value: utf8('one') });
      await settled();
      expect(pulls()).toBe(1);
      flow.abort();
    });

    it('closes at EOF and stays closed', async () => {
      const [near, far] = flowPair();
      far.write(utf8('last'));
      far.shutdown('write');
      const reader = toWebStreams(near).readable.getReader();
      expect(await reader.read()).toEqual({ done: false, value: utf8('last') });
      expect(await reader.read()).toEqual({ done: true, value: undefined });
      await reader.closed;
    });

    it('errors when the flow breaks, after the data before', async () => {
      const { flow, link } = countedFlow();
      const reader = toWebStreams(flow).readable.getReader();
      link.push(utf8('before'));
      flow.read(); // cold: changes nothing
      const error = Object.assign(new Error('gone'), { code: 'reset' });
      link.fail(error as never);
      expect(await reader.read()).toEqual({ done: false, value: utf8('before') });
      await expect(reader.read()).rejects.toBe(error);
    });

    it('copies what it is given: the memory stays the one who wrote it', async () => {
      const [near, far] = flowPair();
      const written = utf8('shared');
      far.write(written);
      const { value } = await toWebStreams(near).readable.getReader().read();
      expect(value).toEqual(utf8('shared'));
      expect(value!.buffer).not.toBe(written.buffer);
      expect(written).toEqual(utf8('shared'));
    });

    it('hands a BYOB reader its own view back, as full as one buffer makes it', async () => {
      const [near, far] = flowPair();
      far.write(pattern(10));
      far.write(pattern(3, 10));
      far.shutdown('write');
      const reader = toWebStreams(near).readable.getReader({ mode: 'byob' });
      const sizes: number[] = [];
      const came: Uint8Array[] = [];
      for (let view = new Uint8Array(new ArrayBuffer(100), 50, 4); ; ) {
        const { done, value } = await reader.read(view);
        if (done) break;
        expect([value.byteOffset, value.buffer.byteLength]).toEqual([50, 100]);
        sizes.push(value.byteLength);
        came.push(value.slice());
        view = new Uint8Array(value.buffer, 50, 4);
      }
      expect(sizes).toEqual([4, 4, 2, 3]);
      expect(concat(came)).toEqual(pattern(13));
    });

    it('gives a waiting BYOB reader its view back at EOF, empty', async () => {
      const [near, far] = flowPair();
      const reader = toWebStreams(near).readable.getReader({ mode: 'byob' });
      const read = reader.read(new Uint8Array(8));
      far.shutdown('write');
      const { done, value } = await read;
      expect([done, value?.byteLength, value?.buffer.byteLength]).toEqual([true, 0, 8]);
    });

    it('errors where EOF comes in the middle of a BYOB reader’s element', async () => {
      const [near, far] = flowPair();
      const reader = toWebStreams(near).readable.getReader({ mode: 'byob' });
      const read = reader.read(new Uint32Array(2));
      far.write(pattern(3));
      await settled();
      far.shutdown('write');
      await expect(read).rejects.toMatchObject({ name: 'TypeError' });
    });

    it('loses nothing when a reader lets go while it waits', async () => {
      const [near, far] = flowPair();
      const { readable } = toWebStreams(near);
      const first = readable.getReader();
      const waiting = first.read().catch(() => 'released');
      first.releaseLock();
      expect(await waiting).toBe('released');
      far.write(utf8('kept'));
      expect(await readable.getReader().read()).toEqual({ done: false, value: utf8('kept') });
    });

    it("is shutdown('read') when it is cancelled: the far side may go on writing, and be written to", async () => {
      const [near, far] = flowPair({ capacity: 4 });
      const { readable, writable } = toWebStreams(near);
      const reader = readable.getReader();
      const waiting = reader.read();
      await reader.cancel();
      expect((await waiting).done).toBe(true);
      expect(await firstValueFrom(far.write(pattern(1000)))).toEqual({ ok: true });
      const reading = firstValueFrom(far.read().pipe(collectText()));
      await writable.getWriter().write(utf8('still'));
      near.shutdown('write');
      expect(await reading).toBe('still');
    });

    it('is a body, and flows through other streams', async () => {
      const [near, far] = flowPair();
      const { readable, writable } = toWebStreams(near);
      const piped = readable.pipeThrough(new CompressionStream('gzip')).pipeThrough(new DecompressionStream('gzip')).pipeTo(writable);
      far.write(utf8('there and '));
      far.write(utf8('back'));
      far.shutdown('write');
      expect(await firstValueFrom(far.read().pipe(collectText()))).toBe('there and back');
      await piped;

      const [one, other] = flowPair();
      const text = new Response(toWebStreams(one).readable).text();
      other.write(utf8('a body'));
      other.shutdown('write');
      expect(await text).toBe('a body');
    });
  });

  describe('writable', () => {
    it('settles a write with the result of the flow', async () => {
      const { flow, link } = countedFlow();
      const writer = toWebStreams(flow).writable.getWriter();
      let done = false;
      const write = writer.write(utf8('one')).then(() => {
        done = true;
      });
      await settled();
      expect(done).toBe(false);
      link.ready();
      await write;
      flow.abort();
    });

    it('counts bytes', () => {
      const writer = toWebStreams(flowPair({ capacity: 1 })[0], { highWaterMark: 100 }).writable.getWriter();
      expect(writer.desiredSize).toBe(100);
      void writer.write(pattern(30));
      void writer.write(pattern(30));
      expect(writer.desiredSize).toBe(40);
    });

    it('takes views and array buffers as their bytes', async () => {
      const [near, far] = flowPair();
      const writer = toWebStreams(near).writable.getWriter();
      const reading = firstValueFrom(far.read().pipe(collect()));
      await writer.write(new DataView(pattern(10).buffer, 2, 3));
      await writer.write(pattern(4).buffer);
      await writer.close();
      expect(await reading).toEqual(concat([pattern(3, 2), pattern(4)]));
    });

    it('rejects with the error of the flow, and is errored by it at once', async () => {
      const [near, far] = flowPair();
      const writer = toWebStreams(near).writable.getWriter();
      await settled();
      far.abort();
      await expect(writer.closed).rejects.toMatchObject({ code: 'reset' });
      await expect(writer.write(utf8('late'))).rejects.toMatchObject({ code: 'reset' });
    });

    it('aborts the flow with the reason, though a write is stalled', async () => {
      const { flow } = countedFlow();
      const writer = toWebStreams(flow).writable.getWriter();
      await settled();
      const stalled = writer.write(utf8('stalled'));
      stalled.catch(() => undefined);
      await settled();
      const reason = new Error('enough');
      const aborted = writer.abort(reason);
      const closed = watch(flow.closed);
      expect(await closed.ended).toMatchObject({ code: 'aborted', cause: reason });
      await aborted;
    });

    it('rejects memory that has been transferred with a TypeError, and aborts the flow', async () => {
      const [near, far] = flowPair();
      const writer = toWebStreams(near).writable.getWriter();
      const memory = new ArrayBuffer(8);
      structuredClone(memory, { transfer: [memory] });
      const message = 'pair a: the writable stream takes bytes, not memory that has been transferred';
      await expect(writer.write(memory)).rejects.toEqual(new TypeError(message));
      expect([await endOf(near), await endOf(far)]).toEqual(['aborted', 'reset']);
    });

    it.each([['text'], [7], [undefined]])('rejects %p with a TypeError, and aborts the flow', async (chunk) => {
      const [near, far] = flowPair();
      const writer = toWebStreams(near).writable.getWriter();
      await expect(writer.write(chunk as never)).rejects.toMatchObject({ name: 'TypeError', message: expect.stringMatching(/^pair a: the writable stream takes bytes, not (?!text)/) });
      expect(await endOf(far)).toBe('reset');
    });
  });

  it('carries any bytes to any views of a BYOB reader', async () => {
    const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 100 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1 }), async (written, views) => {
        const [near, far] = flowPair();
        for (const chunk of written) far.write(chunk);
        far.shutdown('write');
        const reader = toWebStreams(near).readable.getReader({ mode: 'byob' });
        const came: Uint8Array[] = [];
        for (let at = 0; ; at += 1) {
          const { done, value } = await reader.read(new Uint8Array(views[at % views.length]!));
          if (done) break;
          came.push(value);
        }
        expect(concat(came)).toEqual(concat(written));
      }),
      { numRuns: 50 },
    );
  });

  it.each([[undefined], [{}], [NEVER]])('throws a TypeError for %p instead of a flow', (flow) => {
    expect(() => toWebStreams(flow as never)).toThrow(/^toWebStreams: flow must be a Flow, not /);
  });

  it.each([
    [{ highWaterMark: NaN }, 'toWebStreams: highWaterMark must be a whole number of at least 0, not number NaN'],
    [{ highWaterMark: -1 }, 'toWebStreams: highWaterMark must be a whole number of at least 0, not number -1'],
    [{ highWaterMark: null }, 'toWebStreams: highWaterMark must be a whole number of at least 0, not null'],
    [null, 'toWebStreams: options must be an object, not null'],
  ])('throws a TypeError for %p', (options, message) => {
    expect(() => toWebStreams(flowPair()[0], options as never)).toThrow(new TypeError(message));
  });
});
