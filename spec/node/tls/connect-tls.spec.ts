import { once } from 'node:events';
import { connect as connectSocket, type Server, type Socket } from 'node:net';
import { connect, createSecureContext, TLSSocket } from 'node:tls';
import { runInNewContext } from 'node:vm';
import { config, firstValueFrom, mergeMap, of, ReplaySubject, Subject, switchMap, take, tap, toArray } from 'rxjs';
import { collectText } from '../../../src/combinators/collect-text.js';
import { detach } from '../../../src/combinators/detach.js';
import { detachFlow } from '../../../src/flow/detached.js';
import type { FlowError } from '../../../src/flow/flow-error.js';
import { utf8 } from '../../../src/flow/utf8.js';
import { http2Client } from '../../../src/http2/client/http2-client.js';
import { http2Server } from '../../../src/http2/server/http2-server.js';
import { connectEndpoint } from '../../../src/node/endpoint/connect-endpoint.js';
import { nativeNodeStream } from '../../../src/node/node-stream/native-node-stream.js';
import { connectTcp } from '../../../src/node/socket/connect-tcp.js';
import { listenTcp } from '../../../src/node/socket/listen-tcp.js';
import type { SocketFlow, TcpAddress } from '../../../src/node/socket/socket-flow.js';
import { connectTls } from '../../../src/node/tls/connect-tls.js';
import { listenTls, type ListenTlsConfig } from '../../../src/node/tls/listen-tls.js';
import { tlsClient } from '../../../src/node/tls/tls-client.js';
import type { TlsFlow } from '../../../src/node/tls/tls-flow.js';
import { tlsServer } from '../../../src/node/tls/tls-server.js';
import { authorityAndServer, certificate, type Certified } from '../../support/certificates.js';
import { startRawServer, stopRawServer } from '../support/raw-server.js';
import { endOf, failureOf, openedFromNow, watch, type Watched } from '../support/settled.js';
import { tlsPair } from '../support/tls-pair.js';

let authority: Certified;
let certified: Certified;

beforeAll(async () => {
  ({ authority, server: certified } = await authorityAndServer());
});

