import { createSecureContext, type SecureContext } from 'node:tls';
import * as fc from 'fast-check';
import { defer, firstValueFrom, type Observable, of, ReplaySubject, switchMap, take, tap } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { channel } from '../../../src/codec/channel.js';
import { collectText } from '../../../src/combinators/collect-text.js';
import { collect } from '../../../src/combinators/collect.js';
import { copy } from '../../../src/combinators/copy.js';
import { detach } from '../../../src/combinators/detach.js';
import type { Flow } from '../../../src/flow/flow.js';
import { utf8 } from '../../../src/flow/utf8.js';
import { fromArray } from '../../../src/memory/from-array.js';
import { flowPair } from '../../../src/memory/pair.js';
import { connectTcp } from '../../../src/node/socket/connect-tcp.js';
import { listenTcp } from '../../../src/node/socket/listen-tcp.js';
import type { TcpAddress } from '../../../src/node/socket/socket-flow.js';
import { tlsClient, type TlsClientOptions } from '../../../src/node/tls/tls-client.js';
import type { TlsFlow } from '../../../src/node/tls/tls-flow.js';
import { tlsServer, type TlsServerOptions } from '../../../src/node/tls/tls-server.js';
import { authorityAndServer, certificate, type Certified } from '../../support/certificates.js';
import { tcpPair } from '../support/connected.js';
import { endOf, failureOf, openedFromNow, watch } from '../support/settled.js';
import { tlsOver } from '../support/tls-pair.js';

let authority: Certified;
let server: Certified;
let trusting: TlsClientOptions;

beforeAll(async () => {
  ({ authority, server } = await authorityAndServer());
  trusting = { ca: authority.cert, servername: 'localhost' };
});

/** What each side has come to when the handshake is over: a flow, or the error that it failed with. */
async function attempt(client: TlsClientOptions, options: TlsServerOptions): Promise<[unknown, unknown]> {
  const [a, b] = flowPair();
  const outcomeOf = (flow: Observable<Flow>) => firstValueFrom(flow.pipe(detach())).catch((error: unknown) => error);
  return Promise.all([outcomeOf(tlsClient(a, client)), outcomeOf(tlsServer(b, options))]);
}

/** Both flows of a handshake in memory that must succeed. */
const secured = (client: TlsClientOptions, options: TlsServerOptions) =>
  firstValueFrom(tlsOver(defer(() => of(flowPair())), client, options));

