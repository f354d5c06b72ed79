import { Socket, type Server } from 'node:net';
import { once } from 'node:events';
import { firstValueFrom, Subject, take, tap } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { collectText } from '../../../src/combinators/collect-text.js';
import { detach } from '../../../src/combinators/detach.js';
import { drainMap } from '../../../src/combinators/drain-map.js';
import type { Flow } from '../../../src/flow/flow.js';
import { utf8 } from '../../../src/flow/utf8.js';
import { connectTcp } from '../../../src/node/socket/connect-tcp.js';
import { describeConformance } from '../../support/run-conformance.js';
import { tcpPair } from '../support/connected.js';
import { startRawServer, stopRawServer } from '../support/raw-server.js';
import { endOf, failureOf, watch } from '../support/settled.js';

describeConformance('TCP', { create: () => tcpPair() });

describe('connectTcp', () => {
  let server: Server;
  let port: number;
  let peers: Socket[];

  beforeEach(async () => {
    ({ server, port, peers } = await startRawServer());
  });
  afterEach(() => stopRawServer({ server, peers }));

  const nextPeer = async () => peers[0] ?? ((await once(server, 'connection'))[0] as Socket);

  it('connects when it is subscribed to, and not before', async () => {
    const flows = connectTcp({ port });
    expect(peers).toHaveLength(0);
    const flow = await firstValueFrom(flows.pipe(detach()));
    const peer = await nextPeer();
    expect(flow.name).toBe(`tcp 127.0.0.1:${port}`);
    expect(flow.remote).toEqual({ host: '127.0.0.1', port });
    expect(flow.local).toEqual({ host: '127.0.0.1', port: peer.remotePort });
    flow.abort();
  });

  it('takes a host name', async () => {
    const flow = await firstValueFrom(connectTcp({ host: 'localhost', port }).pipe(detach()));
    (await nextPeer()).end('hi');
    expect(await firstValueFrom(flow.read().pipe(collectText()))).toBe('hi');
    flow.abort();
  });

  it('completes when its flow has closed', async () => {
    const connection = watch(connectTcp({ port }).pipe(tap((flow) => void flow.close())));
    (await nextPeer()).resume().end();
    expect(await connection.ended).toBe('complete');
  });

  it('errors when its flow breaks', async () => {
    // Without reading or writing nothing notices a reset: that is the system's way.
    const failure = failureOf(connectTcp({ port }).pipe(tap((flow) => void watch(flow.read()))));
    (await nextPeer()).resetAndDestroy();
    expect((await failure).code).toBe('reset');
  });

  it.each([
    ['', (flow: Flow) => flow.name],
    [', and its own end as well', (flow: Flow) => flow.shutdown('write')],
  ])('takes a reset right behind data for one, and for no end%s', async (_, before) => {
    const flow = await firstValueFrom(connectTcp({ port }).pipe(detach()));
    const peer = await nextPeer();
    before(flow);
    const reading = watch(flow.read());
    await new Promise(setImmediate);
    // Both are there before anybody looks: peers are served in this very turn.
    peer.write('cut');
    peer.resetAndDestroy();
    expect(await reading.ended).toMatchObject({ code: 'reset', cause: { code: 'ECONNRESET' } });
    expect(Buffer.concat(reading.values).toString()).toBe('cut');
    expect(await endOf(flow)).toBe('reset');
  });

  it('resets the connection when it is unsubscribed from', async () => {
    connectTcp({ port }).pipe(take(1)).subscribe();
    const peer = await nextPeer();
    const [error] = (await once(peer, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
  });

  it('gives a connection in the making up when it is unsubscribed from', async () => {
    const seen = watch(connectTcp({ port }));
    seen.subscription.unsubscribe();
    await new Promise((resolve) => server.close(resolve));
    expect(seen.values).toEqual([]);
  });

  it('errors with refused where nobody listens, with the system error as the cause', async () => {
    await new Promise((resolve) => server.close(resolve));
    const error = await failureOf(connectTcp({ port }));
    expect(error.code).toBe('refused');
    expect(error.message).toBe(`tcp 127.0.0.1:${port}: connection refused`);
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('errors with unreachable for a name that cannot resolve', async () => {
    const error = await failureOf(connectTcp({ host: `${'x'.repeat(64)}.invalid`, port }));
    expect(error.code).toBe('unreachable');
    expect(error.cause).toMatchObject({ syscall: 'getaddrinfo' });
  });

  it('errors with timeout when it is not connected in time, on the clock of RxJS', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ expectObservable }) => {
      // In virtual time no event loop turns: the connection cannot stand before the time is over.
      const message = `tcp 127.0.0.1:${port}: not connected within 250 ms`;
      const error = expect.objectContaining({ code: 'timeout', message }) as unknown;
      expectObservable(connectTcp({ port, connectTimeoutMs: 250 })).toBe('250ms #', {}, error);
    });
  });

  it('leaves no timer behind when it has connected in time', async () => {
    const flow = await firstValueFrom(connectTcp({ port, connectTimeoutMs: 600_000 }).pipe(detach()));
    expect(process.getActiveResourcesInfo()).not.toContain('Interval');
    flow.abort();
  });

  it('reads nothing before it is asked to', async () => {
    const flow = await firstValueFrom(connectTcp({ port }).pipe(detach()));
    const peer = await nextPeer();
    const sent = 64 * 2 ** 20;
    peer.end(Buffer.alloc(sent));
    // It cannot have left: nobody takes it.
    expect(peer.writableLength).toBeGreaterThan(sent / 2);
    let received = 0;
    const reading = watch(flow.read());
    flow.shutdown('write');
    await reading.ended;
    for (const buffer of reading.values) received += buffer.byteLength;
    expect(received).toBe(sent);
  });

  it('sends a burst of small writes whole and in order, with a large one among them', async () => {
    const flow = await firstValueFrom(connectTcp({ port }).pipe(detach()));
    const peer = await nextPeer();
    const pieces = Array.from({ length: 3000 }, (_, at) => (at === 1500 ? 'L'.repeat(100_000) : `${at};`));
    for (const piece of pieces) flow.write(utf8(piece));
    flow.shutdown('write');
    let received = '';
    for await (const chunk of peer.setEncoding('utf8')) received += chunk as string;
    expect(received).toBe(pieces.join(''));
    flow.abort();
  });

  it.each([
    [{}, true, undefined],
    [{ noDelay: false }, false, undefined],
    [{ keepAliveMs: 5000 }, true, 5000],
    [{ keepAliveMs: 500 }, true, 1000],
  ])('sets on its connection what it is asked to: %p', async (options, noDelay, keepAliveMs) => {
    const setNoDelay = jest.spyOn(Socket.prototype, 'setNoDelay');
    const setKeepAlive = jest.spyOn(Socket.prototype, 'setKeepAlive');
    const flow = await firstValueFrom(connectTcp({ port, ...options }).pipe(detach()));
    expect(setNoDelay.mock.calls).toEqual([[noDelay]]);
    expect(setKeepAlive.mock.calls).toEqual(keepAliveMs === undefined ? [] : [[true, keepAliveMs]]);
    flow.abort();
    jest.restoreAllMocks();
  });

  it('loses nothing that it has sent when it is aborted once both directions have ended', async () => {
    const flow = await firstValueFrom(connectTcp({ port }).pipe(detach()));
    const peer = await nextPeer();
    let got = 0;
    const end = new Promise<string>((resolve) => peer.on('error', (error) => resolve(error.message)).on('end', () => resolve('EOF')));
    peer.on('data', (chunk) => {
      got += chunk.length;
      peer.pause();
      setTimeout(() => peer.resume(), 1);
    });
    peer.end('bye');
    expect(await firstValueFrom(flow.read().pipe(collectText()))).toBe('bye');
    for (let count = 0; count < 48; count += 1) await firstValueFrom(flow.write(new Uint8Array(65_536)));
    flow.shutdown('write').subscribe({ complete: () => flow.abort() });
    expect([await end, got]).toEqual(['EOF', 48 * 65_536]);
  });

  it('lets the first write of a tick leave at once', async () => {
    const flow = await firstValueFrom(connectTcp({ port }).pipe(detach()));
    const peer = await nextPeer();
    const received = once(peer, 'data');
    flow.write(utf8('now'));
    flow.abort(); // what had not left would be lost
    const [chunk] = (await received) as [Buffer];
    expect(String(chunk)).toBe('now');
  });

  it.each(['nobody has read yet', 'one buffer has been read', 'a reader is held'])('has what the peer said before it went and a write failed, though %s', async (how) => {
    const answer = 'too large '.repeat(2000);
    const flow = await firstValueFrom(connectTcp({ port }).pipe(detach()));
    const peer = await nextPeer();
    peer.on('error', () => {}).write('hello ');
    peer.once('data', () => peer.pause().end(answer, () => peer.destroy()));

    const got: Uint8Array[] = [];
    const go = new Subject<never>();
    if (how === 'one buffer has been read') got.push(await firstValueFrom(flow.read()));
    const held = how === 'a reader is held' ? watch(flow.read().pipe(drainMap((buffer) => (got.push(buffer), go)))) : undefined;
    for (let ok = true; ok; ) ({ ok } = await firstValueFrom(flow.write(new Uint8Array(65_536))));
    go.complete();
    const end = await (held ?? watch(flow.read().pipe(tap((buffer) => got.push(buffer))))).ended;
    expect(end).toMatchObject({ code: 'reset' });
    expect(Buffer.concat(got).toString()).toBe(`hello ${answer}`);
  });

  it('refuses the very write that the system refuses', async () => {
    const flow = await firstValueFrom(connectTcp({ port }).pipe(detach()));
    const peer = await nextPeer();
    peer.resetAndDestroy();
    await once(peer, 'close');
    const results = [1, 2].map(() => firstValueFrom(flow.write(new Uint8Array(1_000_000))));
    expect(await Promise.all(results)).toMatchObject(Array(2).fill({ ok: false, error: { code: 'reset' } }));
  });

  it('resets the connection when it is aborted right after shutdown("write")', async () => {
    const flow = await firstValueFrom(connectTcp({ port }).pipe(detach()));
    const peer = await nextPeer();
    flow.shutdown('write');
    flow.abort();
    expect(await endOf(flow)).toBe('aborted');
    await once(peer.resume(), 'end');
    const failed = once(peer, 'error');
    const writeOn = () => void peer.write('x', (error) => (error ? undefined : writeOn()));
    writeOn();
    const [error] = (await failed) as [NodeJS.ErrnoException];
    expect(['EPIPE', 'ECONNRESET']).toContain(error.code);
  });

  it.each([
    [{}, 'connectTcp: port must be an integer from 1 to 65535, not undefined'],
    [{ port: 0 }, 'connectTcp: port must be an integer from 1 to 65535, not number 0'],
    [{ port: 65536 }, 'connectTcp: port must be an integer from 1 to 65535, not number 65536'],
    [{ port: '80' }, 'connectTcp: port must be an integer from 1 to 65535, not a string'],
    [{ port: 80, host: 1 }, 'connectTcp: host must be a string that is not empty, not number 1'],
    [{ port: 80, host: '' }, 'connectTcp: host must be a string that is not empty, not an empty string'],
    [{ port: 80, connectTimeoutMs: -1 }, 'connectTcp: connectTimeoutMs must be an integer from 1 to 2147483647 (ms), not number -1'],
    [{ port: 80, noDelay: 1 }, 'connectTcp: noDelay must be a boolean, not number 1'],
    [{ port: 80, keepAliveMs: '1' }, 'connectTcp: keepAliveMs must be an integer from 1 to 2147483647 (ms), not a string'],
    [undefined, 'connectTcp: the configuration must be an object, not undefined'],
    [80, 'connectTcp: the configuration must be an object, not number 80'],
  ])('throws a TypeError for %j', (config, message) => {
    expect(() => connectTcp(config as never)).toThrow(new TypeError(message));
  });
});