describe('connectTls', () => {
  let server: Server;
  let port: number;
  let peers: Socket[];

  beforeEach(async () => {
    ({ server, port, peers } = await startRawServer());
  });
  afterEach(() => stopRawServer({ server, peers }));

  const nextPeer = async () => peers[0] ?? ((await once(server, 'connection'))[0] as Socket);

  it('emits a flow that is named after its peer, and verifies the host that it connects to', async () => {
    const [client, peer] = await firstValueFrom(tlsPair({ ca: authority.cert }, certified));
    expect(client.name).toBe(`tls 127.0.0.1:${client.remote.port}`);
    expect(peer.name).toBe(`tls 127.0.0.1:${client.local.port}`);
    expect(client.authorized).toBe(true);
    client.abort();
    peer.abort();
  });

  it('errors as connectTcp does where it cannot connect', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await failureOf(connectTls({ port }))).toMatchObject({ code: 'refused', cause: { code: 'ECONNREFUSED' } });
  });

  it('errors with protocol where the peer speaks no TLS', async () => {
    const failure = failureOf(connectTls({ port, host: 'localhost' }));
    (await nextPeer()).write('SSH-2.0-OpenSSH\r\n');
    expect(await failure).toMatchObject({
      code: 'protocol',
      message: `tls localhost:${port}: the peer does not speak TLS, or no version that is spoken here`,
    });
  });

  it('errors with truncated, or reset, where the peer goes in the middle of the handshake', async () => {
    const truncated = failureOf(connectTls({ port }));
    const peer = await nextPeer();
    await once(peer, 'data');
    peer.end();
    expect((await truncated).code).toBe('truncated');
    const reset = failureOf(connectTls({ port }));
    const [second] = (await once(server, 'connection')) as [Socket];
    await once(second, 'data');
    second.resetAndDestroy();
    expect((await reset).code).toBe('reset');
  });

  it('errors with timeout where the peer says nothing', async () => {
    const failure = failureOf(connectTls({ port, handshakeTimeoutMs: 20 }));
    const peer = await nextPeer();
    expect(await failure).toMatchObject({ code: 'timeout', message: `tls 127.0.0.1:${port}: no TLS handshake within 20 ms` });
    await once(peer.resume(), 'end');
  });

  it('is given as long for its handshake as a connection has, by connectEndpoint', async () => {
    // Long enough for the connection itself on a busy machine: it is bound by the same.
    const error = await failureOf(connectEndpoint(`tls://127.0.0.1:${port}`, { connectTimeoutMs: 300 }));
    expect(error).toMatchObject({ code: 'timeout', message: `tls 127.0.0.1:${port}: no TLS handshake within 300 ms` });
  });

  it('gives up, with a reset, when it is unsubscribed from in the middle of the handshake', async () => {
    const seen = watch(connectTls({ port }));
    const peer = await nextPeer();
    await once(peer, 'data');
    const broken = once(peer, 'error');
    seen.subscription.unsubscribe();
    expect((await broken)[0]).toMatchObject({ code: 'ECONNRESET' });
    expect(seen.values).toEqual([]);
  });

  it('gives a connection in the making up when it is unsubscribed from', async () => {
    connectTls({ port }).subscribe().unsubscribe();
    await new Promise((resolve) => server.close(resolve));
    expect(peers).toEqual([]);
  });

  it('lets node:http2 and the like have the TLS socket itself below a flow that nobody has used', async () => {
    const [client, peer] = await firstValueFrom(tlsPair({ ca: authority.cert }, certified));
    const stream = nativeNodeStream(client);
    expect(stream).toBeInstanceOf(TLSSocket);
    stream.end('by the socket');
    expect(await firstValueFrom(peer.read().pipe(collectText()))).toBe('by the socket');
    peer.close();
    stream.resume();
    expect(await endOf(client)).toBe('complete');
  });

  it("takes certificates in another realm's bytes", () => {
    const ca = runInNewContext('Uint8Array.from(bytes)', { bytes: Buffer.from(authority.cert) }) as Uint8Array;
    expect(() => connectTls({ port: 1, ca })).not.toThrow();
  });

  it.each([
    [{}, 'connectTls: port must be an integer from 1 to 65535, not undefined'],
    [{ port: 1, connectTimeoutMs: 0 }, 'connectTls: connectTimeoutMs must be an integer from 1 to 2147483647 (ms), not number 0'],
    [{ port: 1, servername: 7 }, 'connectTls: servername must be a string that is not empty, not number 7'],
    [{ port: 1, ca: {} }, 'connectTls: ca must be a string or a Uint8Array, or an array of them, not an object'],
    [null, 'connectTls: the configuration must be an object, not null'],
  ])('throws a TypeError for %j', (config, message) => {
    expect(() => connectTls(config as never)).toThrow(new TypeError(message));
  });
});

/** However it comes about. */
async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.resume().once('close', resolve));
}

