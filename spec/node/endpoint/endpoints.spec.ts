import dns from 'node:dns';
import { inspect } from 'node:util';
import { firstValueFrom, ReplaySubject, skip, type Observable } from 'rxjs';
import { collectText } from '../../../src/combinators/collect-text.js';
import { detach } from '../../../src/combinators/detach.js';
import type { FlowError } from '../../../src/flow/flow-error.js';
import type { Flow } from '../../../src/flow/flow.js';
import { utf8 } from '../../../src/flow/utf8.js';
import { connectEndpoint, type ConnectEndpointOptions } from '../../../src/node/endpoint/connect-endpoint.js';
import { listenEndpoint, type ListenEndpointOptions } from '../../../src/node/endpoint/listen-endpoint.js';
import { connectTcp } from '../../../src/node/socket/connect-tcp.js';
import type { TcpAddress, UnixAddress } from '../../../src/node/socket/socket-flow.js';
import { authorityAndServer } from '../../support/certificates.js';
import { temporaryPath } from '../support/connected.js';
import { failureOf, watch } from '../support/settled.js';

/** Listens at one URL, connects to the other, and says what was sent from there to here. */
async function sent(
  listenUrl: string | URL,
  urlOf: (address: TcpAddress | UnixAddress) => string | URL,
  listenOptions: ListenEndpointOptions = {},
  connectOptions: ConnectEndpointOptions = {},
): Promise<string> {
  const listening = new ReplaySubject<TcpAddress | UnixAddress>(1);
  const accepted = new ReplaySubject<Flow>(1);
  const listener = listenEndpoint(listenUrl, { ...listenOptions, listeningObserver: listening }).subscribe(accepted);
  const flow = await firstValueFrom(connectEndpoint(urlOf(await firstValueFrom(listening)), connectOptions).pipe(detach()));
  flow.write(utf8('hello'));
  flow.close();
  const peer = await firstValueFrom(accepted);
  peer.close();
  const text = await firstValueFrom(peer.read().pipe(collectText()));
  await watch(flow.closed).ended;
  listener.unsubscribe();
  return text;
}

