// TLS with programs that have nothing in common with node:tls but OpenSSL, and that tell what they think of it.

import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, ReplaySubject, take, takeWhile, toArray, zip } from 'rxjs';
import { collectText } from '../../../src/combinators/collect-text.js';
import { detach } from '../../../src/combinators/detach.js';
import { lines } from '../../../src/combinators/lines.js';
import type { FlowError } from '../../../src/flow/flow-error.js';
import { utf8 } from '../../../src/flow/utf8.js';
import type { SocketFlow, TcpAddress } from '../../../src/node/socket/socket-flow.js';
import { connectTls } from '../../../src/node/tls/connect-tls.js';
import { listenTls } from '../../../src/node/tls/listen-tls.js';
import type { TlsFlow } from '../../../src/node/tls/tls-flow.js';
import { authorityAndServer, certificate, type Certified } from '../../support/certificates.js';
import { endOf, failureOf, watch } from '../support/settled.js';

const has = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const withOpenssl = has('openssl', 'version') ? describe : describe.skip;
const withSocat = has('socat', '-V') ? describe : describe.skip;
const withCurl = has('curl', '--version') ? describe : describe.skip;

let folder: string;
let authority: Certified;
let server: Certified;
const running: ChildProcessWithoutNullStreams[] = [];

beforeAll(async () => {
  ({ authority, server } = await authorityAndServer());
  const client = await certificate('a client', { ca: authority });
  folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-'));
  const files = { 'ca.pem': authority.cert, 'cert.pem': server.cert, 'key.pem': server.key, 'client.pem': `${client.cert}\n${client.key}` };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
});

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(program: string, ...args: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(program, args, { cwd: folder });
  child.stdin.on('error', () => {}); // one that has gone takes no more
  child.stderr.resume();
  running.push(child);
  return child;
}

/** The flow of the program's connection; the program is started once it can connect. */
async function accept(program: (address: string) => ChildProcessWithoutNullStreams): Promise<[TlsFlow<SocketFlow>, ChildProcessWithoutNullStreams]> {
  const listening = new ReplaySubject<TcpAddress>(1);
  const options = { ...server, ca: authority.cert, requestCert: true, alpnProtocols: ['chat'], listeningObserver: listening };
  const flows = listenTls(options).pipe(detach());
  const [flow, child] = await firstValueFrom(zip(flows, startedAt(listening, program)));
  return [flow, child];
}

function startedAt<T>(listening: ReplaySubject<TcpAddress>, program: (address: string) => T): ReplaySubject<T> {
  const started = new ReplaySubject<T>(1);
  listening.subscribe(({ port }) => started.next(program(`127.0.0.1:${port}`)));
  return started;
}

async function printedBy(child: ChildProcessWithoutNullStreams): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  return text;
}

withOpenssl('openssl s_client', () => {
  const client = (address: string) =>
    start('openssl', 's_client', '-connect', address, '-CAfile', 'ca.pem', '-cert', 'client.pem', '-verify_return_error', '-quiet', '-alpn', 'chat', '-servername', 'localhost');

  it('talks with a flow of listenTls, and ends in order', async () => {
    const [flow, child] = await accept(client);
    expect(flow).toMatchObject({ alpnProtocol: 'chat', servername: 'localhost', authorized: true, peerCertificate: { subject: { CN: 'a client' } } });
    child.stdin.write('question\n');
    expect(await firstValueFrom(flow.read().pipe(lines(), take(1)))).toBe('question');
    const printed = printedBy(child);
    flow.write(utf8('answer'));
    flow.close();
    expect(await printed).toBe('answer');
    expect(await endOf(flow)).toBe('complete');
  });

  it('leaves a flow truncated, or reset, when it is killed', async () => {
    const [flow, child] = await accept(client);
    const reading = failureOf(flow.read());
    child.kill('SIGKILL');
    // The system resets the connection of a program that has left something unread.
    expect((await reading).code).toMatch(/^(truncated|reset)$/);
  });
});