describe('listenTls', () => {
  const open: { unsubscribe(): void }[] = [];
  const clients: Socket[] = [];

  afterEach(() => {
    for (const one of open.splice(0)) one.unsubscribe();
    for (const client of clients.splice(0)) client.destroy();
  });

  interface Started extends Watched<TlsFlow<SocketFlow>> {
    readonly address: TcpAddress;
    readonly failures: ReplaySubject<FlowError>;
  }

  async function start(config: Partial<ListenTlsConfig> = {}, serve: (flow: TlsFlow<SocketFlow>) => void = () => {}): Promise<Started> {
    const listening = new ReplaySubject<TcpAddress>(1);
    const failures = new ReplaySubject<FlowError>(Infinity);
    const watched = watch(listenTls({ ...certified, ...config, listeningObserver: listening, handshakeErrorObserver: failures }).pipe(tap(serve)));
    open.push(watched.subscription);
    return { ...watched, address: await firstValueFrom(listening), failures };
  }

  function client({ host, port }: TcpAddress, options: object = {}): TLSSocket {
    const socket = connect({ host, port, ca: authority.cert, ...options });
    clients.push(socket.on('error', () => {}));
    return socket;
  }

  /** Connects and waits until the listener has emitted the flow. */
  async function accepted(listener: Started): Promise<[TlsFlow<SocketFlow>, TLSSocket]> {
    const before = listener.values.length;
    const socket = client(listener.address);
    while (listener.values.length === before) await new Promise(setImmediate);
    return [listener.values[before]!, socket];
  }

  it('listens on this machine only, on any free port, and reports where', async () => {
    const { address } = await start();
    expect(address).toEqual({ host: '127.0.0.1', port: expect.any(Number) as number });
  });

  it('serves the sockets of node:tls', async () => {
    const [flow, socket] = await accepted(await start());
    socket.write('question');
    expect(await firstValueFrom(flow.read().pipe(take(1), collectText()))).toBe('question');
    flow.write(utf8('answer'));
    flow.close();
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toBe('answer');
    expect(await endOf(flow)).toBe('complete');
  });

  it('goes on when the observer of failed handshakes throws, which RxJS tells apart', async () => {
    const thrown = new Subject<unknown>();
    config.onUnhandledError = (error) => thrown.next(error);
    try {
      const observer = { next: () => { throw new Error('the log is full'); } };
      const listening = new ReplaySubject<TcpAddress>(1);
      const watched = watch(listenTls({ ...certified, listeningObserver: listening, handshakeErrorObserver: observer }));
      open.push(watched.subscription);
      const { host, port } = await firstValueFrom(listening);
      const told = firstValueFrom(thrown);
      connectSocket({ host, port }).on('error', () => {}).end('GET / HTTP/1.1\r\n\r\n');
      expect(await told).toEqual(new Error('the log is full'));
      client({ host, port });
      while (watched.values.length === 0) await new Promise(setImmediate);
    } finally {
      config.onUnhandledError = null;
    }
  });

  it('goes on when a handshake fails, and reports why', async () => {
    const listener = await start();
    const { host, port } = listener.address;
    const stranger = connectSocket({ host, port });
    clients.push(stranger.on('error', () => {}));
    stranger.write('GET / HTTP/1.1\r\n\r\n');
    const first = await firstValueFrom(listener.failures);
    expect(first).toMatchObject({ code: 'protocol', message: `tls 127.0.0.1:${stranger.localPort}: the peer speaks HTTP and not TLS` });
    client(listener.address, { ca: [] });
    const [, second] = await firstValueFrom(listener.failures.pipe(take(2), toArray()));
    expect(second).toMatchObject({ code: expect.stringMatching(/protocol|truncated|reset/) as string });
    const [flow] = await accepted(listener);
    expect(flow.name).toMatch(/^tls /);
  });

  it('goes on when a flow breaks, and reports that by the flow alone', async () => {
    const listener = await start();
    const [flow, socket] = await accepted(listener);
    const reading = failureOf(flow.read());
    socket.destroy();
    expect((await reading).code).toBe('truncated');
    await accepted(listener);
    listener.failures.complete();
    expect(await firstValueFrom(listener.failures.pipe(toArray()))).toEqual([]);
  });

  it('stops listening, gives up handshakes and aborts its flows when it is unsubscribed from, detached ones apart', async () => {
    const opened = openedFromNow();
    const listener = await start();
    const [flow] = await accepted(listener);
    const [detached, other] = await accepted(listener);
    const silent = connectSocket(listener.address);
    clients.push(silent.on('error', () => {}));
    await once(silent, 'connect');
    await new Promise(setImmediate);
    detachFlow(detached);
    listener.subscription.unsubscribe();
    expect(await endOf(flow)).toBe('aborted');
    await closed(silent);
    detached.write(utf8('still here'));
    expect(String((await once(other, 'data'))[0])).toBe('still here');
    detached.close();
    other.end();
    detached.shutdown('read');
    expect(await endOf(detached)).toBe('complete');
    for (const one of clients.splice(0)) one.destroy();
    expect(await opened()).toEqual([]);
  });

  it('holds nothing when it is aborted while its end is on its way, by whoever runs on it', async () => {
    const opened = openedFromNow();
    const pair = tlsPair({ ca: authority.cert, servername: 'localhost' }, certified);
    const [near, far] = await firstValueFrom(pair);
    const closed = Promise.all([endOf(near), endOf(far)]);
    for (const flow of [near, far]) {
      nativeNodeStream(flow).on('error', () => {}).end();
      flow.abort();
    }
    expect(await closed).toEqual(['aborted', 'aborted']);
    expect(await opened()).toEqual([]);
  });

  it('is closed when the subscription of the connection below ends while TLS is ending it', async () => {
    const opened = openedFromNow();
    const listening = new ReplaySubject<TcpAddress>(1);
    const ends: Promise<string>[] = [];
    const serving = listenTcp({ listeningObserver: listening })
      .pipe(mergeMap((flow) => tlsServer(flow, certified)))
      .subscribe((flow) => {
        ends.push(endOf(flow));
        flow.close();
        setImmediate(() => serving.unsubscribe());
      });
    const { port } = await firstValueFrom(listening);
    const peer = await firstValueFrom(connectTls({ port, ca: authority.cert }).pipe(detach()));
    peer.close();
    await endOf(peer);
    expect(await Promise.all(ends)).toEqual(['aborted']);
    expect(await opened()).toEqual([]);
  });

  describe('with requestCert', () => {
    const ask = () => ({ ca: authority.cert, requestCert: true });

    /** How a client with a certificate of its own fares, with the session of the one before: `resumed`, `met`, or its error. */
    async function visit(listener: Started, own: Certified | null, session: { last?: Buffer }, options: object): Promise<string> {
      const socket = client(listener.address, { ...own, servername: 'localhost', session: session.last, ...options });
      socket.on('session', (last: Buffer) => (session.last = last));
      return await new Promise((resolve) => {
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
        socket.resume().on('end', () => resolve(socket.isSessionReused() ? 'resumed' : 'met'));
      });
    }

    /** Says something, so that the client has its ticket, and ends. */
    const greet = (flow: TlsFlow<SocketFlow>) => {
      flow.write(utf8('hello'));
      flow.close();
      flow.read().subscribe({ error: () => {} });
    };

    it.each(['TLSv1.2', 'TLSv1.3'])('resumes the sessions of clients whose certificate it has seen, in %s', async (maxVersion) => {
      const listener = await start(ask(), greet);
      const own = await certificate('a client', { ca: authority });
      const session = {};
      for (const how of ['met', 'resumed', 'resumed']) expect(await visit(listener, own, session, { maxVersion })).toBe(how);
      expect(listener.values.map(({ authorized, peerCertificate }) => [authorized, peerCertificate?.subject.CN])).toEqual(Array(3).fill([true, 'a client']));
    });

    it.each(['TLSv1.2', 'TLSv1.3'])('authorizes nobody who has shown no certificate, though a session is resumed, in %s', async (maxVersion) => {
      const listener = await start({ ...ask(), rejectUnauthorized: false }, greet);
      const session = {};
      for (const how of ['met', 'resumed']) expect(await visit(listener, null, session, { maxVersion })).toBe(how);
      expect(listener.values.map(({ authorized, peerCertificate }) => [authorized, peerCertificate])).toEqual(Array(2).fill([false, undefined]));
    });

    it.each(['TLSv1.2', 'TLSv1.3'])('lets nobody in with the session of a listener that asks for none, by a secureContext that both have, in %s', async (maxVersion) => {
      const secureContext = createSecureContext({ ...certified, ca: authority.cert, sessionIdContext: 'both' });
      const sharing = { secureContext, cert: undefined, key: undefined } as never;
      const [lax, strict] = [await start(sharing, greet), await start({ ...(sharing as object), requestCert: true }, greet)];
      const session = {};
      expect(await visit(lax, null, session, { maxVersion })).toBe('met');
      await visit(strict, null, session, { maxVersion });
      expect(await firstValueFrom(strict.failures)).toMatchObject({ code: 'protocol' });
      expect(strict.values).toEqual([]);
    });

    it.each(['TLSv1.2', 'TLSv1.3'])('resumes none where a host has authorities of its own, who might not take the certificate, in %s', async (maxVersion) => {
      const other = await certificate('other.example', { ca: authority });
      const strict = createSecureContext({ ...other, ca: (await certificate('other authority', { isAuthority: true })).cert });
      const listener = await start({ ...ask(), hosts: { 'other.example': { secureContext: strict } } }, greet);
      const own = await certificate('a client', { ca: authority });
      const session = {};
      for (const _ of [1, 2]) expect(await visit(listener, own, session, { maxVersion })).toBe('met');
      await visit(listener, own, session, { maxVersion, servername: 'other.example' });
      expect(await firstValueFrom(listener.failures)).toMatchObject({ code: 'protocol', message: expect.stringContaining('not valid for a client') as string });
      expect(listener.values).toHaveLength(2);
    });
  });

  it('carries HTTP/2', async () => {
    const listening = new ReplaySubject<TcpAddress>(1);
    const flows = listenTls({ ...certified, alpnProtocols: ['h2'], listeningObserver: listening });
    const served = flows.pipe(mergeMap((flow) => http2Server(flow, ({ path, scheme }) => of({ body: `${scheme} ${path} by ${flow.alpnProtocol}` }))));
    open.push(watch(served).subscription);
    const { port } = await firstValueFrom(listening);
    const flow = connectTls({ port, ca: authority.cert, servername: 'localhost', alpnProtocols: ['h2'] });
    const asked = flow.pipe(
      switchMap((secure) => http2Client(secure)),
      switchMap((client) => client.request({ path: '/page' })),
      switchMap((response) => response.read().pipe(collectText())),
    );
    expect(await firstValueFrom(asked)).toMatch(/^https? \/page by h2$/);
  });

  it.each(['client', 'server'] as const)('ends, as the connection below does, in order with HTTP/2 that the %s ends', async (by) => {
    const listening = new ReplaySubject<TcpAddress>(1);
    const shutdown = new Subject<void>();
    const ends: Promise<string>[] = [];
    const served = watch(
      listenTcp({ listeningObserver: listening }).pipe(
        take(1),
        detach(),
        tap((flow) => ends.push(endOf(flow))),
        switchMap((flow) => tlsServer(flow, certified)),
        switchMap((flow) => http2Server(flow, () => of({ body: 'answer' }), { shutdown })),
      ),
    );
    const { port } = await firstValueFrom(listening);
    const asked = watch(
      connectTcp({ port }).pipe(
        switchMap((flow) => tlsClient(flow, { ca: authority.cert, servername: 'localhost' })),
        switchMap((flow) => http2Client(flow)),
        switchMap((client) => {
          const end = () => (by === 'client' ? client.shutdown() : shutdown.next());
          return client.request({ path: '/' }).pipe(switchMap((response) => response.read().pipe(collectText(), tap({ complete: end }))));
        }),
      ),
    );
    expect(await asked.ended).toBe('complete');
    expect(asked.values).toEqual(['answer']);
    expect(await served.ended).toBe('complete');
    expect(await Promise.all(ends)).toEqual(['complete']);
  });

  it('closes connections beyond maxConnections', async () => {
    const listener = await start({ maxConnections: 1 });
    await accepted(listener);
    const second = client(listener.address);
    await closed(second);
    expect(listener.values).toHaveLength(1);
  });

  it('errors with refused where the port is in use', async () => {
    const { address } = await start();
    expect(await failureOf(listenTls({ ...certified, ...address }))).toMatchObject({ code: 'refused', cause: { code: 'EADDRINUSE' } });
  });

  it('connects and completes with its flow', async () => {
    const { address } = await start({ alpnProtocols: ['chat'] });
    const seen = watch(connectTls({ ...address, ca: authority.cert, alpnProtocols: ['chat'] }).pipe(tap((flow) => flow.abort())));
    expect(await seen.ended).toMatchObject({ code: 'aborted' });
    expect(seen.values[0]?.alpnProtocol).toBe('chat');
    const kept = await firstValueFrom(connectTls({ ...address, ca: authority.cert }).pipe(detach()));
    kept.abort();
  });

  it.each([
    [{ port: -1 }, 'listenTls: port must be an integer from 0 to 65535, not number -1'],
    [{}, 'listenTls: cert must be a string or a Uint8Array that is not empty, not undefined'],
    [{ handshakeErrorObserver: () => {} }, 'listenTls: handshakeErrorObserver must be an observer with a next method, not a function'],
    [undefined, 'listenTls: the configuration must be an object, not undefined'],
  ])('throws a TypeError for %j', (config, message) => {
    expect(() => listenTls(config as never)).toThrow(new TypeError(message));
  });
});
