import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, get as httpGet, type IncomingMessage } from 'node:http';
import net, { type AddressInfo, connect, createServer as createTcpServer, Socket } from 'node:net';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { config as rxjsConfig, EMPTY, firstValueFrom, interval, lastValueFrom, NEVER, Observable, of, ReplaySubject, retry, Subject, take, tap, throwError, timer, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { WebSocket } from 'ws';
import { collectText } from '../../../src/combinators/collect-text.js';
import { collect } from '../../../src/combinators/collect.js';
import { copy } from '../../../src/combinators/copy.js';
import { detach } from '../../../src/combinators/detach.js';
import { detachFlow } from '../../../src/flow/detached.js';
import { utf8 } from '../../../src/flow/utf8.js';
import { fromGenerator } from '../../../src/memory/from-generator.js';
import type { TcpAddress } from '../../../src/node/socket/socket-flow.js';
import { connectWebSocket } from '../../../src/node/web-socket/connect-web-socket.js';
import { listenWebSocket } from '../../../src/node/web-socket/listen-web-socket.js';
import { authorityAndServer } from '../../support/certificates.js';
import { useVirtualTime } from '../../support/virtual-time.js';
import { concat, pattern } from '../../web/support/bytes.js';
import { endOf, failureOf, openedFromNow, watch } from '../support/settled.js';
import { bareClient, bareServer, startListener, upgradeRequest, webSocketPair, type StartedListener } from '../support/web-sockets.js';

const MIB = 2 ** 20;

/** What a test has started, and ends whatever became of it. */
const started: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of started.splice(0).reverse()) await end();
});

async function listen(config: Parameters<typeof startListener>[0] = {}): Promise<StartedListener> {
  const listener = await startListener(config);
  started.push(() => listener.subscription.unsubscribe());
  return listener;
}

/** The status that a listener answers an upgrade with. */
async function statusOf(url: string, headers = {}): Promise<number | undefined> {
  const socket = new WebSocket(url, { headers });
  socket.on('error', () => {});
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  response.destroy();
  return response.statusCode;
}

