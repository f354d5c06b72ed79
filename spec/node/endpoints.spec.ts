import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { asSink } from '../../src/combinators/as-sink.js';
import { collectText } from '../../src/combinators/collect-text.js';
import { detach } from '../../src/combinators/detach.js';
import { utf8 } from '../../src/flow/utf8.js';
import { connectEndpoint } from '../../src/node/connect-endpoint.js';
import { listenEndpoint } from '../../src/node/listen-endpoint.js';
import type { TcpAddress, UnixAddress } from '../../src/node/socket-flow.js';

/** Sends a word to an echoing endpoint and back. */
async function echoThrough(url: string, urlOf: (address: TcpAddress | UnixAddress) => string): Promise<string> {
  let listening: { unsubscribe(): void } | undefined;
  const address = await new Promise<TcpAddress | UnixAddress>((next, error) => {
    listening = listenEndpoint(url, { listeningObserver: { next } }).subscribe({
      next: (flow) => flow.read().subscribe(asSink(flow)),
      error,
    });
  });
  const flow = await firstValueFrom(connectEndpoint(urlOf(address), { connectTimeoutMs: 5000 }).pipe(detach()));
  flow.write(utf8('there and back'));
  flow.shutdown('write');
  const text = await firstValueFrom(flow.read().pipe(collectText()));
  await firstValueFrom(flow.closed);
  listening?.unsubscribe();
  return text;
}

describe('connectEndpoint and listenEndpoint', () => {
  it('meet over tcp:', async () => {
    const text = await echoThrough('tcp://127.0.0.1:0', (address) => `tcp://127.0.0.1:${(address as TcpAddress).port}`);
    expect(text).toBe('there and back');
  });

  const hasIPv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));
  (hasIPv6 ? it : it.skip)(`meet over tcp: with an IPv6 address${hasIPv6 ? '' : ' (there is no ::1 here)'}`, async () => {
    const text = await echoThrough('tcp://[::1]:0', (address) => `tcp://[::1]:${(address as TcpAddress).port}`);
    expect(text).toBe('there and back');
  });

  it('meet over unix:, whatever is in the path', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow '));
    try {
      const url = `unix:${encodeURI(folder)}/a%20socket`;
      expect(await echoThrough(url, () => url)).toBe('there and back');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ['no url', 'connectEndpoint: not a URL: "no url" (try tcp://127.0.0.1:80)'],
    ['http://127.0.0.1:80', /^connectEndpoint: no endpoint has the scheme http: \(there are tcp: unix:/],
    ['tcp://127.0.0.1', 'connectEndpoint: "tcp://127.0.0.1" has no host and port (as in tcp://127.0.0.1:80)'],
    ['tcp://127.0.0.1:0', 'connectEndpoint: "tcp://127.0.0.1:0" has no host and port (as in tcp://127.0.0.1:80)'],
    ['unix:', 'connectEndpoint: "unix:" has no path (as in unix:/run/app.sock)'],
    ['unix://host/path', 'connectEndpoint: "unix://host/path" has no path (as in unix:/run/app.sock)'],
  ])('error with unsupported for %s, and say what is wrong', (url, message) => {
    const errors: unknown[] = [];
    connectEndpoint(url).subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toEqual([expect.objectContaining({ code: 'unsupported', message: typeof message === 'string' ? message : expect.stringMatching(message) })]);
  });

  it('quote a long wrong URL in part only', () => {
    let message = '';
    listenEndpoint('x'.repeat(10_000)).subscribe({ error: (error: unknown) => (message = (error as Error).message) });
    expect(message).toMatch(/^listenEndpoint: not a URL: "x{100}…"/);
  });

  it('throw a TypeError for what is no string, and for wrong options', () => {
    expect(() => connectEndpoint(7 as never)).toThrow(new TypeError('connectEndpoint: url must be a string, not number 7'));
    expect(() => listenEndpoint(undefined as never)).toThrow(new TypeError('listenEndpoint: url must be a string, not undefined'));
    expect(() => connectEndpoint('tcp://h:1', { connectTimeoutMs: 0 })).toThrow(TypeError);
    expect(() => listenEndpoint('tcp://h:1', { maxConnections: -1 })).toThrow(TypeError);
  });
});
