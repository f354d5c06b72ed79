import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { catchError, firstValueFrom, of } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { WebSocket } from 'ws';
import { collect } from '../../src/combinators/collect.js';
import type { Flow } from '../../src/flow/flow.js';
import { utf8 } from '../../src/flow/utf8.js';
import { webSocketFlow } from '../../src/web/web-socket-flow.js';
import { endOf, failureOf, openedFromNow, watch } from '../node/support/settled.js';
import { describeConformance } from '../support/run-conformance.js';
import { concat, pattern } from './support/bytes.js';
import { FakeWebSocket } from './support/fake-web-socket.js';
import { startServer, webSocketPair, type SocketServer } from './support/web-socket-pair.js';

describeConformance('WebSockets', {
  create: () => webSocketPair({ highWaterMark: 65536 }),
  capabilities: { halfClose: 'a close frame ends both directions' },
});
describeConformance('WebSockets with halfClose', { create: () => webSocketPair({ highWaterMark: 65536, halfClose: true }) });

function fake(options = {}) {
  const socket = new FakeWebSocket().open();
  return { socket, flow: webSocketFlow(socket, options) };
}

const virtually = (test: (advance: (ms: number) => void) => void) => {
  const scheduler = new TestScheduler(() => undefined);
  scheduler.run(({ flush }) => {
    test((ms) => {
      scheduler.maxFrames = scheduler.frame + ms;
      flush();
      scheduler.frame = scheduler.maxFrames;
    });
  });
};