describe('connectWebSocket and listenWebSocket', () => {
  it('meet, agree on a subprotocol, and know their ends and the request', async () => {
    const listener = await listen({ protocols: ['second', 'first'] });
    const opened: unknown[] = [];
    const openObserver = { next: (event: Event & { target: { protocol: string } }) => opened.push(event.target.protocol) };
    const url = new URL(`${listener.url}/feed?since=7`);
    const config = { url, protocols: ['first', 'second', 'third'], headers: { 'x-asked': 'yes' }, openObserver };
    const flow = await firstValueFrom(connectWebSocket(config).pipe(detach()));
    const peer = await listener.flow(0);
    expect([flow.name, flow.protocol, peer.protocol, opened]).toEqual([`${listener.url}/feed`, 'second', 'second', ['second']]);
    expect([flow.remote, peer.local, peer.remote]).toEqual([listener.address, listener.address, flow.local]);
    expect(peer.name).toBe(`ws 127.0.0.1:${flow.local.port}`);
    expect(peer.request).toMatchObject({ path: '/feed?since=7', origin: '', headers: { 'x-asked': 'yes' }, remote: flow.local });
    flow.abort();
  });

  it('go on where an observer throws, which is told to whom RxJS tells unhandled errors', async () => {
    const told = new Subject<unknown>();
    rxjsConfig.onUnhandledError = (error) => told.next(error);
    try {
      const all = firstValueFrom(told.pipe(take(2), toArray()));
      const next = (thrown: string) => () => { throw new Error(thrown); };
      const address = new Promise<TcpAddress>((resolve) => {
        const listeningObserver = { next: (at: TcpAddress) => { resolve(at); next('listening')(); } };
        const listening = listenWebSocket({ host: '127.0.0.1', listeningObserver }).subscribe({ error: () => {} });
        started.push(() => listening.unsubscribe());
      });
      const url = `ws://127.0.0.1:${(await address).port}/`;
      const flow = await firstValueFrom(connectWebSocket({ url, openObserver: { next: next('open') } }).pipe(detach()));
      expect(await all).toEqual([new Error('listening'), new Error('open')]);
      flow.abort();
    } finally {
      rxjsConfig.onUnhandledError = null;
    }
  });

  it('carry bytes both ways; closing ends both directions', async () => {
    const listener = await listen();
    const connection = watch(connectWebSocket({ url: listener.url }).pipe(tap((flow) => flow.write(utf8('hello')))));
    const peer = await listener.flow(0);
    expect(await firstValueFrom(peer.read())).toEqual(Buffer.from('hello'));
    peer.write(utf8('bye'));
    peer.shutdown('write');
    const [flow] = connection.values;
    expect(await firstValueFrom(flow!.read().pipe(collectText()))).toBe('bye');
    expect(await connection.ended).toBe('complete');
    expect(await endOf(peer)).toBe('complete');
    expect(await firstValueFrom(flow!.write(pattern(1)))).toMatchObject({ ok: false, error: { code: 'closed' } });
  });

  it('with halfClose, end one direction and go on with the other', async () => {
    const [near, far] = await firstValueFrom(webSocketPair({ halfClose: true }));
    near.write(utf8('question'));
    near.shutdown('write');
    expect(await firstValueFrom(far.read().pipe(collectText()))).toBe('question');
    far.write(utf8('answer'));
    far.close();
    expect(await firstValueFrom(near.read().pipe(collectText()))).toBe('answer');
    expect([await endOf(near), await endOf(far)]).toEqual(['complete', 'complete']);
  });

  it('carry any bytes, cut in any way, compressed or not, with and without halfClose', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
    const settings = fc.record({ halfClose: fc.boolean(), compress: fc.boolean(), maxMessageBytes: fc.integer({ min: 1, max: 400 }) });
    await fc.assert(
      fc.asyncProperty(chunks, settings, async (written, options) => {
        const [near, far] = await firstValueFrom(webSocketPair(options));
        const read = firstValueFrom(far.read().pipe(collect()));
        for (const chunk of written) near.write(chunk);
        near.shutdown('write');
        expect(concat([await read])).toEqual(concat(written));
        near.abort();
        far.abort();
      }),
      { numRuns: 20 },
    );
  });

  it('reconnect by retry', async () => {
    const listener = await listen();
    const cut = async () => {
      for (let at = 0; at < 2; at += 1) (await listener.flow(at)).abort();
      (await listener.flow(2)).close();
    };
    const ends: string[] = [];
    const connections = connectWebSocket({ url: listener.url }).pipe(
      tap({ error: (error: { code: string }) => ends.push(error.code) }),
      retry(3),
    );
    const connection = watch(connections);
    await cut();
    expect(await connection.ended).toBe('complete');
    expect(ends).toEqual(['reset', 'reset']);
  });

  it('speak wss: with a certificate that is trusted, and not with another', async () => {
    const { authority, server } = await authorityAndServer();
    const listener = await listen({ tls: server });
    const flow = await firstValueFrom(connectWebSocket({ url: listener.url, tls: { ca: authority.cert } }).pipe(detach()));
    const peer = await listener.flow(0);
    flow.write(utf8('secret'));
    flow.close();
    expect(await firstValueFrom(peer.read().pipe(collectText()))).toBe('secret');
    expect(peer.name).toMatch(/^wss 127\.0\.0\.1:\d+$/);
    expect(await endOf(flow)).toBe('complete');
    const stranger = await failureOf(connectWebSocket({ url: listener.url }));
    expect(stranger).toMatchObject({ code: 'protocol', cause: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' } });
    expect(await failureOf(connectWebSocket({ url: listener.url.replace('wss', 'ws') }))).toMatchObject({ code: 'reset' });
  });
});

describe('listenWebSocket', () => {
  it('aborts its open flows when it is unsubscribed from, detached ones apart, and holds nothing', async () => {
    const held = openedFromNow();
    const listener = await listen();
    const [near, other] = [new WebSocket(listener.url), new WebSocket(listener.url)];
    const [aborted, kept] = [await listener.flow(0), await listener.flow(1)];
    detachFlow(kept);
    const ends = Promise.all([once(near, 'close'), once(other, 'close')]);
    listener.subscription.unsubscribe();
    expect(await endOf(aborted)).toBe('aborted');
    kept.close();
    const codes = (await ends).map(([code]) => code as number).sort();
    expect(codes).toEqual([1000, 1006]);
    expect(await failureOf(connectWebSocket({ url: listener.url }))).toMatchObject({ code: 'refused' });
    expect(await held()).toEqual([]);
  });

  it.each([
    ['that is taken at once', {}],
    ['that a promise has let in', { verify: () => Promise.resolve(true) }],
  ])('leaves a flow %s to who takes the first one and detaches it', async (_, config) => {
    const listening = new ReplaySubject<TcpAddress>(1);
    const first = firstValueFrom(listenWebSocket({ ...config, listeningObserver: listening }).pipe(detach()));
    const { port } = await firstValueFrom(listening);
    const near = await firstValueFrom(connectWebSocket({ url: `ws://127.0.0.1:${port}/` }).pipe(detach()));
    near.write(utf8('still here'));
    near.close();
    expect(await firstValueFrom((await first).read().pipe(collectText()))).toBe('still here');
    expect(await endOf(near)).toBe('complete');
  });

  it('goes on when the observer of failed handshakes throws, which RxJS tells apart', async () => {
    const { authority, server } = await authorityAndServer();
    const told = new Promise((resolve) => (rxjsConfig.onUnhandledError = resolve));
    try {
      const handshakeErrorObserver = { next: () => { throw new Error('the log is full'); } };
      const listener = await listen({ tls: server, handshakeErrorObserver });
      createConnectionTo(listener).on('error', () => {}).end('GET / HTTP/1.1\r\n\r\n');
      expect(await told).toEqual(new Error('the log is full'));
      connectWebSocket({ url: listener.url, tls: { ca: authority.cert } }).pipe(take(1)).subscribe();
      await listener.flow(0);
    } finally {
      rxjsConfig.onUnhandledError = null;
    }
  });

  it('ends what is in its TLS handshake when it is unsubscribed from, tells nobody of it, and holds nothing', async () => {
    const held = openedFromNow();
    const { authority, server } = await authorityAndServer();
    const failures: unknown[] = [];
    const listener = await listen({ tls: server, handshakeErrorObserver: { next: (error) => failures.push(error) } });
    const silent = createConnectionTo(listener).on('error', () => {});
    await once(silent, 'connect');
    // Connections come in turn: once this one has, so has the one before it.
    const near = await firstValueFrom(connectWebSocket({ url: listener.url, tls: { ca: authority.cert } }).pipe(detach()));
    const far = await listener.flow(0);
    detachFlow(far);
    listener.subscription.unsubscribe();
    await once(silent.resume(), 'end');
    silent.end();
    far.write(utf8('still here'));
    far.close();
    expect(await firstValueFrom(near.read().pipe(collectText()))).toBe('still here');
    expect([await endOf(near), await held(), failures]).toEqual(['complete', [], []]);
  });

  it('errors with refused where the port is in use', async () => {
    const { address } = await listen();
    expect(await failureOf(listenWebSocket(address))).toMatchObject({ code: 'refused', message: `tcp 127.0.0.1:${address.port}: address in use` });
  });

  it('leaves no server behind when it is unsubscribed from while it starts', async () => {
    const held = openedFromNow();
    listenWebSocket({ listeningObserver: { next: () => expect('this').toBe('not called') } }).subscribe().unsubscribe();
    expect(await held()).toEqual([]);
  });

  it('takes one path only where it is told to, and says 426 to what is no WebSocket', async () => {
    const listener = await listen({ path: '/feed' });
    expect(await statusOf(`${listener.url}/other`)).toBe(404);
    connectWebSocket({ url: `${listener.url}/feed?x` }).pipe(take(1)).subscribe();
    await listener.flow(0);
    const [response] = (await once(httpGet({ ...listener.address, path: '/feed' }), 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(426);
    response.resume();
  });

  it.each(['h2c', 'h2c, websocket'])('says 426 to a request for %s, and asks nobody to verify it', async (upgrade) => {
    const asked: unknown[] = [];
    const listener = await listen({ verify: (request) => asked.push(request) > 0 });
    const headers = { connection: 'Upgrade', upgrade };
    const [response] = (await once(httpGet({ ...listener.address, headers }), 'response')) as [IncomingMessage];
    expect([response.statusCode, response.headers.upgrade, asked]).toEqual([426, 'websocket', []]);
    response.resume();
  });

  it.each([
    ['false', () => false, 403],
    ['a promise of false', () => Promise.resolve(false), 403],
    ['nothing', () => EMPTY, 403],
    ['a failure', () => throwError(() => new Error('no database')), 500],
    ['a text', () => 'no' as never, 500],
    ['a text in an Observable', () => of('no') as never, 500],
    ['a promise of a text', () => Promise.resolve('denied') as never, 500],
    ['an object', () => ({ ok: false }) as never, 500],
    ['a promise of an object', () => Promise.resolve({ ok: false }) as never, 500],
    ['no answer', () => undefined as never, 500],
    ['an exception', () => {
      throw new Error('bug');
    }, 500],
  ])('refuses whom verify does not let in: %s', async (_, verify, status) => {
    const listener = await listen({ verify });
    expect(await statusOf(listener.url)).toBe(status);
    expect(await failureOf(connectWebSocket({ url: listener.url }))).toMatchObject({ code: 'refused' });
    expect(listener.values).toEqual([]);
  });

  it.each([
    ['a record', { 'X-One': '1', cookie: 'a=b' }],
    ['the headers of the web', new Headers({ 'x-one': '1', cookie: 'a=b' })],
    ['a Map', new Map([['X-One', '1'], ['Cookie', 'a=b']])],
  ])('sends the headers of %s', async (_kind, headers) => {
    const listener = await listen();
    const flow = await firstValueFrom(connectWebSocket({ url: listener.url, headers }).pipe(detach()));
    expect((await listener.flow(0)).request.headers).toMatchObject({ 'x-one': '1', cookie: 'a=b' });
    flow.abort();
  });

  it('lets in whom verify says, by the origin for one, now or later', async () => {
    const listener = await listen({ verify: ({ origin }) => Promise.resolve(origin === 'https://example.org') });
    expect(await statusOf(listener.url, { origin: 'https://evil.example' })).toBe(403);
    const flow = await firstValueFrom(connectWebSocket({ url: listener.url, headers: { origin: 'https://example.org' } }).pipe(detach()));
    expect((await listener.flow(0)).request.origin).toBe('https://example.org');
    flow.abort();
  });

  it.each<[string, (socket: Socket) => unknown]>([
    ['ended its side', (socket) => socket.end()],
    ['gone', (socket) => socket.destroy()],
    ['reset the connection', (socket) => socket.resetAndDestroy()],
  ])('gives up verifying for a client that has %s, and has room for another', async (_, leave) => {
    let asked = 0;
    let givenUp = 0;
    const verify = () => new Observable<boolean>(() => {
      asked += 1;
      return () => (givenUp += 1);
    });
    const listener = await listen({ verify, maxConnections: 1 });
    for (const nth of [1, 2]) {
      const socket = createConnectionTo(listener).on('error', () => {});
      socket.write(upgradeRequest());
      while (asked < nth) await new Promise(setImmediate);
      leave(socket);
      while (givenUp < nth) await new Promise(setImmediate);
      socket.destroy();
    }
  });

  it.each(['with its request', 'later'])('refuses a client that speaks before it is let in, %s', async (when) => {
    let asked = false;
    let givenUp = false;
    const verify = () => new Observable<boolean>(() => {
      asked = true;
      return () => (givenUp = true);
    });
    const listener = await listen({ verify });
    const socket = createConnectionTo(listener);
    socket.write(when === 'later' ? upgradeRequest() : `${upgradeRequest()}too soon`);
    while (!asked) await new Promise(setImmediate);
    if (when === 'later') socket.write('too soon');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(givenUp).toBe(true);
    socket.destroy();
  });

  it('gives up verifying when it is unsubscribed from', async () => {
    const held = openedFromNow();
    let asked = 0;
    const listener = await listen({ verify: () => ((asked += 1), NEVER) });
    const failure = failureOf(connectWebSocket({ url: listener.url }));
    while (asked === 0) await new Promise(setImmediate);
    listener.subscription.unsubscribe();
    expect(await failure).toMatchObject({ code: 'reset' });
    expect(await held()).toEqual([]);
  });

  it('closes connections beyond maxConnections', async () => {
    const listener = await listen({ maxConnections: 1 });
    const first = new WebSocket(listener.url);
    const flow = await listener.flow(0);
    expect(await failureOf(connectWebSocket({ url: listener.url }))).toMatchObject({ code: 'reset' });
    flow.close();
    await once(first, 'close');
    connectWebSocket({ url: listener.url }).pipe(retry({ delay: () => of(1) }), take(1)).subscribe();
    await listener.flow(1);
  });
});

describe('connectWebSocket on Node', () => {
  it('errors where there is no WebSocket, and says what came instead', async () => {
    const server = createServer((_, response) => response.writeHead(403).end()).listen(0, '127.0.0.1');
    started.push(() => server.close());
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const failure = await failureOf(connectWebSocket({ url }));
    expect(failure).toMatchObject({ code: 'refused', message: `${url}: could not connect: Unexpected server response: 403` });
  });

  it.each([
    ['gopher://host/', {}],
    ['http://host/', {}],
    ['nowhere', {}],
    ['ws://host/#fragment', {}],
    ['ws://host/', { protocols: 'a b' }],
  ])('is unsupported for %p with %p', async (url, config) => {
    expect(await failureOf(connectWebSocket({ url, ...config }))).toMatchObject({ code: 'unsupported', cause: { name: 'SyntaxError' } });
  });

  it('is failed, not refused, where the system itself cannot go on', async () => {
    const cause = Object.assign(new Error('connect EMFILE'), { code: 'EMFILE', syscall: 'connect' });
    const failing = () => {
      const socket = Object.assign(new Socket(), { connecting: true });
      setImmediate(() => socket.destroy(cause));
      return socket;
    };
    const dialling = jest.spyOn(net, 'connect').mockImplementation(failing);
    try {
      expect(await failureOf(connectWebSocket({ url: 'ws://host/' }))).toMatchObject({ code: 'failed', cause });
      expect(dialling).toHaveBeenCalledTimes(1);
    } finally {
      dialling.mockRestore();
    }
  });

  it('verifies the certificate of wss: whatever the environment says', async () => {
    const { server } = await authorityAndServer();
    const listener = await listen({ tls: { cert: server.cert, key: server.key } });
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    started.push(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']);
    expect(await failureOf(connectWebSocket({ url: listener.url }))).toMatchObject({ code: 'protocol' });
  });

  it('says nothing of a password in what is no URL', async () => {
    const failure = await failureOf(connectWebSocket({ url: 'ws://user:SECRET@127.0.0.1:99999/' }));
    expect(failure.code).toBe('unsupported');
    expect(inspect(failure, { depth: null })).not.toContain('SECRET');
  });

  it('says in words that the far side of wss: does not speak TLS', async () => {
    const url = (await listen()).url.replace('ws:', 'wss:');
    const message = `${url}: the peer does not speak TLS, or no version that is spoken here`;
    expect(await failureOf(connectWebSocket({ url }))).toMatchObject({ code: 'protocol', message });
  });

  it('is unreachable for a name that cannot resolve', async () => {
    expect(await failureOf(connectWebSocket({ url: `ws://${'x'.repeat(64)}.invalid/` }))).toMatchObject({ code: 'unreachable' });
  });

  it('gives up when it is not connected in time, on the clock of RxJS', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ expectObservable }) => {
      const error = expect.objectContaining({ code: 'timeout', message: 'ws://127.0.0.1:9/: not connected within 250 ms' }) as unknown;
      expectObservable(connectWebSocket({ url: 'ws://127.0.0.1:9/', connectTimeoutMs: 250 })).toBe('250ms #', {}, error);
    });
  });

  it('stops trying when it is unsubscribed from, and holds nothing', async () => {
    const held = openedFromNow();
    const silent = createTcpServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const url = `ws://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    const connection = watch(connectWebSocket({ url, connectTimeoutMs: 60_000 }));
    const [socket] = (await once(silent, 'connection')) as [Socket];
    connection.subscription.unsubscribe();
    await once(socket.resume(), 'close');
    await new Promise((resolve) => silent.close(resolve));
    expect(await held()).toEqual([]);
    expect(connection.values).toEqual([]);
  });
});

describe('a WebSocket’s end', () => {
  it.each([
    [1000, 'complete'],
    [undefined, 'complete'],
    [1001, 'reset'],
    [1002, 'protocol'],
    [1003, 'protocol'],
    [1007, 'protocol'],
    [1008, 'refused'],
    [1009, 'too-large'],
    [1011, 'failed'],
    [1012, 'reset'],
    [4000, 'reset'],
  ])('with code %p is %s, after the data before it', async (code, end) => {
    const listener = await listen();
    const socket = new WebSocket(listener.url);
    const flow = await listener.flow(0);
    await once(socket, 'open');
    socket.send(pattern(3));
    socket.close(code, code === 1011 ? 'out of disk' : '');
    expect(await endOf(flow)).toBe(end);
    const reading = watch(flow.read());
    const failure = await reading.ended;
    expect(concat(reading.values)).toEqual(pattern(3));
    if (code === 1011) expect(failure).toMatchObject({ message: `${flow.name}: closed with code 1011`, cause: { message: 'out of disk' } });
  });

  it('is truncated with halfClose, where no eof came before it', async () => {
    const listener = await listen({ halfClose: true });
    const socket = new WebSocket(listener.url);
    const flow = await listener.flow(0);
    await once(socket, 'open');
    socket.close(1000);
    expect(await endOf(flow)).toBe('truncated');
  });

  it.each([false, true])('is truncated in the middle of a message in fragments, behind the message before it (halfClose: %p)', async (halfClose) => {
    const listener = await listen({ halfClose });
    const client = await bareClient(listener.address);
    const flow = await listener.flow(0);
    const reading = watch(flow.read());
    // Whole; the first of two fragments; a close with 1000. All masked by 0.
    client.write(Buffer.from([0x82, 0x83, 0, 0, 0, 0, ...pattern(3), 0x02, 0x82, 0, 0, 0, 0, 1, 2, 0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]));
    client.resume();
    expect(await reading.ended).toMatchObject({ code: 'truncated', message: `${flow.name}: closed in the middle of a message` });
    expect(concat(reading.values)).toEqual(pattern(3));
    client.destroy();
  });

  it.each([
    ['data', pattern(3)],
    ['another eof', 'eof'],
  ])('is protocol with halfClose, where %s comes after the eof; what was read before stays whole', async (_, message) => {
    const listener = await listen({ halfClose: true });
    const socket = new WebSocket(listener.url);
    const flow = await listener.flow(0);
    await once(socket, 'open');
    for (const one of [pattern(5), 'eof', message]) socket.send(one);
    expect(await failureOf(flow.closed)).toMatchObject({ code: 'protocol', message: expect.stringMatching(/: more came after the eof$/) });
    expect(await firstValueFrom(flow.write(pattern(1)))).toMatchObject({ ok: false, error: { code: 'protocol' } });
    expect(await firstValueFrom(flow.read().pipe(collect()))).toEqual(pattern(5));
  });

  it.each([['SECRET'], ['eof']])('is protocol for the text message %p', async (text) => {
    const listener = await listen();
    const socket = new WebSocket(listener.url);
    socket.once('open', () => socket.send(text));
    expect(await failureOf((await listener.flow(0)).closed)).toMatchObject({ code: 'protocol', message: expect.not.stringContaining(text) });
    await once(socket, 'close');
  });

  it('is timeout when pings are not answered', async () => {
    const { url, close } = await bareServer(() => {});
    started.push(close);
    const failure = await failureOf(connectWebSocket({ url, pingMs: 20 }));
    expect(failure).toMatchObject({ code: 'timeout', message: `${url}: no answer to a ping within 40 ms` });
  });

  it('is none in the middle of a message, however long it takes, where no ping can be answered', async () => {
    const pieces = 12;
    const { url, close } = await bareServer((socket) => {
      socket.setNoDelay(true);
      socket.write(Uint8Array.of(0x82, 126, 0, pieces)); // a binary message of as many bytes
      // One each time that a ping is due: six times as many as may go unanswered.
      let sent = 0;
      interval(20).pipe(take(pieces)).subscribe(() => socket.write(Uint8Array.of((sent += 1))));
    });
    started.push(close);
    const flow = await firstValueFrom(connectWebSocket({ url, pingMs: 20 }).pipe(detach()));
    expect(await firstValueFrom(flow.read())).toEqual(Buffer.from(Array.from({ length: pieces }, (_, at) => at + 1)));
    flow.abort();
  });

  it('is none while pings are answered, nor while nobody reads, when none is sent', async () => {
    const listener = await listen({ pingMs: 10 });
    const socket = new WebSocket(listener.url);
    const flow = await listener.flow(0);
    for (let time = 0; time < 5; time += 1) await once(socket, 'ping');
    // More than the system takes. What answers come behind it is not read either.
    for (let at = 0; at < 16; at += 1) socket.send(new Uint8Array(MIB));
    let pings = 0;
    socket.on('ping', () => (pings += 1));
    await firstValueFrom(timer(1000)); // `ws` bears 60 of them
    expect(pings).toBeLessThanOrEqual(2);
    socket.close();
    expect((await firstValueFrom(flow.read().pipe(collect()))).length).toBe(16 * MIB);
    expect(await endOf(flow)).toBe('complete');
  });

  it('is none where both ends ping, however long a reader rests', async () => {
    const listener = await listen({ pingMs: 20 });
    const client = await firstValueFrom(connectWebSocket({ url: listener.url, pingMs: 20 }).pipe(detach()));
    const flow = await listener.flow(0);
    expect(await firstValueFrom(client.write(new Uint8Array(300_000)))).toMatchObject({ ok: true }); // the system has it
    await firstValueFrom(timer(400));
    client.close();
    expect((await firstValueFrom(flow.read().pipe(collect()))).length).toBe(300_000);
    expect(await endOf(flow)).toBe('complete');
  });

  it('is none while this side’s writes wait for a far side that rests', async () => {
    const { url, close } = await bareServer((socket) => {
      socket.pause();
      timer(400).subscribe(() => socket.resume().on('data', () => {}));
    });
    started.push(close);
    const flow = await firstValueFrom(connectWebSocket({ url, pingMs: 20 }).pipe(detach()));
    expect(await firstValueFrom(flow.write(new Uint8Array(32 * MIB)))).toMatchObject({ ok: true });
    expect(await endOf(flow)).toBe('timeout');
  });

  it('is none for pings that the far side does not take the answers to: it gets the newest', async () => {
    const listener = await listen();
    const socket = new WebSocket(listener.url);
    const flow = await listener.flow(0);
    await once(socket, 'open');
    socket.pause();
    const writing = firstValueFrom(flow.write(new Uint8Array(32 * MIB)));
    for (let ping = 1; ping <= 500; ping += 1) socket.ping(String(ping));
    socket.send(pattern(3));
    expect(await firstValueFrom(flow.read())).toEqual(Buffer.from(pattern(3))); // and the pings before it
    const answers: string[] = [];
    socket.on('pong', (data: Buffer) => answers.push(data.toString()));
    socket.resume();
    await writing;
    while (answers.at(-1) !== '500') await once(socket, 'pong');
    expect(answers.length).toBeLessThan(5);
    flow.abort();
  });
});

describe('a far side that is slow or gone', () => {
  it('may take as long as it likes to close', async () => {
    let peer: Socket | undefined;
    const { url, close } = await bareServer((socket) => (peer = socket));
    started.push(close);
    const flow = await firstValueFrom(connectWebSocket({ url }).pipe(detach()));
    useVirtualTime();
    try {
      const end = endOf(flow);
      flow.close();
      await once(peer!, 'data');
      jest.advanceTimersByTime(3_600_000);
      peer!.write(Uint8Array.of(0x88, 2, 0x03, 0xe8)); // 1000
      await once(peer!, 'end');
      peer!.end();
      expect(await end).toBe('complete');
    } finally {
      jest.useRealTimers();
    }
  });

  it('carries 32 MiB to one that stalls again and again, and loses none', async () => {
    const [near, far] = await firstValueFrom(webSocketPair({ halfClose: true }));
    const size = 32 * MIB;
    const block = pattern(65536);
    const source = fromGenerator({
      *input() {
        for (let sent = 0; sent < size; sent += block.length) yield block;
      },
    });
    lastValueFrom(copy(source, near)).then(() => near.close(), () => {});
    let received = 0;
    while (received < size) {
      const some = await firstValueFrom(far.read().pipe(take(40), collect()));
      for (let at = 0; at < some.length; at += 4099) if (some[at] !== block[(received + at) % 65536]) throw new Error(`byte ${received + at}`);
      received += some.length;
      await new Promise(setImmediate);
    }
    expect(received).toBe(size);
    far.close();
    expect(await endOf(near)).toBe('complete');
  });

  it('goes on to write for as long as it likes to one that has closed, and that reads when it likes', async () => {
    const size = 100 * MIB;
    const [near, far] = await firstValueFrom(webSocketPair());
    far.write(new Uint8Array(size));
    near.shutdown('write');
    const { byteLength } = await firstValueFrom(near.read());
    await firstValueFrom(timer(500));
    expect((await firstValueFrom(near.read().pipe(collect()))).length).toBe(size - byteLength);
    expect([await endOf(near), await endOf(far)]).toEqual(['complete', 'complete']);
  });

  it('is seen within a second when its process is killed: reads, pending writes and closed all settle', async () => {
    const listener = await listen();
    const child = peerProcess(`const socket = new (require('ws'))(${JSON.stringify(listener.url)}); socket.on('open', () => socket.pause());`);
    const flow = await listener.flow(0);
    const held = openedFromNow();
    const reading = watch(flow.read());
    const writes = Array.from({ length: 20 }, () => watch(flow.write(new Uint8Array(MIB))));
    // From when it is dead: on a busy machine that alone may take its time.
    const dead = once(child, 'exit');
    child.kill('SIGKILL');
    await dead;
    const begin = performance.now();
    expect(await reading.ended).toMatchObject({ code: 'reset' });
    for (const { ended } of writes) await ended;
    expect(writes.at(-1)!.values).toMatchObject([{ ok: false, error: { code: 'reset' } }]);
    expect(await endOf(flow)).toBe('reset');
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(await held()).toEqual([]);
  });
});

/** A process of its own that runs this program. */
function peerProcess(program: string): ChildProcess {
  const child = spawn(process.execPath, ['-e', program], { stdio: 'ignore' });
  started.push(() => child.kill('SIGKILL'));
  return child;
}

describe('a far side that breaks the protocol', () => {
  const MASKED = [0x82, 0x81, 1, 2, 3, 4, 5];
  const breaches: [string, number[], string][] = [
    ['a reserved opcode', [0x83, 0x80, 0, 0, 0, 0], 'protocol'],
    ['a reserved bit', [0xc2, 0x80, 0, 0, 0, 0], 'protocol'],
    ['a continuation of nothing', [0x80, 0x81, 0, 0, 0, 0, 65], 'protocol'],
    ['a control frame that is too long', [0x89, 0xfe, 1, 0], 'protocol'],
    ['text that is no UTF-8', [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xff], 'protocol'],
    ['a close code that may not be sent', [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed], 'protocol'],
    ['a message of 2000 bytes where 1000 may come', [0x82, 0xfe, 0x07, 0xd0], 'too-large'],
    ['a message of 2⁶³ bytes', [0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255], 'too-large'],
    ['a frame that is not masked', [0x82, 0x01, 5], 'protocol'],
    ['a cut in the middle of a frame', [0x82, 0x85, 1, 2, 3, 4, 5], 'reset'],
  ];

  it.each(breaches)('makes a typed error of %s; the listener goes on', async (_, bytes, code) => {
    const listener = await listen({ maxPayloadBytes: 1000 });
    const client = await bareClient(listener.address);
    client.write(new Uint8Array([...MASKED, ...bytes]));
    if (code === 'reset') client.end();
    const flow = await listener.flow(0);
    const reading = watch(flow.read());
    expect(await reading.ended).toMatchObject({ code, message: expect.stringContaining(flow.name) });
    expect(concat(reading.values)).toEqual(new Uint8Array([5 ^ 1])); // what came before it
    expect(await endOf(flow)).toBe(code);
    client.destroy();
    connectWebSocket({ url: listener.url }).pipe(take(1)).subscribe();
    await listener.flow(1);
  });

  it('makes one of a masked frame, where a server sends it', async () => {
    const { url, close } = await bareServer((socket) => socket.write(new Uint8Array(MASKED)));
    started.push(close);
    expect(await failureOf(connectWebSocket({ url }))).toMatchObject({ code: 'protocol', cause: { code: 'WS_ERR_UNEXPECTED_MASK' } });
  });

  it('ends whatever the bytes are', async () => {
    const listener = await listen({ maxPayloadBytes: 1000 });
    let at = 0;
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const client = await bareClient(listener.address);
        client.end(bytes);
        const flow = await listener.flow(at);
        at += 1;
        watch(flow.read());
        expect(['complete', 'protocol', 'too-large', 'reset', 'refused', 'failed']).toContain(await endOf(flow));
        client.destroy();
      }),
      { numRuns: 30 },
    );
  });

  it('makes one of a compressed message that is none', async () => {
    const listener = await listen({ compress: true });
    const socket = new WebSocket(listener.url);
    const [, response] = await Promise.all([once(socket, 'open'), once(socket, 'upgrade')]);
    const { socket: line } = (response as [IncomingMessage])[0];
    line.write(Uint8Array.of(0xc2, 0x85, 0, 0, 0, 0, 255, 255, 255, 1, 2));
    const flow = await listener.flow(0);
    expect(await failureOf(flow.read())).toMatchObject({ code: 'protocol', cause: { code: 'Z_DATA_ERROR' } });
    expect((await once(socket, 'close'))[0]).toBe(1007);
  });

  it('is answered, where it is HTTP that is broken, and ends nothing', async () => {
    const listener = await listen();
    for (const request of ['nonsense\r\n\r\n', 'GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', '\u0016\u0003\u0001']) {
      const client = createConnectionTo(listener);
      client.end(request);
      let answer = '';
      for await (const chunk of client) answer += String(chunk);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    }
    connectWebSocket({ url: listener.url }).pipe(take(1)).subscribe();
    await listener.flow(0);
  });
});

function createConnectionTo({ address: { host, port } }: StartedListener): Socket {
  return connect({ host, port, allowHalfOpen: true });
}

type Wrong = [call: () => unknown, message: string | RegExp];

describe('a wrong configuration', () => {
  it.each<Wrong>([
    [() => connectWebSocket(undefined as never), 'connectWebSocket: the configuration must be an object, not undefined'],
    [() => connectWebSocket({ url: 7 as never }), 'connectWebSocket: url must be a string or a URL, not number 7'],
    [() => connectWebSocket({ url: 'ws://h/', protocols: [7] as never }), 'connectWebSocket: protocols must be a string, or an array of them, not an array'],
    [() => connectWebSocket({ url: 'ws://h/', headers: { 'bad name': 'x' } }), 'connectWebSocket: headers: "bad name" is no name of a header'],
    [() => connectWebSocket({ url: 'ws://h/', pingMs: 0 }), 'connectWebSocket: pingMs must be an integer from 1 to 2147483647 (ms), not number 0'],
    [() => connectWebSocket({ url: 'ws://h/', maxPayloadBytes: -1 }), 'connectWebSocket: maxPayloadBytes must be a positive integer, not number -1'],
    [() => listenWebSocket({ port: -1 }), 'listenWebSocket: port must be an integer from 0 to 65535, not number -1'],
    [() => listenWebSocket({ path: 'feed' }), 'listenWebSocket: path must be a string that starts with /, without ? or #, not a string'],
    [() => listenWebSocket({ path: '/feed?x=1' }), 'listenWebSocket: path must be a string that starts with /, without ? or #, not a string'],
    [() => listenWebSocket({ verify: true as never }), 'listenWebSocket: verify must be a function, not boolean true'],
    [() => listenWebSocket({ halfClose: 1 as never }), 'listenWebSocket: halfClose must be a boolean, not number 1'],
    [() => listenWebSocket({ tls: {} }), /^listenWebSocket: tls: cert must be a string or a Uint8Array/],
    [() => connectWebSocket({ url: 'wss://h/', tls: { ca: 7 as never } }), /^connectWebSocket: tls: ca must be a string or a Uint8Array/],
    [() => listenWebSocket({ tls: { cert: 'x', key: 'y' } }), /^listenWebSocket: tls: no secure context comes of cert, key \(PEM is needed/],
  ])('throws a TypeError: %#', (call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});