withOpenssl('openssl s_server', () => {
  /** One that sends each line back in reverse, and its port. */
  async function reverser(...more: string[]): Promise<[number, ChildProcessWithoutNullStreams]> {
    const child = start('openssl', 's_server', '-accept', '127.0.0.1:0', '-cert', 'cert.pem', '-key', 'key.pem', '-rev', ...more);
    let printed = '';
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      const port = /ACCEPT 127\.0\.0\.1:(\d+)/.exec((printed += String(chunk)))?.[1];
      if (port !== undefined) return [Number(port), child];
    }
    throw new Error(`s_server did not start: ${printed}`);
  }

  it.each(['-tls1_2', '-tls1_3'])('talks with a flow of connectTls in %s, and ends in order', async (version) => {
    const [port, child] = await reverser(version);
    child.stdout.resume();
    const flow = await firstValueFrom(connectTls({ port, ca: authority.cert, servername: 'localhost' }).pipe(detach()));
    flow.write(utf8('stressed\n'));
    expect(await firstValueFrom(flow.read().pipe(lines(), take(1)))).toBe('desserts');
    flow.close();
    expect(await endOf(flow)).toBe('complete');
  });

  it('is refused where its certificate is for another host', async () => {
    const [port] = await reverser();
    expect(await failureOf(connectTls({ port, ca: authority.cert, servername: 'example.org' }))).toMatchObject({ code: 'protocol' });
  });

  it('leaves a flow truncated, or reset, when it is killed', async () => {
    const [port, child] = await reverser();
    const flow = await firstValueFrom(connectTls({ port, ca: authority.cert }).pipe(detach()));
    const reading = failureOf(flow.read());
    const closed = watch(flow.closed);
    child.kill('SIGKILL');
    // The system resets the connection of a program that has left something unread.
    expect((await reading).code).toMatch(/^(truncated|reset)$/);
    await closed.ended;
  });
});

// What curl says to ALPN is in `spec/examples/alpn.spec.ts`.
withCurl('curl', () => {
  const get = (...options: string[]) => start('curl', '-sS', '--http1.1', '--no-alpn', ...options);

  it('asks a flow of listenTls by https:, shows its certificate, and gets a megabyte', async () => {
    const [flow, child] = await accept((address) => get('--cacert', 'ca.pem', '--cert', 'client.pem', `https://${address}/page?q=1`));
    const printed = printedBy(child);
    expect(flow).toMatchObject({ alpnProtocol: undefined, authorized: true, peerCertificate: { subject: { CN: 'a client' } } });
    const [request] = await firstValueFrom(flow.read().pipe(lines(), takeWhile((line) => line !== ''), toArray()));
    expect(request).toBe('GET /page?q=1 HTTP/1.1');
    const body = 'a megabyte of it\n'.repeat(2 ** 16);
    flow.write(utf8(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`));
    flow.close();
    expect((await printed) === body).toBe(true);
    expect(await firstValueFrom(flow.read().pipe(collectText()))).toBe('');
    expect(await endOf(flow)).toBe('complete');
  });

  it('trusts nobody whom it does not know, and says so', async () => {
    const listening = new ReplaySubject<TcpAddress>(1);
    const failures = new ReplaySubject<FlowError>(1);
    const listener = watch(listenTls({ ...server, listeningObserver: listening, handshakeErrorObserver: failures }));
    const { port } = await firstValueFrom(listening);
    const child = get(`https://127.0.0.1:${port}/`);
    const [status] = (await once(child, 'exit')) as [number];
    expect(status).toBe(60); // CURLE_PEER_FAILED_VERIFICATION
    const { code, message } = await firstValueFrom(failures);
    expect([code, message]).toEqual(['protocol', expect.stringMatching(/^tls 127\.0\.0\.1:\d+: the peer refused: unknown ca$/)]);
    listener.subscription.unsubscribe();
  });
});

withSocat('socat', () => {
  it('half-closes, and gets its answer', async () => {
    const [flow, child] = await accept((address) => start('socat', '-t5', '-', `OPENSSL:${address},cafile=ca.pem,cert=client.pem,commonname=localhost`));
    const printed = printedBy(child);
    child.stdin.end('question');
    expect(await firstValueFrom(flow.read().pipe(collectText()))).toBe('question');
    flow.write(utf8('answer'));
    flow.close();
    expect(await printed).toBe('answer');
    const [status] = child.exitCode === null ? ((await once(child, 'exit')) as [number]) : [child.exitCode];
    expect(status).toBe(0);
    expect(await endOf(flow)).toBe('complete');
  });
});
