import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { firstValueFrom, mergeMap, ReplaySubject, type Subscription } from 'rxjs';
import { PROTOCOLS, serveEither } from '../../examples/alpn/serve-either.js';
import { collectText } from '../../src/combinators/collect-text.js';
import { http2Client } from '../../src/http2/client/http2-client.js';
import type { TcpAddress } from '../../src/node/socket/socket-flow.js';
import { connectTls } from '../../src/node/tls/connect-tls.js';
import { listenTls } from '../../src/node/tls/listen-tls.js';
import { describeWith, runProgram } from '../http2/support/programs.js';
import { watch } from '../node/support/settled.js';
import { authorityAndServer } from '../support/certificates.js';

describe('the ALPN example', () => {
  let ca: string;
  let port: number;
  let listener: Subscription;
  const served: Promise<unknown>[] = [];

  beforeAll(async () => {
    const { authority, server } = await authorityAndServer();
    ca = authority.cert;
    const listening = new ReplaySubject<TcpAddress>(1);
    listener = listenTls({ ...server, alpnProtocols: PROTOCOLS, listeningObserver: listening })
      .subscribe((flow) => served.push(watch(serveEither(flow, (path, protocol) => `${path} by ${protocol}`)).ended));
    ({ port } = await firstValueFrom(listening));
  });
  afterAll(async () => {
    await Promise.all(served); // each has its end, whichever way
    listener.unsubscribe();
  });

  const byNode = (options: RequestOptions & Pick<ConnectionOptions, 'ALPNProtocols'>) =>
    new Promise<string>((resolve, reject) => {
      get({ host: 'localhost', family: 4, port, ca, path: '/page', agent: false, ...options }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(`HTTP/${response.httpVersion} ${text}`));
      }).on('error', reject);
    });

  it('answers a client that offers h2 by HTTP/2', async () => {
    const text = connectTls({ port, ca, servername: 'localhost', alpnProtocols: ['h2', 'http/1.1'] }).pipe(
      mergeMap((flow) => {
        expect(flow.alpnProtocol).toBe('h2');
        return http2Client(flow);
      }),
      mergeMap((client) => client.request({ path: '/page' })),
      mergeMap((response) => response.read().pipe(collectText())),
    );
    expect(await firstValueFrom(text)).toBe('/page by HTTP/2');
  });

  it('answers a client that offers HTTP/1.1 only by that, and one that knows no ALPN', async () => {
    expect(await byNode({ ALPNProtocols: ['http/1.1'] })).toBe('HTTP/1.1 /page by HTTP/1.1');
    expect(await byNode({})).toBe('HTTP/1.1 /page by HTTP/1.1');
  });

  describeWith(['curl'], 'asked by curl', () => {
    it.each([
      ['--http2', '/page by HTTP/2'],
      ['--http1.1', '/page by HTTP/1.1'],
    ])('answers %s', async (option, expected) => {
      const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-spec-'));
      try {
        writeFileSync(join(folder, 'ca.pem'), ca);
        const { out, err } = await runProgram('curl', ['-sS', '-4', '--cacert', join(folder, 'ca.pem'), option, `https://localhost:${port}/page`]);
        expect([out.toString(), err]).toEqual([expected, '']);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
});