describe('webSocketFlow', () => {
  describe('writing', () => {
    it('sends each write as messages of at most maxMessageBytes, only the view', () => {
      const { socket, flow } = fake({ maxMessageBytes: 4 });
      flow.write(pattern(100).subarray(10, 20));
      expect(socket.sent).toEqual([pattern(4, 10), pattern(4, 14), pattern(2, 18)]);
    });

    it('waits until a connecting socket is open, and ends after it', async () => {
      const socket = new FakeWebSocket();
      const flow = webSocketFlow(socket);
      const result = watch(flow.write(utf8('early')));
      const shutdown = watch(flow.shutdown('write'));
      expect([result.values, socket.closedWith]).toEqual([[], undefined]);
      socket.open();
      expect([socket.sent, result.values, socket.closedWith]).toEqual([[utf8('early')], [{ ok: true }], 1000]);
      expect(await shutdown.ended).toBe('complete');
    });

    it('sends shared memory by copying it', () => {
      const { socket, flow } = fake();
      const shared = new Uint8Array(new SharedArrayBuffer(3)).fill(7);
      flow.write(shared);
      expect(socket.sent).toEqual([new Uint8Array([7, 7, 7])]);
    });

    it('keeps a write pending above the high-water mark, and looks again ever later until there is room', () => {
      virtually((advance) => {
        const { socket, flow } = fake({ highWaterMark: 10 });
        flow.write(pattern(11));
        const pending = watch(flow.write(pattern(5)));
        socket.looks = 0;
        advance(1000);
        expect(socket.looks).toBeLessThan(70);
        expect(pending.values).toEqual([]);
        socket.drain(10);
        advance(65);
        expect(pending.values).toEqual([{ ok: true }]);
        expect(socket.sent).toEqual([pattern(11), pattern(5)]);
      });
    });

    it('looks at nothing while there is nothing to wait for', () => {
      virtually((advance) => {
        const { socket, flow } = fake({ highWaterMark: 10 });
        flow.write(pattern(11));
        socket.looks = 0;
        advance(1000);
        expect(socket.looks).toBe(0);
      });
    });

    it.each(['abort', 'cut'] as const)('stops looking when the flow is over: %s', (how) => {
      virtually((advance) => {
        const { socket, flow } = fake({ highWaterMark: 10 });
        watch(flow.closed);
        flow.write(pattern(11));
        flow.write(pattern(5));
        advance(10);
        if (how === 'abort') flow.abort();
        else socket.closed(1006);
        socket.looks = 0;
        advance(1000);
        expect(socket.looks).toBe(0);
      });
    });
  });

  describe('reading', () => {
    it('gives the bytes of binary messages', () => {
      const { socket, flow } = fake();
      const reading = watch(flow.read());
      socket.message(pattern(3).buffer);
      socket.message(new ArrayBuffer(0));
      socket.message(pattern(3, 3).buffer);
      expect(socket.binaryType).toBe('arraybuffer');
      expect(reading.values).toEqual([pattern(3), pattern(3, 3)]);
    });

    it.each([['a text'], [new Blob(['blob'])], [undefined]])('breaks with protocol for %p, after what came before', async (data) => {
      const { socket, flow } = fake({ name: 'ws' });
      socket.message(pattern(3).buffer);
      socket.message(data);
      const reading = watch(flow.read());
      expect(await reading.ended).toMatchObject({ code: 'protocol', message: expect.stringMatching(/^ws: (?!a text$)/) });
      expect(reading.values).toEqual([pattern(3)]);
      expect(socket.closedWith).toBe(4000);
    });

    it('breaks with overflow when more waits than may, where reading cannot be paused; nothing is lost before', async () => {
      const { socket, flow } = fake({ maxQueuedBytes: 100 });
      for (let at = 0; at < 150; at += 50) socket.message(pattern(50, at).buffer);
      const reading = watch(flow.read());
      expect(await reading.ended).toMatchObject({ code: 'overflow', message: expect.stringContaining('100') });
      expect(concat(reading.values)).toEqual(pattern(100));
      expect(socket.closedWith).toBe(4000);
    });
  });

  describe('the end', () => {
    it.each([
      [1000, 'complete'],
      [1005, 'complete'],
      [1001, 'reset'],
      [1002, 'protocol'],
      [1003, 'protocol'],
      [1006, 'reset'],
      [1007, 'protocol'],
      [1008, 'refused'],
      [1009, 'too-large'],
      [1011, 'failed'],
      [1012, 'reset'],
      [4000, 'reset'],
      [4999, 'reset'],
    ])('understands close code %d as %s, after the data before it', async (code, end) => {
      const { socket, flow } = fake();
      socket.message(pattern(3).buffer);
      socket.closed(code);
      const reading = watch(flow.read());
      const failure = await reading.ended;
      expect(reading.values).toEqual([pattern(3)]);
      expect(end === 'complete' ? failure : (failure as { code: string }).code).toBe(end);
      expect(await endOf(flow)).toBe(end);
    });

    it('has what the far side says about it as the cause', async () => {
      const { socket, flow } = fake({ name: 'ws' });
      socket.closed(1011, 'out of disk');
      expect(await failureOf(flow.closed)).toMatchObject({ message: 'ws: closed with code 1011', cause: { message: 'out of disk' } });
    });

    it('refuses writes once the far side has closed', async () => {
      const { socket, flow } = fake();
      socket.closed(1000);
      expect(await firstValueFrom(flow.write(pattern(1)))).toMatchObject({ ok: false, error: { code: 'closed' } });
    });

    it('is no end in order while accepted bytes were not sent', async () => {
      const { socket, flow } = fake({ name: 'ws' });
      expect(await firstValueFrom(flow.write(pattern(9)))).toEqual({ ok: true });
      socket.closed(1000);
      expect(await failureOf(flow.closed)).toMatchObject({ code: 'reset', message: 'ws: the far side closed, 9 bytes were not sent' });
      expect(await watch(flow.read()).ended).toBe('complete');
    });

    it('says 4000 to abort where the connection cannot be cut', () => {
      const { socket, flow } = fake();
      flow.abort();
      expect(socket.closedWith).toBe(4000);
    });

    it('fails at once for a socket that is closed already', async () => {
      const socket = new FakeWebSocket();
      socket.closed(1006);
      expect(await endOf(webSocketFlow(socket))).toBe('closed');
    });

    it('with halfClose, says eof and goes on reading; closes when both have', async () => {
      const { socket, flow } = fake({ halfClose: true });
      const closed = watch(flow.closed);
      const reading = watch(flow.read());
      flow.shutdown('write');
      expect([socket.sent, socket.closedWith]).toEqual([['eof'], undefined]);
      socket.message(pattern(3).buffer);
      socket.message('eof');
      expect(await reading.ended).toBe('complete');
      expect([reading.values, socket.closedWith]).toEqual([[pattern(3)], 1000]);
      socket.drain();
      socket.closed(1000);
      expect(await closed.ended).toBe('complete');
    });

    it.each([
      [0, 'complete'],
      [3, 'reset'],
    ])('with halfClose, when it is cut after both have said eof, with %i bytes unsent, ends with: %s', async (unsent, end) => {
      const { socket, flow } = fake({ halfClose: true });
      flow.shutdown('write');
      socket.message('eof');
      const closing = watch(flow.close());
      socket.drain(unsent);
      socket.closed(1006);
      expect(await endOf(flow)).toBe(end);
      expect(await closing.ended).toEqual(unsent === 0 ? end : expect.objectContaining({ code: end }));
    });

    it('with halfClose, is truncated when the far side closes without eof', async () => {
      const { socket, flow } = fake({ halfClose: true });
      socket.message(pattern(3).buffer);
      socket.closed(1000);
      const reading = watch(flow.read());
      expect(await reading.ended).toMatchObject({ code: 'truncated' });
      expect(reading.values).toEqual([pattern(3)]);
    });

    it('with halfClose, is an end when the far side closes after its eof, though this side has more to write', async () => {
      const { socket, flow } = fake({ halfClose: true });
      socket.message('eof');
      socket.closed(1000);
      expect(await endOf(flow)).toBe('complete');
      expect(await firstValueFrom(flow.write(pattern(1)))).toMatchObject({ ok: false, error: { code: 'closed' } });
    });

    it.each([
      ['data', pattern(3).buffer],
      ['another eof', 'eof'],
    ])('with halfClose, is protocol when %s comes after the far side’s eof; what was read before stays whole', async (_, data) => {
      const { socket, flow } = fake({ halfClose: true, highWaterMark: 1, name: 'ws' });
      const results = [flow.write(pattern(5)), flow.write(pattern(5))].map(watch);
      socket.message(pattern(3).buffer);
      socket.message('eof');
      socket.message(data);
      expect(await failureOf(flow.closed)).toMatchObject({ code: 'protocol', message: expect.stringMatching(/^ws: more came after the eof$/) });
      expect(results[1]!.values).toMatchObject([{ ok: false, error: { code: 'protocol' } }]);
      const reading = watch(flow.read());
      expect(await reading.ended).toBe('complete');
      expect([reading.values, socket.closedWith]).toEqual([[pattern(3)], 4000]);
    });

    it('with halfClose, is in order when data that nobody wants comes before the eof', async () => {
      const { socket, flow } = fake({ halfClose: true });
      flow.shutdown('read');
      socket.message(pattern(3).buffer);
      socket.message('eof');
      flow.shutdown('write');
      socket.drain();
      socket.closed(1000);
      expect(await endOf(flow)).toBe('complete');
    });

    it.each([
      [0, 'complete'],
      [1000, 'reset'],
    ])('without halfClose, when the far side closes after this side has ended, with %i bytes unsent, ends with: %s', async (unsent, end) => {
      const { socket, flow } = fake();
      const reading = watch(flow.read());
      flow.write(pattern(1000));
      flow.shutdown('write');
      socket.drain(unsent);
      socket.closed(1000);
      expect(await reading.ended).toBe('complete');
      expect(await endOf(flow)).toBe(end);
    });

    it('without halfClose, takes eof for the text that it is', async () => {
      const { socket, flow } = fake();
      socket.message('eof');
      expect(await endOf(flow)).toBe('protocol');
    });
  });

  describe('a socket that does not count what waits in it', () => {
    const uncounted = (options = {}) => {
      const { socket, flow } = fake({ highWaterMark: 10, ...options });
      Object.defineProperty(socket, 'bufferedAmount', { value: undefined });
      return { socket, flow };
    };

    it('sends each write at once, and ends in order', async () => {
      const { socket, flow } = uncounted();
      const results = [flow.write(pattern(11)), flow.write(pattern(5))].map(watch);
      expect(results.map(({ values }) => values)).toEqual([[{ ok: true }], [{ ok: true }]]);
      flow.shutdown('write');
      expect([socket.sent, socket.closedWith]).toEqual([[pattern(11), pattern(5)], 1000]);
      socket.closed(1000);
      expect(await endOf(flow)).toBe('complete');
    });

    it('with halfClose, ends in order when it is cut after both have said eof', async () => {
      const { socket, flow } = uncounted({ halfClose: true });
      flow.shutdown('write');
      socket.message('eof');
      socket.closed(1006);
      expect(await endOf(flow)).toBe('complete');
    });
  });

  describe('a socket that throws', () => {
    const cause = new DOMException('not now', 'InvalidStateError');
    const refuse = () => {
      throw cause;
    };

    it('refuses the write and breaks the flow, with what it threw as the cause', async () => {
      const { socket, flow } = fake({ name: 'ws' });
      socket.send = refuse;
      const reading = watch(flow.read());
      const failure = { code: 'failed', message: 'ws: could not go on', cause };
      expect(watch(flow.write(pattern(5))).values).toMatchObject([{ ok: false, error: failure }]);
      expect(await reading.ended).toMatchObject(failure);
      expect(await failureOf(flow.closed)).toMatchObject(failure);
      expect(socket.closedWith).toBe(4000);
    });

    it('when there is room again, refuses the write that waited for it, and sends nothing after the gap', () => {
      virtually((advance) => {
        const { socket, flow } = fake({ highWaterMark: 10, maxMessageBytes: 11 });
        const closed = watch(flow.closed.pipe(catchError((error: unknown) => of(error))));
        const results = [flow.write(pattern(33)), flow.write(pattern(5))].map(watch);
        const { send } = socket;
        socket.send = () => {
          socket.send = send;
          throw cause;
        };
        socket.drain();
        advance(10);
        for (const { values } of results) expect(values).toMatchObject([{ ok: false, error: { code: 'failed', cause } }]);
        expect(closed.values).toMatchObject([{ code: 'failed', cause }]);
        expect(socket.sent).toEqual([pattern(11)]);
      });
    });

    it.each([
      ['at eof', { halfClose: true }, 'send'],
      ['when it is closed', {}, 'close'],
    ] as const)('%s, fails the shutdown', async (_, options, method) => {
      const { socket, flow } = fake(options);
      socket[method] = refuse;
      expect(await failureOf(flow.shutdown('write'))).toMatchObject({ code: 'failed', cause });
      expect(await endOf(flow)).toBe('failed');
    });

    it('when it is closed after both have said eof, fails the end', async () => {
      const { socket, flow } = fake({ halfClose: true });
      socket.close = refuse;
      socket.message('eof');
      expect(await failureOf(flow.close())).toMatchObject({ code: 'failed', cause });
    });

    it('is aborted all the same', async () => {
      const { socket, flow } = fake();
      socket.close = refuse;
      flow.abort();
      expect(await endOf(flow)).toBe('aborted');
    });
  });

  describe('over a real socket', () => {
    let server: SocketServer;
    const client = async (): Promise<[WebSocket, WebSocket]> => {
      const socket = new WebSocket(server.url);
      const accepted = server.next();
      await once(socket, 'open');
      return [socket, await accepted];
    };

    beforeEach(async () => {
      server = await startServer();
    });
    afterEach(() => server.close());

    it('is reset when the peer is cut, with its pending writes, and holds nothing', async () => {
      const held = openedFromNow();
      const [socket, peer] = await client();
      expect(await held()).toEqual(['Socket', 'Socket']);
      peer.pause();
      const flow = webSocketFlow(socket);
      const results = Array.from({ length: 40 }, () => watch(flow.write(new Uint8Array(2 ** 20))));
      const reading = watch(flow.read());
      peer.terminate();
      expect(await reading.ended).toMatchObject({ code: 'reset' });
      for (const { ended } of results) await ended;
      expect(results.at(-1)!.values).toMatchObject([{ ok: false, error: { code: 'reset' } }]);
      expect(await endOf(flow)).toBe('reset');
      if (peer.readyState !== WebSocket.CLOSED) await once(peer, 'close');
      expect(await held()).toEqual([]);
    });

    it('pauses a peer whose data nobody reads, and goes on when somebody does', async () => {
      const [socket, peer] = await client();
      const flow = webSocketFlow(socket, { highWaterMark: 65536 });
      for (let at = 0; at < 2 ** 21; at += 65536) peer.send(pattern(65536, at));
      while (!socket.isPaused) await new Promise((resolve) => setImmediate(resolve));
      peer.close(1000);
      expect(Buffer.compare(await firstValueFrom(flow.read().pipe(collect())), pattern(2 ** 21))).toBe(0);
      expect(await endOf(flow)).toBe('complete');
    });
  });

  describe('a peer that breaks the protocol', () => {
    let server: Server;
    let peers: Socket[];

    /** A flow to a peer that shakes hands and then sends these bytes, and waits or leaves. */
    async function flowTo(bytes: Uint8Array, then: 'waits' | 'leaves'): Promise<Flow> {
      peers = [];
      server = createServer((socket) => {
        peers.push(socket);
        socket.once('data', (request: Buffer) => {
          const key = /sec-websocket-key: (.*)\r\n/i.exec(request.toString())![1]!;
          const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
          socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
          socket.write(bytes, () => {
            if (then === 'leaves') socket.destroy();
          });
        });
        socket.on('error', () => undefined);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      return webSocketFlow(new WebSocket(`ws://127.0.0.1:${port}/`, { maxPayload: 1000 }));
    }

    afterEach(async () => {
      for (const peer of peers) peer.destroy();
      await new Promise((resolve) => server.close(resolve));
    });

    it.each([
      ['a reserved opcode', [0x83, 0], 'protocol'],
      ['a reserved bit', [0xc2, 0], 'protocol'],
      ['a masked frame', [0x82, 0x81, 1, 2, 3, 4, 5], 'protocol'],
      ['a continuation of nothing', [0x80, 1, 65], 'protocol'],
      ['a control frame that is too long', [0x89, 126, 1, 0], 'protocol'],
      ['text that is no UTF-8', [0x81, 2, 0xff, 0xff], 'protocol'],
      ['a close code that may not be sent', [0x88, 2, 0x03, 0xed], 'protocol'],
      ['a message of 2000 bytes where 1000 may come', [0x82, 126, 0x07, 0xd0], 'too-large'],
      ['a message of 2⁶³ bytes', [0x82, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255], 'too-large'],
    ])('fails with a typed error for %s', async (_, bytes, code) => {
      const flow = await flowTo(new Uint8Array(bytes), 'waits');
      const failure = await failureOf(flow.read());
      expect([failure.code, failure.cause]).toEqual([code, expect.any(Error)]);
      expect(await endOf(flow)).toBe(code);
    });

    it('ends for any bytes at all', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
          const flow = await flowTo(bytes, 'leaves');
          watch(flow.read());
          expect(['complete', 'protocol', 'too-large', 'reset', 'refused', 'failed']).toContain(await endOf(flow));
          await new Promise((resolve) => server.close(resolve));
        }),
        { numRuns: 20 },
      );
    });
  });

  it('carries any bytes, cut in any way, with and without halfClose', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.boolean(), fc.integer({ min: 1, max: 400 }), async (written, halfClose, maxMessageBytes) => {
        let flows!: [Flow, Flow];
        const connection = webSocketPair({ halfClose, maxMessageBytes }).subscribe((both) => (flows = both));
        while (flows === undefined) await new Promise((resolve) => setImmediate(resolve));
        const [near, far] = flows;
        const read = firstValueFrom(far.read().pipe(collect()));
        for (const chunk of written) near.write(chunk);
        near.shutdown('write');
        expect(concat([await read])).toEqual(concat(written));
        near.abort();
        connection.unsubscribe();
      }),
      { numRuns: 15 },
    );
  });

  it.each([
    [undefined, {}, 'webSocketFlow: socket must be a WebSocket, not undefined'],
    [{ send() {} }, {}, 'webSocketFlow: socket must be a WebSocket, not an object'],
    [new FakeWebSocket(), { highWaterMark: NaN }, 'webSocketFlow: highWaterMark must be at least 1, not number NaN'],
    [new FakeWebSocket(), { maxQueuedBytes: '1' }, 'webSocketFlow: maxQueuedBytes must be at least 1, not a string'],
    [new FakeWebSocket(), { maxMessageBytes: 0.5 }, 'webSocketFlow: maxMessageBytes must be at least 1, not number 0.5'],
    [new FakeWebSocket(), { maxMessageBytes: null }, 'webSocketFlow: maxMessageBytes must be at least 1, not null'],
    [new FakeWebSocket(), null, 'webSocketFlow: options must be an object, not null'],
  ])('throws a TypeError for %p with %p', (socket, options, message) => {
    expect(() => webSocketFlow(socket as never, options as never)).toThrow(new TypeError(message));
  });

  it.each([
    ['ws://user:secret@host:81/path?token=secret#secret', 'ws://host:81/path'],
    ['wss://host/a@b', 'wss://host/a@b'],
    [undefined, 'websocket'],
  ])('is named by its URL without secrets: %p', (url, name) => {
    const socket = Object.assign(new FakeWebSocket(), { url });
    expect(webSocketFlow(socket).name).toBe(name);
  });
});