describe.each<[string, () => Observable<[Flow, Flow]>]>([
  ['sockets', () => tcpPair()],
  ['flows in memory', () => defer(() => of(flowPair()))],
])('TLS over %s', (_, pair) => {
  /** The flows over TLS, and those below. */
  async function connected(): Promise<{ client: TlsFlow; peer: TlsFlow; below: [Flow, Flow] }> {
    const below = await firstValueFrom(pair());
    const [client, peer] = await firstValueFrom(tlsOver(of(below), trusting, server));
    return { client, peer, below };
  }

  /** With somebody in the middle, who has the line to the client, and can stop to pass on what the server sends. */
  async function intercepted(): Promise<{ client: TlsFlow; peer: TlsFlow; toClient: Flow; stop: () => void }> {
    const [near, toClient] = await firstValueFrom(pair());
    const [toServer, far] = await firstValueFrom(pair());
    watch(toClient.read().pipe(tap((bytes) => void toServer.write(bytes))));
    const { subscription } = watch(toServer.read().pipe(tap((bytes) => void toClient.write(bytes))));
    const [client, peer] = await firstValueFrom(tlsOver(of<[Flow, Flow]>([near, far]), trusting, server));
    return { client, peer, toClient, stop: () => subscription.unsubscribe() };
  }

  it('carries each direction to an end of its own', async () => {
    const { client, peer } = await connected();
    peer.write(utf8('question'));
    peer.shutdown('write');
    expect(await firstValueFrom(client.read().pipe(collectText()))).toBe('question');
    client.write(utf8('answer'));
    client.shutdown('write');
    expect(await firstValueFrom(peer.read().pipe(collectText()))).toBe('answer');
    expect(await Promise.all([endOf(client), endOf(peer)])).toEqual(['complete', 'complete']);
  });

  it('ends the flow below in order when both sides have ended', async () => {
    const { client, peer, below } = await connected();
    client.close();
    peer.close();
    expect(await Promise.all([endOf(client), endOf(peer)])).toEqual(['complete', 'complete']);
    expect(await Promise.all(below.map(endOf))).toEqual(['complete', 'complete']);
  });

  it.each([
    ['a small buffer', [5]],
    ['many small ones', Array.from({ length: 500 }, (_each, at) => 1 + (at % 7))],
    ['a large one among small ones', [1, 300_000, 1]],
    ['a megabyte', [1_000_000]],
  ])('loses nothing of %s that is written right before the end', async (_what, sizes) => {
    const { client, peer } = await connected();
    const sent = sizes.map((size, at) => new Uint8Array(size).fill(at));
    for (const buffer of sent) client.write(buffer);
    client.shutdown('write');
    const received = await firstValueFrom(peer.read().pipe(collect()));
    expect(Buffer.compare(received, Buffer.concat(sent))).toBe(0);
    peer.abort();
    client.abort();
  });

  it('breaks as truncated, behind the data, where the line ends and the peer has announced no end', async () => {
    const { client, peer, toClient, stop } = await intercepted();
    const reading = watch(client.read());
    peer.write(utf8('half of'));
    await firstOf(reading);
    stop();
    toClient.shutdown('write');
    const message = `${client.name}: the connection was cut: it ended before the peer announced an end (close_notify)`;
    expect(await reading.ended).toMatchObject({ code: 'truncated', message });
    expect(await endOf(client)).toBe('truncated');
    expect(String(Buffer.concat(reading.values))).toBe('half of');
    peer.abort();
  });

  it('breaks as truncated where the line ends in the middle of a record', async () => {
    const { client, peer, toClient, stop } = await intercepted();
    stop();
    toClient.write(Uint8Array.of(0x17, 3, 3, 0, 100, 1, 2, 3));
    toClient.shutdown('write');
    expect((await failureOf(client.read())).code).toBe('truncated');
    peer.abort();
  });

  it('takes an end that was announced for one though the line is reset behind it', async () => {
    const { client, peer, toClient, stop } = await intercepted();
    peer.shutdown('write');
    expect(await firstValueFrom(client.read().pipe(collect()))).toHaveLength(0);
    stop();
    toClient.abort();
    client.abort();
    peer.abort();
  });

  it('breaks as protocol where what comes is no TLS any more', async () => {
    const { client, peer, toClient, stop } = await intercepted();
    const reading = failureOf(client.read());
    stop();
    toClient.write(utf8('220 no TLS here, and none to come\r\n'));
    const error = await reading;
    expect(error.code).toBe('protocol');
    expect(error.message).toBe(`${client.name}: the peer does not speak TLS, or no version that is spoken here`);
    expect(error.cause).toMatchObject({ code: expect.stringMatching(/^ERR_SSL_(WRONG_VERSION_NUMBER|BAD_RECORD_TYPE)$/) as string });
    expect(await endOf(client)).toBe('protocol');
    peer.abort();
  });

  it('breaks as protocol where a record was changed on its way', async () => {
    const { client, peer, toClient, stop } = await intercepted();
    const reading = failureOf(client.read());
    stop();
    toClient.write(Uint8Array.of(0x17, 3, 3, 0, 32, ...new Uint8Array(32)));
    const error = await reading;
    expect(error.code).toBe('protocol');
    expect(error.message).toMatch(/: TLS failed: decryption failed or bad record mac$/);
    peer.abort();
  });

  it('resets the flow below when it is aborted', async () => {
    const { client, peer, below } = await connected();
    const reading = failureOf(peer.read());
    client.abort('enough');
    expect((await reading).code).toBe('reset');
    expect(await endOf(client)).toBe('aborted');
    expect(await endOf(below[0])).toBe('aborted');
  });

  it('survives an abort in the moment at which both sides agree', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [a, b] = await firstValueFrom(pair());
      const [near, far] = [watch(tlsClient(a, trusting).pipe(take(1))), watch(tlsServer(b, server))];
      expect(await near.ended).toBe('complete');
      expect(await far.ended).toMatchObject({ code: expect.stringMatching(/reset|truncated/) as string });
    }
  });

  it('gives a handshake up, and resets the flow below, when it is unsubscribed from', async () => {
    const [a, b] = await firstValueFrom(pair());
    const seen = watch(tlsClient(a, trusting));
    await firstValueFrom(b.read());
    seen.subscription.unsubscribe();
    expect((await failureOf(b.read())).code).toBe('reset');
    expect(await endOf(a)).toBe('aborted');
  });

  it('fails as truncated where the line ends during the handshake', async () => {
    const [a, b] = await firstValueFrom(pair());
    const client = failureOf(tlsClient(a, trusting));
    b.close();
    expect(await client).toMatchObject({ code: 'truncated', message: `tls over ${a.name}: the connection ended during the TLS handshake` });
    const [c, d] = await firstValueFrom(pair());
    const peer = failureOf(tlsServer(d, server));
    c.close();
    expect(await peer).toMatchObject({ code: 'truncated', message: `tls over ${d.name}: the connection ended during the TLS handshake` });
  });

  it('fails as reset where the line is reset during the handshake', async () => {
    const [a, b] = await firstValueFrom(pair());
    const client = failureOf(tlsClient(a, trusting));
    await firstValueFrom(b.read());
    b.abort();
    expect((await client).code).toBe('reset');
  });

  it('fails as protocol where the peer says something else', async () => {
    const [a, b] = await firstValueFrom(pair());
    const client = failureOf(tlsClient(a, trusting));
    b.write(utf8('220 mail.example ESMTP\r\n'));
    expect(await client).toMatchObject({ code: 'protocol', message: `tls over ${a.name}: the peer does not speak TLS, or no version that is spoken here` });
    const [c, d] = await firstValueFrom(pair());
    const peer = failureOf(tlsServer(d, server));
    c.write(utf8('GET / HTTP/1.1\r\n\r\n'));
    expect(await peer).toMatchObject({ code: 'protocol', message: `tls over ${d.name}: the peer speaks HTTP and not TLS` });
    b.abort();
    c.abort();
  });

  it('refuses a second TLS on one flow', async () => {
    const [a, b] = await firstValueFrom(pair());
    const first = watch(tlsClient(a, trusting));
    expect(await failureOf(tlsClient(a, trusting))).toMatchObject({ code: 'busy', message: `tls over ${a.name}: there is TLS on this flow already` });
    first.subscription.unsubscribe();
    b.abort();
  });
});

