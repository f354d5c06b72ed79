import { once } from 'node:events';
import { MessageChannel as NodeChannel, type Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { firstValueFrom, of, take } from 'rxjs';
import { collect } from '../../src/combinators/collect.js';
import type { Flow } from '../../src/flow/flow.js';
import { messagePortFlow } from '../../src/protocol/message-port-flow.js';
import { endOf, failureOf, watch } from '../node/support/settled.js';
import { describeConformance } from '../support/run-conformance.js';
import { concat, pattern } from '../web/support/bytes.js';
import { startWorker } from '../support/node-worker.js';

function connected(near = {}, far = near): [Flow, Flow] {
  const { port1, port2 } = new MessageChannel();
  return [messagePortFlow(port1, near), messagePortFlow(port2, far)];
}

function nodeConnected(): [Flow, Flow] {
  const { port1, port2 } = new NodeChannel();
  return [messagePortFlow(port1), messagePortFlow(port2)];
}

describeConformance('message ports', { sides: 'a→b', create: () => of(nodeConnected()) });
describeConformance('message ports with windows of 1000 bytes and 1 MiB', {
  create: () => of(connected({ windowBytes: 1000 }, { windowBytes: 2 ** 20 })),
});

/** A flow, and the bare port at its far end with all that comes out of it. */
function withBarePort(options = {}) {
  const { port1, port2 } = new MessageChannel();
  const flow = messagePortFlow(port1, options);
  const messages: unknown[] = [];
  let heard: (() => void) | undefined;
  port2.onmessage = ({ data }) => {
    if (isAgentName(data)) return;
    messages.push(data);
    heard?.();
  };
  const until = (count: number) =>
    new Promise<unknown[]>((resolve) => {
      heard = () => {
        if (messages.length >= count) resolve(messages);
      };
      heard();
    });
  return { flow, bare: port2, messages, until };
}

/** Later versions of Node do. */
const hasWebLocks = (globalThis as { readonly navigator?: Partial<Navigator> }).navigator?.locks !== undefined;

/** Said first where there are Web Locks. */
const isAgentName = (data: unknown) => typeof data === 'string' && data.startsWith('agent ');

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('messagePortFlow', () => {
  describe('the frame', () => {
    it('gives the window as credit first, sends nothing without, then data and eof', async () => {
      const { flow, bare, messages, until } = withBarePort({ windowBytes: 500 });
      const result = watch(flow.write(pattern(10)));
      await until(1);
      await settled();
      expect([messages, result.values]).toEqual([[500], []]);
      bare.postMessage(6);
      await until(2);
      expect([messages, result.values]).toEqual([[500, pattern(6).buffer], []]);
      bare.postMessage(100);
      flow.shutdown('write');
      expect(await until(4)).toEqual([500, pattern(6).buffer, pattern(4, 6).buffer, 'eof']);
      expect(await result.ended).toBe('complete');
      bare.close();
    });

    it('gives credit again for what was read, in halves of the window', async () => {
      const { flow, bare, messages, until } = withBarePort({ windowBytes: 100 });
      const reading = watch(flow.read());
      bare.postMessage(new ArrayBuffer(49));
      bare.postMessage(new ArrayBuffer(1));
      expect(await until(2)).toEqual([100, 50]);
      bare.postMessage(new ArrayBuffer(100));
      expect(await until(3)).toEqual([100, 50, 100]);
      bare.postMessage('eof');
      expect(await reading.ended).toBe('complete');
      expect(messages).toHaveLength(3);
      bare.close();
    });

    it('gives none for what nobody reads', async () => {
      const { flow, bare, messages, until } = withBarePort({ windowBytes: 100 });
      flow.write(pattern(1));
      bare.postMessage(new ArrayBuffer(60));
      bare.postMessage(new ArrayBuffer(40));
      bare.postMessage(1); // answered by the byte above, once what came before it has been taken
      expect(await until(2)).toEqual([100, pattern(1).buffer]);
      const reading = watch(flow.read().pipe(take(2)));
      await reading.ended;
      expect(messages).toHaveLength(2);
      watch(flow.read());
      expect((await until(3))[2]).toBe(100);
      bare.close();
    });

    it('says reset when it aborts', async () => {
      const { flow, until } = withBarePort({ windowBytes: 100 });
      await until(1);
      flow.abort();
      expect(await until(2)).toEqual([100, 'reset']);
    });

    it('says reset when it aborts at once: where there are Web Locks, before its window', async () => {
      const { flow, until } = withBarePort({ windowBytes: 100 });
      flow.abort();
      const said = hasWebLocks ? ['reset'] : [100, 'reset'];
      expect(await until(said.length)).toEqual(said);
    });

    it('holds at most a window of 256 MiB that a stalled consumer does not read', async () => {
      const [near, far] = connected();
      const block = new Uint8Array(65536);
      const results = Array.from({ length: 4096 }, () => watch(near.write(block)));
      await firstValueFrom(far.read().pipe(take(1)));
      for (let turn = 0; turn < 100; turn += 1) await settled();
      const accepted = results.filter(({ values }) => values.length > 0).length;
      expect(accepted * 65536).toBeLessThanOrEqual(2 * 262144);
      near.abort();
      await Promise.all(results.map(({ ended }) => ended));
    });
  });

  describe('memory', () => {
    it('copies what is written, the bytes alone', async () => {
      const { flow, bare, until } = withBarePort({ windowBytes: 100 });
      const whole = pattern(8);
      bare.postMessage(100);
      flow.write(whole);
      flow.write(new Uint8Array(pattern(1000).buffer, 100, 5));
      const [, first, second] = (await until(3)) as ArrayBuffer[];
      expect([first, second]).toEqual([pattern(8).buffer, pattern(5, 100).buffer]);
      expect(whole).toEqual(pattern(8));
      bare.close();
    });

    it('hands whole buffers over where asked, and copies what is part of more', async () => {
      const { flow, bare, until } = withBarePort({ windowBytes: 100, transfer: true });
      const [whole, memory] = [pattern(8), pattern(1000)];
      bare.postMessage(100);
      await until(1);
      await settled();
      flow.write(whole);
      flow.write(memory.subarray(100, 105));
      expect((await until(3)).slice(1)).toEqual([pattern(8).buffer, pattern(5, 100).buffer]);
      expect([whole.byteLength, memory.byteLength]).toEqual([0, 1000]);
      bare.close();
    });

    it.each([
      ['that may not be transferred', () => new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer)],
      ['that is shared', () => new Uint8Array(new SharedArrayBuffer(16))],
      ['of Node’s pool', () => Buffer.from('pooled')],
    ])('copies memory %s', async (_, make) => {
      const [near, far] = connected({ transfer: true });
      const buffer = make();
      const reading = firstValueFrom(far.read().pipe(collect()));
      near.write(buffer);
      near.shutdown('write');
      expect(await reading).toEqual(new Uint8Array(buffer));
      expect(buffer.byteLength).toBeGreaterThan(0);
      near.abort();
    });
  });

  describe('a far side that breaks the frame', () => {
    it.each([
      ['a word', 'SECRET'],
      ['an object', { eof: true }],
      ['nothing', null],
      ['a view', new Uint8Array(3)],
      ['shared memory', new SharedArrayBuffer(3)],
      ['no bytes', new ArrayBuffer(0)],
      ['more bytes than the window', new ArrayBuffer(101)],
      ['no credit', 0],
      ['negative credit', -1],
      ['half a byte of credit', 0.5],
      ['endless credit', Infinity],
      ['a name beyond all measure', `agent ${'/'.repeat(2 ** 20)}`],
    ])('is a protocol failure: %s', async (_, message) => {
      const { flow, bare, until } = withBarePort({ windowBytes: 100, name: 'worker 7' });
      bare.postMessage(message);
      const failure = await failureOf(flow.closed);
      expect(failure).toMatchObject({ code: 'protocol', message: expect.stringMatching(/^worker 7: (?!.*SECRET)/) });
      expect((await until(2))[1]).toBe('reset');
    });

    it('is one too when it sends on beyond a window that nobody reads', async () => {
      const { flow, bare } = withBarePort({ windowBytes: 100 });
      for (let at = 0; at < 3; at += 1) bare.postMessage(new ArrayBuffer(40));
      expect(await endOf(flow)).toBe('protocol');
      const reading = watch(flow.read());
      expect(await reading.ended).toMatchObject({ code: 'protocol' });
      expect(concat(reading.values)).toHaveLength(80);
    });

    it.each([
      ['data', new ArrayBuffer(3)],
      ['another eof', 'eof'],
    ])('is one too when it sends %s after its eof; what was read before stays whole', async (_, message) => {
      const { flow, bare, until } = withBarePort({ windowBytes: 100, name: 'worker 7' });
      const pending = watch(flow.write(pattern(5)));
      bare.postMessage(pattern(3).buffer);
      bare.postMessage('eof');
      bare.postMessage(message);
      expect(await failureOf(flow.closed)).toMatchObject({ code: 'protocol', message: expect.stringMatching(/^worker 7: more came after the eof$/) });
      expect(pending.values).toMatchObject([{ ok: false, error: { code: 'protocol' } }]);
      const reading = watch(flow.read());
      expect(await reading.ended).toBe('complete');
      expect(reading.values).toEqual([pattern(3)]);
      expect((await until(2))[1]).toBe('reset');
    });

    it('is none when data that nobody wants comes before the eof, and credit after it', async () => {
      const { flow, bare } = withBarePort({ windowBytes: 100 });
      flow.shutdown('read');
      const written = watch(flow.write(pattern(5)));
      for (const message of [new ArrayBuffer(100), 'eof', 5]) bare.postMessage(message);
      await written.ended;
      expect(written.values).toEqual([{ ok: true }]);
      flow.shutdown('write');
      expect(await endOf(flow)).toBe('complete');
    });

    it('takes any messages without crashing', async () => {
      const anything = fc.oneof(fc.anything(), fc.integer(), fc.constantFrom('eof', 'reset'), fc.uint8Array().map(({ buffer }) => buffer));
      await fc.assert(
        fc.asyncProperty(fc.array(anything, { maxLength: 10 }), async (messages) => {
          const { flow, bare } = withBarePort();
          for (const message of messages) {
            try {
              bare.postMessage(message);
            } catch {
              // What cannot be cloned cannot come.
            }
          }
          bare.postMessage('reset');
          watch(flow.write(pattern(10)));
          flow.shutdown('write');
          watch(flow.read());
          expect(['complete', 'reset', 'protocol']).toContain(await endOf(flow));
        }),
        { numRuns: 100 },
      );
    });
  });

  describe('the end', () => {
    it('closes the port once both sides have ended', async () => {
      const { port1, port2 } = new NodeChannel();
      const closed = [once(port1, 'close'), once(port2, 'close')];
      const flows = [messagePortFlow(port1), messagePortFlow(port2)];
      await Promise.all(flows.map((flow) => firstValueFrom(flow.close())));
      await Promise.all(closed);
    });

    it('is reset when the far port is closed', async () => {
      const { flow, bare } = withBarePort();
      bare.close();
      expect(await endOf(flow)).toBe('reset');
    });

    it.each([
      ['far', ({ port2 }: NodeChannel) => port2],
      ['own', ({ port1 }: NodeChannel) => port1],
    ])('is closed for a port whose %s end was closed before, and of which Node will not speak again', async (_, end) => {
      const channel = new NodeChannel();
      end(channel).close();
      await once(channel.port1, 'close');
      const flow = messagePortFlow(channel.port1, { name: 'port 7' });
      expect(await failureOf(flow.closed)).toMatchObject({ code: 'closed', message: 'port 7: the port was closed already' });
    });

    it('comes after what is in a port that was closed before', async () => {
      const { port1, port2 } = new NodeChannel();
      port2.postMessage(pattern(5).buffer);
      port2.close();
      await settled();
      const reading = watch(messagePortFlow(port1).read());
      expect(await reading.ended).toMatchObject({ code: 'reset' });
      expect(reading.values).toEqual([pattern(5)]);
    });

    it('is not seen in a port that lives and does not keep the process alive, which it does not from then on either', async () => {
      const { port1, port2 } = new NodeChannel();
      port1.on('message', () => undefined).unref();
      const [near, far] = [messagePortFlow(port1), messagePortFlow(port2)];
      expect((port1 as unknown as { hasRef(): boolean }).hasRef()).toBe(false);
      const reading = watch(far.read());
      near.write(pattern(3));
      near.close();
      far.close();
      expect([await reading.ended, await endOf(near)]).toEqual(['complete', 'complete']);
    });

    it('settles reads, pending writes and closed', async () => {
      const [near, far] = connected({ windowBytes: 10 });
      const pending = watch(near.write(pattern(100)));
      const reading = watch(near.read());
      far.abort();
      await pending.ended;
      expect(pending.values).toMatchObject([{ ok: false, error: { code: 'reset' } }]);
      expect(await reading.ended).toMatchObject({ code: 'reset' });
      expect(await endOf(near)).toBe('reset');
    });

    it('leaves alone what has no start: a worker’s self would end by close()', async () => {
      const { port1, port2 } = new MessageChannel();
      let closes = 0;
      const self = {
        postMessage: (message: unknown, transfer: ArrayBuffer[]) => port1.postMessage(message, transfer),
        addEventListener: (type: string, listener: (event: unknown) => void) => port1.addEventListener(type, listener),
        removeEventListener: (type: string, listener: (event: unknown) => void) => port1.removeEventListener(type, listener),
        close: () => {
          closes += 1;
        },
      };
      port1.start();
      const [near, far] = [messagePortFlow(self), messagePortFlow(port2)];
      near.close();
      far.close();
      expect([await endOf(near), await endOf(far), closes]).toEqual(['complete', 'complete', 0]);
    });
  });

  describe('an error that a worker of a browser does not catch', () => {
    /** As a browser's `Worker`, which has no `start`; what comes and goes is told and heard by hand. */
    function overWorker() {
      const worker = Object.assign(new EventTarget(), { postMessage: () => undefined });
      const flow = messagePortFlow(worker, { name: 'worker' });
      const tell = (type: string, more: object) => worker.dispatchEvent(Object.assign(new Event(type), more));
      return { flow, tell };
    }
    const uncaught = { message: 'Uncaught Error: elsewhere', error: new Error('elsewhere') };

    it('is nothing to the flow once the worker has said something: it lives on', async () => {
      const { flow, tell } = overWorker();
      tell('message', { data: 100 });
      tell('error', uncaught);
      const written = watch(flow.write(pattern(5)));
      tell('message', { data: 'eof' });
      flow.shutdown('write');
      expect([written.values, await endOf(flow)]).toEqual([[{ ok: true }], 'complete']);
    });

    it('is a reset before: the worker may never say anything', async () => {
      const { flow, tell } = overWorker();
      tell('error', uncaught);
      expect(await failureOf(flow.closed)).toMatchObject({ code: 'reset', cause: uncaught.error });
    });

    it('is a reset at any time where its script is not there', async () => {
      const { flow, tell } = overWorker();
      tell('message', { data: 100 });
      tell('error', {});
      expect(await endOf(flow)).toBe('reset');
    });
  });

  describe('a port that throws', () => {
    const cause = new DOMException('could not be cloned', 'DataCloneError');

    /** A flow over a port that throws for the messages that are told; `hear` is what the far side says. */
    function overThrowingPort(throwsFor: (message: unknown) => boolean, options = {}) {
      const { port1: port } = new MessageChannel();
      const post = port.postMessage.bind(port);
      port.postMessage = (message: unknown, transfer?: unknown) => {
        if (throwsFor(message)) throw cause;
        post(message, transfer as ArrayBuffer[]);
      };
      const flow = messagePortFlow(port, { name: 'port', ...options });
      return { flow, port, hear: (data: unknown) => port.dispatchEvent(new MessageEvent('message', { data })) };
    }
    const isData = (message: unknown) => message instanceof ArrayBuffer;

    it('breaks the flow at once where not even credit can be given, with what it threw as the cause', async () => {
      const { flow } = overThrowingPort(() => true);
      const result = watch(flow.write(pattern(5)));
      const failure = { code: 'failed', message: 'port: could not go on', cause };
      expect(await failureOf(flow.closed)).toMatchObject(failure);
      expect(result.values).toMatchObject([{ ok: false, error: failure }]);
      expect(await failureOf(flow.read())).toMatchObject(failure);
    });

    it.each([{ transfer: false }, { transfer: true }])('refuses the write, %p', async (options) => {
      const { flow, hear } = overThrowingPort(isData, options);
      hear(100);
      await settled(); // where there are Web Locks, only then a flow begins
      expect(await firstValueFrom(flow.write(pattern(5)))).toMatchObject({ ok: false, error: { code: 'failed', cause } });
      expect(await endOf(flow)).toBe('failed');
    });

    it('when credit has come, refuses the write that waited for it, and sends nothing after the gap', async () => {
      let sent = 0;
      const { flow, hear } = overThrowingPort((message) => isData(message) && (sent += 1) === 1);
      const results = [flow.write(pattern(5)), flow.write(pattern(5))].map(watch);
      hear(100);
      for (const { ended } of results) await ended;
      for (const { values } of results) expect(values).toMatchObject([{ ok: false, error: { code: 'failed', cause } }]);
      expect([await endOf(flow), sent]).toEqual(['failed', 1]);
    });

    it('breaks the flow when credit for what was read cannot be given', async () => {
      let told = 0;
      const { flow, hear } = overThrowingPort((message) => typeof message === 'number' && (told += 1) === 2, { windowBytes: 10 });
      const reading = watch(flow.read());
      while (told < 1) await settled();
      hear(new ArrayBuffer(9));
      expect(await reading.ended).toMatchObject({ code: 'failed', cause });
      expect(concat(reading.values)).toHaveLength(9);
    });

    it('at eof, fails the shutdown', async () => {
      const { flow } = overThrowingPort((message) => message === 'eof');
      expect(await failureOf(flow.shutdown('write'))).toMatchObject({ code: 'failed', cause });
      expect(await endOf(flow)).toBe('failed');
    });

    it('when it is closed, fails the end', async () => {
      const { flow, port, hear } = overThrowingPort(() => false);
      const close = port.close.bind(port);
      port.close = () => {
        close();
        throw cause;
      };
      hear('eof');
      expect(await failureOf(flow.close())).toMatchObject({ code: 'failed', cause });
    });

    it('is aborted all the same', async () => {
      const { flow, port } = overThrowingPort((message) => message === 'reset');
      const close = port.close.bind(port);
      port.close = () => {
        close();
        throw cause;
      };
      flow.abort();
      expect(await endOf(flow)).toBe('aborted');
    });
  });

  describe('over a worker thread', () => {
    let worker: Worker;

    const ECHO = `
      import { parentPort } from 'node:worker_threads';
      import { messagePortFlow } from './src/protocol/message-port-flow.js';
      import { copy } from './src/combinators/copy.js';
      const flow = messagePortFlow(parentPort);
    `;

    afterEach(async () => {
      await worker.terminate();
    });

    it('carries bytes there and back, and ends in order', async () => {
      worker = startWorker(`${ECHO} copy(flow, flow).subscribe({ complete: () => flow.shutdown('write') });`);
      const exit = once(worker, 'exit');
      const flow = messagePortFlow(worker, { transfer: true });
      const came = firstValueFrom(flow.read().pipe(collect()));
      for (let at = 0; at < 2 ** 20; at += 2 ** 16) flow.write(pattern(2 ** 16, at));
      await firstValueFrom(flow.close());
      expect(Buffer.compare(await came, pattern(2 ** 20))).toBe(0);
      expect(await exit).toEqual([0]); // nothing holds the worker any more: it has ended by itself
    });

    it('is closed over a worker that has ended before', async () => {
      const worker = startWorker('');
      await once(worker, 'exit');
      expect(await failureOf(messagePortFlow(worker).closed)).toMatchObject({ code: 'closed' });
    });

    it('is reset when the worker is terminated, with its pending writes', async () => {
      worker = startWorker(`${ECHO} setInterval(() => {}, 1000);`);
      const flow = messagePortFlow(worker, { name: 'worker' });
      const pending = watch(flow.write(pattern(2 ** 20)));
      await once(worker, 'online');
      void worker.terminate();
      expect(await failureOf(flow.read())).toMatchObject({ code: 'reset', message: 'worker: the worker ended' });
      await pending.ended;
      expect(pending.values).toMatchObject([{ ok: false, error: { code: 'reset' } }]);
    });

    it('is reset when the worker throws, which is the cause', async () => {
      worker = startWorker(`${ECHO} setTimeout(() => { throw new Error('bug in the worker'); });`);
      const flow = messagePortFlow(worker);
      expect(await failureOf(flow.closed)).toMatchObject({ code: 'reset', cause: { message: 'bug in the worker' } });
    });
  });

  it('carries any bytes, cut in any way, through any windows', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.integer({ min: 1, max: 500 }), fc.boolean(), async (written, windowBytes, transfer) => {
        const expected = concat(written);
        const [near, far] = connected({ transfer }, { windowBytes });
        const read = firstValueFrom(far.read().pipe(collect()));
        for (const chunk of written) near.write(chunk);
        near.shutdown('write');
        expect(concat([await read])).toEqual(expected);
        near.abort();
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    [undefined, {}, 'messagePortFlow: port must be a MessagePort or a Worker, not undefined'],
    [{ postMessage: 7 }, {}, 'messagePortFlow: port must be a MessagePort or a Worker, not an object'],
    [new MessageChannel().port1, { windowBytes: 0 }, 'messagePortFlow: windowBytes must be a whole number of at least 1, not number 0'],
    [new MessageChannel().port1, null, 'messagePortFlow: options must be an object, not null'],
    [new MessageChannel().port1, { windowBytes: '9' }, 'messagePortFlow: windowBytes must be a whole number of at least 1, not a string'],
  ])('throws a TypeError for %p and %p', (port, options, message) => {
    expect(() => messagePortFlow(port as never, options as never)).toThrow(new TypeError(message));
  });
});
