import { firstValueFrom, ReplaySubject, type Observable } from 'rxjs';
import { collectText } from '../../src/combinators/collect-text.js';
import { detach } from '../../src/combinators/detach.js';
import type { Flow } from '../../src/flow/flow.js';
import { utf8 } from '../../src/flow/utf8.js';
import { connectEndpoint } from '../../src/node/connect-endpoint.js';
import { listenEndpoint } from '../../src/node/listen-endpoint.js';
import type { TcpAddress, UnixAddress } from '../../src/node/socket-flow.js';
import { temporaryPath } from './support/connected.js';
import { failureOf, watch } from './support/settled.js';

/** Listens at one URL, connects to the other, and says what was sent from there to here. */
async function sent(listenUrl: string | URL, urlOf: (address: TcpAddress | UnixAddress) => string | URL): Promise<string> {
  const listening = new ReplaySubject<TcpAddress | UnixAddress>(1);
  const accepted = new ReplaySubject<Flow>(1);
  const listener = listenEndpoint(listenUrl, { listeningObserver: listening }).subscribe(accepted);
  const flow = await firstValueFrom(connectEndpoint(urlOf(await firstValueFrom(listening))).pipe(detach()));
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

  it.each([
    ['', "cannot connect to ''"],
    ['example.org', "cannot connect to ''"],
    ['gopher://127.0.0.1:70', "cannot connect to 'gopher:', only to tcp:"],
    ['tcp://127.0.0.1', 'tcp: needs a port'],
    ['tcp://127.0.0.1:0', 'tcp: needs a port'],
    ['tcp://127.0.0.1:65536', 'this tcp: URL is none'],
    ['tcp:127.0.0.1:80', 'tcp: needs a host'],
    ['tcp://user:secret@127.0.0.1:80', 'tcp: takes a host and a port only'],
    ['tcp://127.0.0.1:80/path', 'tcp: takes a host and a port only'],
    ['unix:', 'unix: needs a path'],
    ['unix:/folder/', 'unix: needs a path'],
    ['unix://host/path', 'unix: takes a path and no host'],
    ['unix:/100%', 'this unix: URL has a % that encodes nothing'],
  ])('tell by an error that %p names no endpoint', async (url, text) => {
    const error = await failureOf(connectEndpoint(url));
    expect(error.code).toBe('unsupported');
    expect(error.message).toContain(text);
    expect(error.message).not.toContain('secret');
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