describe('tlsClient and tlsServer', () => {
  it('agree on what ALPN finds in common, by the order of the server', async () => {
    const [client, peer] = await secured({ ...trusting, alpnProtocols: ['http/1.1', 'h2'] }, { ...server, alpnProtocols: ['h2', 'http/1.1'] });
    expect([client.alpnProtocol, peer.alpnProtocol]).toEqual(['h2', 'h2']);
    const [neither] = await secured(trusting, { ...server, alpnProtocols: ['h2'] });
    expect(neither.alpnProtocol).toBeUndefined();
  });

  it('fail where ALPN finds nothing in common', async () => {
    const [client, peer] = await attempt({ ...trusting, alpnProtocols: ['imap'] }, { ...server, alpnProtocols: ['h2'] });
    expect(client).toMatchObject({ code: 'protocol', message: 'tls over pair a: the peer refused: no application protocol' });
    expect(peer).toMatchObject({ code: 'protocol', message: 'tls over pair b: the peer offers no application protocol that is spoken here (ALPN)' });
  });

  it('know whom the client asked for, and who the server is', async () => {
    const [client, peer] = await secured(trusting, server);
    expect([client.servername, peer.servername]).toEqual(['localhost', 'localhost']);
    expect(client.peerCertificate).toMatchObject({ subject: { CN: 'localhost' }, issuer: { CN: 'authority of specs' } });
    expect([client.authorized, peer.authorized, peer.peerCertificate]).toEqual([true, false, undefined]);
  });

  it('ask for no name where the server is known by an IP address', async () => {
    const [client, peer] = await secured({ ...trusting, servername: '127.0.0.1' }, server);
    expect([client.servername, peer.servername]).toEqual([undefined, undefined]);
  });

  it('know the ends of the connection below, where it has any', async () => {
    const [client, peer] = await firstValueFrom(tlsOver(tcpPair(), trusting, server));
    expect(client.local).toEqual(peer.remote);
    expect(client.name).toBe(`tls over tcp 127.0.0.1:${client.remote.port}`);
    expect(Object.keys((await secured(trusting, server))[0])).not.toContain('local');
    client.abort();
    peer.abort();
  });

  it('verify the address of the remote end where no name is given, and localhost where there is none', async () => {
    const [client] = await firstValueFrom(tlsOver(tcpPair(), { ca: authority.cert }, server));
    expect(client.authorized).toBe(true);
    client.abort();
    const [inMemory] = await secured({ ca: authority.cert }, server);
    expect(inMemory.servername).toBe('localhost');
  });

  it('show the certificate of the name that the client asks for', async () => {
    const other = await certificate('other.example', { ca: authority });
    const options = { ...server, hosts: { 'Other.Example': other, 'made.example': { secureContext: contextOf(other) } } };
    const nameShown = async (servername: string) => (await secured({ ...trusting, servername }, options))[0].peerCertificate?.subject.CN;
    expect(await nameShown('other.example')).toBe('other.example');
    expect(await nameShown('localhost')).toBe('localhost');
  });

  it('take a secure context in place of certificates and keys', async () => {
    const [client] = await secured(
      { servername: 'localhost', secureContext: createSecureContext({ ca: authority.cert, maxVersion: 'TLSv1.2' }) },
      { secureContext: contextOf(server) },
    );
    expect(client.authorized).toBe(true);
  });

  it('keep the ends of TLS 1.2 apart too', async () => {
    const old = createSecureContext({ ca: authority.cert, maxVersion: 'TLSv1.2' });
    const [client, peer] = await secured({ servername: 'localhost', secureContext: old }, server);
    client.write(utf8('question'));
    client.shutdown('write');
    expect(await firstValueFrom(peer.read().pipe(collectText()))).toBe('question');
    peer.write(utf8('answer'));
    peer.close();
    expect(await firstValueFrom(client.read().pipe(collectText()))).toBe('answer');
    expect(await Promise.all([endOf(client), endOf(peer)])).toEqual(['complete', 'complete']);
  });

  describe('verify the certificate of the server', () => {
    const failureWith = async (client: TlsClientOptions, options: TlsServerOptions) => (await attempt(client, options))[0];

    it('and fail where it is signed by itself', async () => {
      const self = await certificate('localhost');
      const error = await failureWith({ servername: 'localhost' }, self);
      const why = 'it is signed by itself, and not among those trusted (DEPTH_ZERO_SELF_SIGNED_CERT)';
      expect(error).toMatchObject({ code: 'protocol', message: `tls over pair a: the certificate is not valid for localhost: ${why}` });
      expect((error as Error).cause).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
      expect(await failureWith({ servername: 'localhost', ca: self.cert }, self)).toMatchObject({ authorized: true });
    });

    it('and fail where nobody trusted has signed it', async () => {
      const why = 'nobody trusted has signed it, or a certificate between is missing (UNABLE_TO_VERIFY_LEAF_SIGNATURE)';
      expect(await failureWith({ servername: 'localhost' }, server)).toMatchObject({
        code: 'protocol',
        message: `tls over pair a: the certificate is not valid for localhost: ${why}`,
      });
    });

    it('and fail where it is for another host', async () => {
      expect(await failureWith({ ...trusting, servername: 'example.org' }, server)).toMatchObject({
        code: 'protocol',
        message:
          'tls over pair a: the certificate is not valid for example.org: it is for DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
        cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      });
    });

    it('and fail where it has expired, or its time has not begun', async () => {
      const day = 86_400_000;
      const [now, past, future] = [Date.now(), new Date(Date.now() - 2 * day), new Date(Date.now() + 2 * day)];
      const expired = await certificate('localhost', { ca: authority, notBefore: past, notAfter: new Date(now - day) });
      expect(await failureWith(trusting, expired)).toMatchObject({
        code: 'protocol',
        message: 'tls over pair a: the certificate is not valid for localhost: it has expired (CERT_HAS_EXPIRED)',
      });
      const early = await certificate('localhost', { ca: authority, notBefore: future });
      expect(await failureWith(trusting, early)).toMatchObject({ code: 'protocol', cause: { code: 'CERT_NOT_YET_VALID' } });
    });

    it('unless told not to', async () => {
      const flow = await failureWith({ servername: 'example.org', rejectUnauthorized: false }, server);
      expect(flow).toMatchObject({ authorized: false, peerCertificate: { subject: { CN: 'localhost' } } });
    });
  });

  describe('verify the certificate of the client where it is asked for', () => {
    const asking = () => ({ ...server, ca: authority.cert, requestCert: true });

    it('and know it', async () => {
      const own = await certificate('a client', { ca: authority });
      const [, peer] = await secured({ ...trusting, ...own }, asking());
      expect(peer).toMatchObject({ authorized: true, peerCertificate: { subject: { CN: 'a client' } } });
    });

    it.each(['TLSv1.2', 'TLSv1.3'] as const)('and fail where there is none, or none that is trusted, in %s', async (maxVersion) => {
      const clientWith = (own: Partial<Certified>): TlsClientOptions => ({
        servername: 'localhost',
        secureContext: createSecureContext({ ca: authority.cert, maxVersion, ...own }),
      });
      const [, peer] = await attempt(clientWith({}), asking());
      expect(peer).toMatchObject({ code: 'protocol', message: 'tls over pair b: the peer has shown no certificate' });
      const [, other] = await attempt(clientWith(await certificate('a stranger')), asking());
      expect(other).toMatchObject({
        code: 'protocol',
        message: expect.stringMatching(/^tls over pair b: the certificate is not valid for a client: it is signed by itself/) as string,
      });
    });

    // In memory the client's answer comes while Node's TLS has not heard yet that its own last write is through.
    it.each<[string, () => Observable<[Flow, Flow]>]>([
      ['sockets', tcpPair],
      ['flows in memory', () => of(flowPair())],
      ['flows in memory that are full at once', () => of(flowPair({ capacity: 0 }))],
    ])('and tell the client, over %s', async (_, pair) => {
      const [a, b] = await firstValueFrom(pair());
      const peer = failureOf(tlsServer(b, asking()));
      // In TLS 1.3 a client may be done before its certificate is looked at.
      const client = await failureOf(tlsClient(a, trusting).pipe(switchMap((flow) => flow.read())));
      expect(client).toMatchObject({ code: 'protocol', message: `tls over ${a.name}: the peer refused: certificate required` });
      await peer;
    });

    it('unless told to take all the same', async () => {
      const [, peer] = await secured(trusting, { ...asking(), rejectUnauthorized: false });
      expect(peer).toMatchObject({ authorized: false, peerCertificate: undefined });
    });
  });

  it('fail as timeout when the handshake takes too long, on the clock of RxJS', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ expectObservable }) => {
      // In virtual time no event loop turns: it cannot be done before the time is over.
      const late = (name: string, ms: number) =>
        expect.objectContaining({ code: 'timeout', message: `tls over pair ${name}: no TLS handshake within ${ms} ms` }) as unknown;
      const [a, b] = flowPair();
      expectObservable(tlsClient(a, { ...trusting, handshakeTimeoutMs: 250 })).toBe('250ms #', {}, late('a', 250));
      expectObservable(tlsServer(b, server)).toBe('120s #', {}, late('b', 120_000));
    });
  });

  it('answer any bytes with a typed error', async () => {
    const record = fc.tuple(fc.constantFrom(20, 21, 22, 23, 24, 99), fc.uint8Array({ maxLength: 60 })).map(([type, body]) => [type, 3, 3, 0, body.length, ...body]);
    const hostile = fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.array(record, { maxLength: 4 }).map((records) => Uint8Array.from(records.flat())));
    await fc.assert(
      fc.asyncProperty(hostile, fc.boolean(), async (bytes, toServer) => {
        const [a, b] = flowPair();
        const failure = failureOf(toServer ? tlsServer(b, server) : tlsClient(b, trusting));
        a.write(bytes);
        a.shutdown('write');
        a.shutdown('read');
        expect((await failure).code).toMatch(/^(protocol|truncated)$/);
        await endOf(b);
      }),
      { numRuns: 60 },
    );
  });

  it('answer any bytes in place of a record with a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 6, maxLength: 100 }), async (bytes) => {
        const [near, toClient] = flowPair();
        const [toServer, far] = flowPair();
        watch(toClient.read().pipe(tap((data) => void toServer.write(data))));
        const passedOn = watch(toServer.read().pipe(tap((data) => void toClient.write(data))));
        const [client] = await firstValueFrom(tlsOver(of<[Flow, Flow]>([near, far]), trusting, server));
        passedOn.subscription.unsubscribe();
        const failure = failureOf(client.read());
        toClient.write(bytes);
        toClient.shutdown('write');
        expect((await failure).code).toMatch(/^(protocol|truncated)$/);
        far.abort();
      }),
      { numRuns: 20 },
    );
  });

  it('cut a line that the peer leaves open when TLS has ended both ways', async () => {
    const [near, toClient] = flowPair();
    const [toServer, far] = flowPair();
    // Somebody in the middle who passes all on, but no end.
    watch(toClient.read().pipe(tap((bytes) => void toServer.write(bytes))));
    watch(toServer.read().pipe(tap((bytes) => void toClient.write(bytes))));
    const [client, peer] = await firstValueFrom(tlsOver(of<[Flow, Flow]>([near, far]), trusting, server));
    const fake = jest.spyOn(globalThis, 'setInterval');
    const ends = Promise.all([endOf(client), endOf(peer)]);
    client.close();
    peer.close();
    await untilTrue(() => fake.mock.calls.length === 2);
    expect(fake.mock.calls.map(([, ms]) => ms)).toEqual([1000, 1000]);
    for (const [callback] of fake.mock.calls) callback();
    fake.mockRestore();
    expect(await ends).toEqual(['complete', 'complete']);
    expect(await Promise.all([endOf(near), endOf(far)])).toEqual(['aborted', 'aborted']);
  });

  it('break the connection below as truncated where it was cut, though both directions of it have ended', async () => {
    const [near, toClient] = await firstValueFrom(tcpPair());
    const [toServer, far] = await firstValueFrom(tcpPair());
    // Somebody in the middle who passes all on, but the server's end.
    watch(toClient.read().pipe(tap((bytes) => void toServer.write(bytes))));
    const { subscription } = watch(toServer.read().pipe(tap((bytes) => void toClient.write(bytes))));
    const [client, peer] = await firstValueFrom(tlsOver(of<[Flow, Flow]>([near, far]), trusting, server));
    client.shutdown('write');
    expect(await firstValueFrom(peer.read().pipe(collect()))).toHaveLength(0);
    subscription.unsubscribe();
    toClient.shutdown('write');
    expect((await failureOf(client.read())).code).toBe('truncated');
    expect(await endOf(near)).toBe('truncated');
    peer.abort();
  });

  it('let the connection below complete as they do, in a chain of both', async () => {
    const listening = new ReplaySubject<TcpAddress>(1);
    const served = watch(
      listenTcp({ listeningObserver: listening }).pipe(
        take(1),
        detach(),
        switchMap((flow) => tlsServer(flow, server)),
        switchMap((flow) => copy(flow, flow).pipe(switchMap(() => flow.close()))),
      ),
    );
    const { port } = await firstValueFrom(listening);
    const asked = watch(
      connectTcp({ port }).pipe(
        switchMap((flow) => tlsClient(flow, trusting)),
        tap((flow) => {
          flow.write(utf8('there and back'));
          flow.close();
        }),
        switchMap((flow) => flow.read().pipe(collectText())),
      ),
    );
    expect(await asked.ended).toBe('complete');
    expect(asked.values).toEqual(['there and back']);
    expect(await served.ended).toBe('complete');
  });

  it('run over TLS again', async () => {
    const outer = tlsOver(tcpPair(), trusting, server);
    const [client, peer] = await firstValueFrom(tlsOver(outer, trusting, server));
    client.write(utf8('twice'));
    client.close();
    peer.close();
    expect(await firstValueFrom(peer.read().pipe(collectText()))).toBe('twice');
    expect(await Promise.all([endOf(client), endOf(peer)])).toEqual(['complete', 'complete']);
  });

  it('take over in the middle of a conversation', async () => {
    const [a, b] = await firstValueFrom(tcpPair());
    const [asking, answering] = [channel(a), channel(b)];
    asking.writeLine('STARTTLS');
    asking.flush();
    expect(await firstValueFrom(answering.readLine())).toBe('STARTTLS');
    answering.writeLine('go ahead');
    answering.flush();
    const peer = watch(tlsServer(answering.rest(), server).pipe(tap((flow) => void flow.write(utf8('secret')))));
    expect(await firstValueFrom(asking.readLine())).toBe('go ahead');
    const client = await firstValueFrom(tlsClient(asking.rest(), trusting).pipe(detach()));
    expect(await firstValueFrom(client.read().pipe(take(1), collectText()))).toBe('secret');
    client.close();
    peer.values[0]?.close();
    expect(await peer.ended).toBe('complete');
  });

  it('leave no socket and no timer behind, however they end', async () => {
    const opened = openedFromNow();
    for (const end of ['close', 'abort', 'handshake'] as const) {
      const [a, b] = await firstValueFrom(tcpPair());
      const [client, peer] = [watch(tlsClient(a, trusting)), watch(tlsServer(b, server))];
      if (end === 'handshake') client.subscription.unsubscribe();
      else await Promise.all([firstOf(client), firstOf(peer)]);
      if (end === 'close') for (const { values } of [client, peer]) values[0]?.close();
      else client.subscription.unsubscribe();
      await peer.ended;
    }
    expect(await opened()).toEqual([]);
    expect(process.getActiveResourcesInfo()).not.toContain('Interval');
  });

  it.each<[string, (flow: Flow) => unknown, string | RegExp]>([
    ['flow', () => tlsClient('x' as never), 'tlsClient: flow must be a Flow, not a string'],
    ['flow', () => tlsServer(null as never, server), 'tlsServer: flow must be a Flow, not null'],
    ['options', (flow) => tlsClient(flow, 1 as never), 'tlsClient: the configuration must be an object, not number 1'],
    ['servername', (flow) => tlsClient(flow, { servername: '' }), 'tlsClient: servername must be a string that is not empty, not an empty string'],
    ['ca', (flow) => tlsClient(flow, { ca: 1 as never }), 'tlsClient: ca must be a string or a Uint8Array, or an array of them, not number 1'],
    ['ca', (flow) => tlsClient(flow, { ca: ['', 'x'] }), 'tlsClient: ca must be a string or a Uint8Array, or an array of them, not an array'],
    ['cert', (flow) => tlsClient(flow, { cert: 'no PEM', key: 'none' }), /^tlsClient: no secure context comes of cert, key \(PEM is needed: what a file holds, not its name\): .*PEM/],
    ['ca', (flow) => tlsClient(flow, { ca: [authority.cert, 'no PEM'] }), /^tlsClient: no secure context comes of ca \(PEM is needed.*\): .*PEM/],
    ['a certificate alone', (flow) => tlsClient(flow, { cert: server.cert }), /^tlsClient: cert has no effect without the key that it belongs to$/],
    ['a key alone', (flow) => tlsClient(flow, { key: server.key }), /^tlsClient: key has no effect without the certificate that it belongs to$/],
    ['key', (flow) => tlsServer(flow, { ...server, key: authority.key }), /^tlsServer: no secure context comes of cert, key: .*key values mismatch/],
    ['cert', (flow) => tlsServer(flow, {}), 'tlsServer: cert must be a string or a Uint8Array that is not empty, not undefined'],
    ['key', (flow) => tlsServer(flow, { cert: server.cert }), 'tlsServer: key must be a string or a Uint8Array that is not empty, not undefined'],
    ['alpnProtocols', (flow) => tlsClient(flow, { alpnProtocols: 'h2' as never }), 'tlsClient: alpnProtocols must be an array of names of 1 to 255 bytes, not a string'],
    ['alpnProtocols', (flow) => tlsClient(flow, { alpnProtocols: [''] }), 'tlsClient: alpnProtocols must be an array of names of 1 to 255 bytes, not an array'],
    ['rejectUnauthorized', (flow) => tlsClient(flow, { rejectUnauthorized: 'no' as never }), 'tlsClient: rejectUnauthorized must be a boolean, not a string'],
    ['handshakeTimeoutMs', (flow) => tlsClient(flow, { handshakeTimeoutMs: 0 }), 'tlsClient: handshakeTimeoutMs must be an integer from 1 to 2147483647 (ms), not number 0'],
    ['secureContext', (flow) => tlsClient(flow, { secureContext: {} as SecureContext }), 'tlsClient: secureContext must be a SecureContext of node:tls, not an object'],
    ['secureContext', (flow) => tlsServer(flow, { ...server, secureContext: contextOf(server) }), 'tlsServer: cert has no effect beside a secureContext'],
    ['requestCert', (flow) => tlsServer(flow, { ...server, requestCert: 1 as never }), 'tlsServer: requestCert must be a boolean, not number 1'],
    ['hosts', (flow) => tlsServer(flow, { ...server, hosts: [] as never }), 'tlsServer: hosts must be an object of certificates and keys by name, not an empty array'],
    ['hosts', (flow) => tlsServer(flow, { ...server, hosts: { 'a.b': {} } }), 'tlsServer: hosts["a.b"]: cert must be a string or a Uint8Array that is not empty, not undefined'],
  ])('throw a TypeError for a wrong %s', (_, call, message) => {
    expect(() => call(fromArray([]))).toThrow(TypeError);
    expect(() => call(fromArray([]))).toThrow(message);
  });
});

function contextOf({ cert, key }: Certified): SecureContext {
  return createSecureContext({ cert, key });
}

/** Waits until the source has emitted. */
async function firstOf({ values }: { readonly values: readonly unknown[] }): Promise<void> {
  await untilTrue(() => values.length > 0);
}

async function untilTrue(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !condition(); turn += 1) await new Promise(setImmediate);
}