describe('connectEndpoint and listenEndpoint', () => {
  it('meet over tcp:', async () => {
    expect(await sent('tcp://127.0.0.1:0', (at) => `tcp://127.0.0.1:${(at as TcpAddress).port}`)).toBe('hello');
    expect(await sent(new URL('TCP://127.0.0.1:0/'), (at) => new URL(`tcp://127.0.0.1:${(at as TcpAddress).port}`))).toBe('hello');
  });

  it.each([
    ['unix:', (path: string) => `unix:${path}`],
    ['unix://', (path: string) => `unix://${path}`],
    ['a percent-encoded unix:', (path: string) => `unix:${path.replace(/s$/, '%73')}`],
  ])('meet over %s', async (_, urlOf) => {
    const path = temporaryPath();
    const addresses: unknown[] = [];
    const text = await sent(urlOf(path.name), (at) => {
      addresses.push(at);
      return urlOf(path.name);
    });
    expect(text).toBe('hello');
    expect(addresses).toEqual([{ path: path.name }]);
    path.remove();
  });

  it.each(['tcp', 'tls'])('look up an international name in %s: as DNS has it', async (scheme) => {
    const looking = jest.spyOn(dns, 'lookup').mockImplementation(((_host: string, _options: object, told: (error: Error) => void) =>
      told(Object.assign(new Error('no such name'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }))) as never);
    try {
      expect(await failureOf(connectEndpoint(`${scheme}://b\u00fccher.test:80`))).toMatchObject({ code: 'unreachable' });
      expect(looking.mock.calls.map(([host]) => host)).toEqual(['xn--bcher-kva.test']);
    } finally {
      looking.mockRestore();
    }
  });

  it.each(['tcp://a%ffb:80', 'tcp://a%20b:80'])('take no host from %s', async (url) => {
    const message = `connectEndpoint: "${url}" has no host and port (as in tcp://127.0.0.1:80)`;
    expect(await failureOf(connectEndpoint(url))).toMatchObject({ code: 'unsupported', message });
  });

  it('meet over an IPv6 address', async () => {
    expect(await sent('tcp://[::1]:0', (at) => `tcp://[::1]:${(at as TcpAddress).port}`)).toBe('hello');
  });

  it.each([
    ['ws://127.0.0.1:0', (port: number) => `ws://127.0.0.1:${port}/any?thing`, {}, {}],
    ['WS://[::1]:0/feed', (port: number) => `ws://[::1]:${port}/feed`, { halfClose: true }, { halfClose: true }],
    ['tls://127.0.0.1:0', (port: number) => `tls://127.0.0.1:${port}`, 'server', 'client'],
    ['wss://127.0.0.1:0/feed', (port: number) => `wss://127.0.0.1:${port}/feed`, 'server', 'client'],
  ])('meet over %s', async (listenUrl, urlOf, listenOptions, connectOptions) => {
    const { authority, server } = await authorityAndServer();
    const options = { server: { tls: server }, client: { tls: { ca: authority.cert } } };
    const of = (one: object | string) => (typeof one === 'string' ? options[one as 'server'] : one);
    expect(await sent(listenUrl, (at) => urlOf((at as TcpAddress).port), of(listenOptions), of(connectOptions))).toBe('hello');
  });

  it.each(['tls', 'wss'])('tell whose TLS handshake failed at %s:, and why', async (scheme) => {
    const { server: tls } = await authorityAndServer();
    const listening = new ReplaySubject<TcpAddress | UnixAddress>(1);
    const failures = new ReplaySubject<FlowError>(2);
    const listener = watch(listenEndpoint(`${scheme}://127.0.0.1:0`, { tls, listeningObserver: listening, handshakeErrorObserver: failures }));
    const { port } = (await firstValueFrom(listening)) as TcpAddress;
    const stranger = await firstValueFrom(connectTcp({ port }).pipe(detach()));
    stranger.write(utf8('hello, is this TLS?'));
    const { code, message } = await firstValueFrom(failures);
    expect(code).toBe('protocol');
    expect(message).toBe(`${scheme} 127.0.0.1:${stranger.local.port}: the peer does not speak TLS, or no version that is spoken here`);
    const leaver = await firstValueFrom(connectTcp({ port }).pipe(detach()));
    leaver.close();
    const cut = { code: 'truncated', message: `${scheme} 127.0.0.1:${leaver.local.port}: the connection ended during the TLS handshake` };
    expect(await firstValueFrom(failures.pipe(skip(1)))).toMatchObject(cut);
    stranger.abort();
    expect(listener.values).toEqual([]);
    listener.subscription.unsubscribe();
  });

  it.each([
    ['exec:cat', 'hello'],
    ['exec:tr a-y b-z', 'ifmmp'],
    ['exec:tr%20a-y%20b-z', 'ifmmp'],
    [`exec:sed -e 's/^/say: "/' -e "s/\\$/\\"/" -e s/\\ /\\ \\ /`, 'say:  "hello"'],
    ['exec:sed s/l/100%/', 'he100%lo'],
  ])('run a command: %s', async (url, text) => {
    const flow = await firstValueFrom(connectEndpoint(url).pipe(detach()));
    flow.write(utf8('hello'));
    flow.close();
    expect(await firstValueFrom(flow.read().pipe(collectText()))).toBe(text);
    expect(await watch(flow.closed).ended).toBe('complete');
  });

  it('tell how a command failed', async () => {
    const flow = await firstValueFrom(connectEndpoint('exec:sh -c "exit 3"').pipe(detach()));
    expect(await failureOf(flow.closed)).toMatchObject({ code: 'failed', cause: { exitCode: 3 } });
    expect(await failureOf(connectEndpoint('exec:no-such-program'))).toMatchObject({ code: 'refused' });
  });

  it.each(['wss://127.0.0.1:0', 'tls://127.0.0.1:0'])('cannot listen at %s without a certificate', async (url) => {
    const message = expect.stringContaining('without a certificate and its key') as string;
    expect(await failureOf(listenEndpoint(url))).toMatchObject({ code: 'unsupported', message });
  });

  it.each([
    ['ws://user:secret@127.0.0.1:0', 'listenEndpoint: a user has no place in a URL to listen at (as in ws://127.0.0.1:0/feed)'],
    ['ws://127.0.0.1:0/?secret', 'listenEndpoint: "ws://127.0.0.1:0/?secret" has more than host, port and path (as in ws://127.0.0.1:0/feed)'],
    ['stdio:x', 'listenEndpoint: "stdio:x" has more than its scheme (as in stdio:)'],
    ['exec:cat', /^listenEndpoint: no endpoint has the scheme exec: \(there are tcp: .*stdio:\)$/],
  ])('tell what is wrong with %s to listen at', async (url, message) => {
    const error = await failureOf(listenEndpoint(url));
    expect(error.code).toBe('unsupported');
    expect(error.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  it.each([
    ['', 'connectEndpoint: not a URL: "" (try tcp://127.0.0.1:80)'],
    ['example.org', 'connectEndpoint: not a URL: "example.org" (try tcp://127.0.0.1:80)'],
    ['gopher://127.0.0.1:70', /^connectEndpoint: no endpoint has the scheme gopher: \(there are tcp: tls: unix: ws: wss: exec: stdio:\)$/],
    ['ws://host/#part', 'connectEndpoint: a fragment has no place in a URL with ws:'],
    ['ws://', 'connectEndpoint: not a URL: "ws://" (as in ws://127.0.0.1:80/feed)'],
    ['exec:', 'connectEndpoint: "exec:" has no command (as in exec:sort -n)'],
    ['exec: ', 'connectEndpoint: "exec: " has no command (as in exec:sort -n)'],
    ["exec:''", `connectEndpoint: "exec:''" has no command (as in exec:sort -n)`],
    ['exec:true%00x', 'connectEndpoint: "exec:true%00x" has a null byte in it'],
    ['exec:sort -n\0', 'connectEndpoint: "exec:sort -n\\u0000" has a null byte in it'],
    ["exec:sh 'unclosed", `connectEndpoint: "exec:sh 'unclosed" has a quotation mark without its other one`],
    ['exec:sh "it\\"s', 'connectEndpoint: "exec:sh \\"it\\\\\\"s" has a quotation mark without its other one'],
    ['unix:/a%00b', 'unix /a\0b: a path with a zero in it'],
    ['stdio://', 'connectEndpoint: "stdio://" has more than its scheme (as in stdio:)'],
    ['tcp://127.0.0.1', 'connectEndpoint: "tcp://127.0.0.1" has no host and port (as in tcp://127.0.0.1:80)'],
    ['tcp://127.0.0.1:0', 'connectEndpoint: "tcp://127.0.0.1:0" has no host and port (as in tcp://127.0.0.1:80)'],
    ['tcp:127.0.0.1:80', 'connectEndpoint: "tcp:127.0.0.1:80" has no host and port (as in tcp://127.0.0.1:80)'],
    ['tcp://127.0.0.1:65536', 'connectEndpoint: not a URL: "tcp://127.0.0.1:65536" (as in tcp://127.0.0.1:80)'],
    ['tcp://user:secret@127.0.0.1:80', 'connectEndpoint: a user has no place in a URL with tcp: (as in tcp://127.0.0.1:80)'],
    ['tcp://127.0.0.1:80/path', 'connectEndpoint: "tcp://127.0.0.1:80/path" has more than host and port (as in tcp://127.0.0.1:80)'],
    ['unix:', 'connectEndpoint: "unix:" has no path (as in unix:/run/app.sock)'],
    ['unix:///', 'connectEndpoint: "unix:///" has no path (as in unix:/run/app.sock)'],
    ['unix://host/path', 'connectEndpoint: "unix://host/path" has no path (as in unix:/run/app.sock)'],
    ['unix:/100%', 'connectEndpoint: "unix:/100%" has a % that encodes nothing'],
    ['x'.repeat(1000), /^connectEndpoint: not a URL: "x{100}…"/],
  ])('tell by an error that %p names no endpoint, and what is wrong', async (url, message) => {
    const error = await failureOf(connectEndpoint(url));
    expect(error.code).toBe('unsupported');
    expect(error.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  it.each([
    ['ws://user:secret@127.0.0.1:99999/', 'not a URL: "ws://127.0.0.1:99999/" (as in ws://127.0.0.1:80/feed)'],
    ['WS:user:secret@127.0.0.1:99999', 'not a URL: "WS:127.0.0.1:99999" (as in ws://127.0.0.1:80/feed)'],
    ['tcp://user:secret@127.0.0.1:99999', 'not a URL: "tcp://127.0.0.1:99999" (as in tcp://127.0.0.1:80)'],
    ['tcp:user:secret@127.0.0.1:80', '"tcp:127.0.0.1:80" has no host and port (as in tcp://127.0.0.1:80)'],
    ['//user:p@secret@127.0.0.1/a@b', 'not a URL: "//127.0.0.1/a@b" (try tcp://127.0.0.1:80)'],
    ['stdio://user:secret@127.0.0.1', '"stdio://127.0.0.1" has more than its scheme (as in stdio:)'],
    [`ws://${'secret'.repeat(20)}@127.0.0.1:99999/`, 'not a URL: "ws://127.0.0.1:99999/" (as in ws://127.0.0.1:80/feed)'],
    ['unix://user:secret@host/path', '"unix://host/path" has no path (as in unix:/run/app.sock)'],
  ])('show no password of %s', async (url, message) => {
    const error = await failureOf(connectEndpoint(url));
    expect([error.code, error.message]).toEqual(['unsupported', `connectEndpoint: ${message}`]);
    expect(inspect(error, { depth: null })).not.toContain('secret'); // nor in a cause
  });

  it.each([
    ['exec:curl http://user:word@host "', String.raw`"exec:curl http://user:word@host \"" has a quotation mark without its other one`],
    ['unix:/run//a@b/100%', '"unix:/run//a@b/100%" has a % that encodes nothing'],
  ])('show all of what has no host: %s', async (url, message) => {
    expect(await failureOf(connectEndpoint(url))).toMatchObject({ message: `connectEndpoint: ${message}` });
  });

  it('tell by an error where nobody can listen', async () => {
    expect(await failureOf(listenEndpoint('gopher://127.0.0.1:70'))).toMatchObject({ code: 'unsupported' });
  });

  it.each<[string, () => Observable<Flow>, string]>([
    ['connectEndpoint', () => connectEndpoint(80 as never), 'connectEndpoint: url must be a string or a URL, not number 80'],
    ['listenEndpoint', () => listenEndpoint(null as never), 'listenEndpoint: url must be a string or a URL, not null'],
    [
      'connectEndpoint',
      () => connectEndpoint('tcp://h:1', { connectTimeoutMs: 0 }),
      'connectEndpoint: connectTimeoutMs must be an integer from 1 to 2147483647 (ms), not number 0',
    ],
    [
      'listenEndpoint',
      () => listenEndpoint('tcp://h:1', { maxConnections: 0 }),
      'listenEndpoint: maxConnections must be a positive integer, not number 0',
    ],
  ])('%s throws a TypeError for a wrong type', (_, call, message) => {
    expect(call).toThrow(new TypeError(message));
  });
});
