import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { firstValueFrom, retry, take, tap } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { WebSocket } from 'ws';
import { collectText } from '../../src/combinators/collect-text.js';
import { detach } from '../../src/combinators/detach.js';
import { utf8 } from '../../src/flow/utf8.js';
import { connectWebSocket } from '../../src/web/connect-web-socket.js';
import { endOf, failureOf, openedFromNow, watch } from '../node/support/settled.js';
import { FakeWebSocket } from './support/fake-web-socket.js';
import { startServer, type SocketServer } from './support/web-socket-pair.js';

const WebSocketCtor = WebSocket;

/** The class of sockets that a spec plays the network of; those it has made are in `made`. */
function fakeClass() {
  const made: { socket: FakeWebSocket; url: string; protocols: unknown }[] = [];
  class Fake extends FakeWebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url);
      made.push({ socket: this, url, protocols });
    }
  }
  return { made, Fake };
}

describe('connectWebSocket', () => {
  describe('over a real socket', () => {
    let server: SocketServer;

    beforeEach(async () => {
      server = await startServer({ handleProtocols: () => 'second' });
    });
    afterEach(() => server.close());

    it('connects when it is subscribed to, emits the flow, and completes when it has closed', async () => {
      const accepted = server.next();
      const opened: unknown[] = [];
      const openObserver = { next: (event: Event & { target: { protocol: string } }) => opened.push(event.target.protocol) };
      const connection = watch(
        connectWebSocket({ url: new URL(server.url), WebSocketCtor, protocols: ['first', 'second'], openObserver }).pipe(
          tap((flow) => {
            expect(opened).toEqual(['second']);
            flow.write(utf8('hello'));
          }),
        ),
      );
      const peer = await accepted;
      const [message] = (await once(peer, 'message')) as [Buffer];
      peer.close(1000);
      expect(message.toString()).toBe('hello');
      expect(await connection.ended).toBe('complete');
      expect(connection.values[0]!.name).toBe(server.url);
    });

    it('errors when the flow breaks', async () => {
      const accepted = server.next();
      const connection = watch(connectWebSocket({ url: server.url, WebSocketCtor }));
      (await accepted).terminate();
      expect(await connection.ended).toMatchObject({ code: 'reset' });
    });

    it('aborts the flow when it is unsubscribed from, unless it was detached', async () => {
      const [first, aborted] = [server.next(), firstValueFrom(connectWebSocket({ url: server.url, WebSocketCtor }))];
      expect(await endOf(await aborted)).toBe('aborted');
      const [code] = (await once(await first, 'close')) as [number];
      expect(code).toBe(1006);

      const second = server.next();
      const flow = await firstValueFrom(connectWebSocket({ url: server.url, WebSocketCtor }).pipe(detach()));
      const peer = await second;
      peer.send(utf8('still here'));
      peer.close();
      expect(await firstValueFrom(flow.read().pipe(collectText()))).toBe('still here');
    });

    it('reconnects by retry', async () => {
      const ends: string[] = [];
      const accept = async (): Promise<void> => {
        for (let time = 0; time < 2; time += 1) (await server.next()).terminate();
        (await server.next()).close(1000);
      };
      const accepting = accept();
      const config = { url: server.url, WebSocketCtor };
      const connections = connectWebSocket(config).pipe(tap({ error: (error: unknown) => ends.push((error as { code: string }).code) }), retry(3));
      expect(await watch(connections).ended).toBe('complete');
      await accepting;
      expect(ends).toEqual(['reset', 'reset']);
    });
  });

  describe('without a connection', () => {
    it('is refused, with the system’s error as the cause', async () => {
      const server = await startServer();
      await server.close();
      const failure = await failureOf(connectWebSocket({ url: server.url, WebSocketCtor }));
      expect(failure).toMatchObject({ code: 'refused', message: `${server.url}: could not connect`, cause: { code: 'ECONNREFUSED' } });
    });

    it('is refused by a server that does not shake hands', async () => {
      const server = createServer((socket) => socket.resume().end('HTTP/1.1 403 Forbidden\r\n\r\n')).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      expect(await failureOf(connectWebSocket({ url, WebSocketCtor }))).toMatchObject({ code: 'refused' });
      await new Promise((resolve) => server.close(resolve));
    });

    it('is refused where a browser says nothing', async () => {
      const { made, Fake } = fakeClass();
      const failure = failureOf(connectWebSocket({ url: 'ws://host/', WebSocketCtor: Fake }));
      made[0]!.socket.fail();
      expect(await failure).toMatchObject({ code: 'refused', message: 'ws://host/: could not connect' });
      expect('cause' in (await failure)).toBe(false);
    });

    it('gives up after connectTimeoutMs, and not once it is connected', () => {
      const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
      scheduler.run(({ expectObservable, cold }) => {
        const late = fakeClass();
        const error = expect.objectContaining({ code: 'timeout', message: 'ws://host/: not connected in 50 ms' }) as unknown;
        expectObservable(connectWebSocket({ url: 'ws://host/', WebSocketCtor: late.Fake, connectTimeoutMs: 50 })).toBe('50ms #', undefined, error);
        const inTime = fakeClass();
        const connecting = connectWebSocket({ url: 'ws://host/', WebSocketCtor: inTime.Fake, connectTimeoutMs: 50 });
        expectObservable(connecting.pipe(take(1), tap((flow) => expect(flow.name).toBe('ws://host/')))).toBe('10ms (a|)', { a: expect.anything() as unknown });
        cold('10ms a').subscribe(() => inTime.made[0]!.socket.open());
        cold('60ms a').subscribe(() => expect(late.made[0]!.socket.readyState).toBe(2));
      });
    });

    it('goes on where its openObserver throws, which is for the platform to tell', () => {
      const { made, Fake } = fakeClass();
      const openObserver = { next: () => { throw new Error('thrown'); } };
      const connection = watch(connectWebSocket({ url: 'ws://host/', WebSocketCtor: Fake, openObserver }));
      expect(() => made[0]!.socket.open()).toThrow('thrown');
      expect(connection.values).toHaveLength(1);
      connection.values[0]!.abort();
    });

    it.each([2 ** 31, Infinity])('waits without a limit for a connectTimeoutMs of %p, which timers cannot hold', (connectTimeoutMs) => {
      const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
      scheduler.run(({ expectObservable }) => {
        expectObservable(connectWebSocket({ url: 'ws://host/', WebSocketCtor: fakeClass().Fake, connectTimeoutMs })).toBe('');
      });
    });

    it('stops trying when it is unsubscribed from, and holds nothing', async () => {
      const held = openedFromNow();
      const silent = createServer().listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const url = `ws://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
      const connection = watch(connectWebSocket({ url, WebSocketCtor, connectTimeoutMs: 10_000 }));
      const [socket] = (await once(silent, 'connection')) as [NodeJS.ReadableStream];
      connection.subscription.unsubscribe();
      socket.resume();
      await once(socket, 'close');
      await new Promise((resolve) => silent.close(resolve));
      expect(await held()).toEqual([]);
    });

    it('is unsupported for a URL or subprotocol that the platform does not take', async () => {
      const config = { WebSocketCtor, url: 'ws://127.0.0.1:1/' };
      expect(await failureOf(connectWebSocket({ ...config, url: 'gopher://host/' }))).toMatchObject({ code: 'unsupported', cause: { name: 'SyntaxError' } });
      expect(await failureOf(connectWebSocket({ ...config, protocols: 'a b' }))).toMatchObject({ code: 'unsupported' });
    });

    it('is unsupported where there is no WebSocket', async () => {
      const own = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
      if (own) delete (globalThis as { WebSocket?: unknown }).WebSocket;
      try {
        expect(await failureOf(connectWebSocket({ url: 'ws://host/' }))).toMatchObject({ code: 'unsupported', cause: { name: 'ReferenceError' } });
      } finally {
        if (own) Object.defineProperty(globalThis, 'WebSocket', own);
      }
    });
  });

  it('makes the socket of the URL and the subprotocols', () => {
    const { made, Fake } = fakeClass();
    const open = (config = {}) => connectWebSocket({ url: 'ws://host/', WebSocketCtor: Fake, ...config }).subscribe().unsubscribe();
    open();
    open({ protocols: 'one' });
    expect(made.map(({ url, protocols }) => [url, protocols])).toEqual([
      ['ws://host/', []],
      ['ws://host/', 'one'],
    ]);
  });

  it.each([
    [undefined, 'connectWebSocket: url must be a string or a URL, not undefined'],
    [{}, 'connectWebSocket: url must be a string or a URL, not undefined'],
    [{ url: 7 }, 'connectWebSocket: url must be a string or a URL, not number 7'],
    [{ url: 'ws://host/', maxQueuedBytes: -1 }, 'connectWebSocket: maxQueuedBytes must be at least 1, not number -1'],
    [{ url: 'ws://host/', connectTimeoutMs: NaN }, 'connectWebSocket: connectTimeoutMs must be at least 1, not number NaN'],
    [{ url: 'ws://host/', connectTimeoutMs: -1 }, 'connectWebSocket: connectTimeoutMs must be at least 1, not number -1'],
    [{ url: 'ws://host/', connectTimeoutMs: '5000' }, 'connectWebSocket: connectTimeoutMs must be at least 1, not a string'],
    [{ url: 'ws://host/', connectTimeoutMs: null }, 'connectWebSocket: connectTimeoutMs must be at least 1, not null'],
  ])('throws a TypeError for %p', (config, message) => {
    expect(() => connectWebSocket(config as never)).toThrow(new TypeError(message));
  });
});
