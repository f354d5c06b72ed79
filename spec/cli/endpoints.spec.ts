import { connect } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authorityAndServer } from '../support/certificates.js';
import { Cli, type Run } from './support/cli.js';

describe('rxjs-flow, between other endpoints than sockets', () => {
  const cli = new Cli();
  const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-cli-'));
  const file = (name: string) => join(folder, name);

  beforeAll(async () => {
    const { authority, server } = await authorityAndServer();
    writeFileSync(file('ca.pem'), authority.cert);
    writeFileSync(file('cert.pem'), server.cert);
    writeFileSync(file('key.pem'), server.key);
  });
  afterEach(() => cli.killAll());
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** Starts a proxy and says where it listens. */
  async function proxy(...args: string[]): Promise<{ run: Run; url: string }> {
    const run = cli.run(['proxy', ...args]);
    const [, url] = await run.line(/listening on (\S+), proxying/);
    return { run, url: url! };
  }

  it.each([
    ['ws:', ['ws://127.0.0.1:0/feed', '--half-close'], ['--half-close'], /^ws:\/\/127\.0\.0\.1:\d+\/feed$/],
    ['wss:', ['wss://127.0.0.1:0', '--half-close', '--cert', 'cert.pem', '--key', 'key.pem'], ['--half-close', '--ca', 'ca.pem'], /^wss:/],
    ['tls:', ['tls://127.0.0.1:0', '--cert', 'cert.pem', '--key', 'key.pem'], ['--insecure'], /^tls:\/\/127\.0\.0\.1:\d+$/],
  ])('proxies %s to a process, for a client with its own stdin and stdout', async (_, listen, connect, where) => {
    const inFolder = (args: string[]) => args.map((arg) => (arg.endsWith('.pem') ? file(arg) : arg));
    const { run: server, url } = await proxy('--to', 'exec:tr a-z A-Z', '--listen', ...inFolder(listen));
    expect(url).toMatch(where);
    const client = cli.run(['connect', url, ...inFolder(connect)]);
    client.child.stdin!.end('hello\n');
    expect([await client.exit, client.out(), client.err()]).toEqual([0, 'HELLO\n', '']);
    await server.line(/#1 (ws|wss|tls) .* ended/);
    server.child.kill('SIGTERM');
    expect(await server.exit).toBe(0);
  });

  it.each(['tls', 'wss'])('says in a line on stderr whose TLS handshake failed at %s:, and why, and goes on', async (scheme) => {
    const certified = ['--half-close', '--cert', file('cert.pem'), '--key', file('key.pem')];
    const { run: server, url } = await proxy(`${scheme}://127.0.0.1:0`, 'exec:cat', ...certified);
    const plain = connect(Number(new URL(url).port), '127.0.0.1', () => plain.write('GET / HTTP/1.1\r\n\r\n'));
    const from = await new Promise<number>((resolve) => plain.once('connect', () => resolve(plain.localPort!)));
    await new Promise((resolve) => plain.on('error', () => {}).resume().once('close', resolve));
    const client = cli.run(['connect', url, '--half-close', '--ca', file('ca.pem')]);
    client.child.stdin!.end('hello\n');
    expect([await client.exit, client.out()]).toEqual([0, 'hello\n']);
    server.child.kill('SIGTERM');
    await server.exit;
    expect(server.err()).toMatch(
      new RegExp(`^rxjs-flow: protocol: ${scheme} 127\\.0\\.0\\.1:${from}: the peer speaks HTTP and not TLS \\(cause: .*\\)\n$`),
    );
  });

  it('goes on when nobody reads its stderr any more', async () => {
    const { run: server, url } = await proxy('tls://127.0.0.1:0', 'exec:cat', '--cert', file('cert.pem'), '--key', file('key.pem'));
    server.child.stderr!.destroy();
    for (let nth = 0; nth < 2; nth += 1) {
      const plain = connect(Number(new URL(url).port), '127.0.0.1', () => plain.write('GET / HTTP/1.1\r\n\r\n'));
      await new Promise((resolve) => plain.on('error', () => {}).resume().once('close', resolve));
    }
    const client = cli.run(['connect', url, '--ca', file('ca.pem')]);
    client.child.stdin!.end('hello\n');
    expect([await client.exit, client.out()]).toEqual([0, 'hello\n']);
    server.child.kill('SIGTERM');
    expect(await server.exit).toBe(0);
  });

  it('proxies its own stdin and stdout, and says what happens on stderr', async () => {
    const { run: server, url } = await proxy('ws://127.0.0.1:0', 'exec:cat', '--half-close');
    const client = cli.run(['proxy', 'stdio:', url, '--half-close']);
    client.child.stdin!.end('hello\n');
    expect([await client.exit, client.out()]).toEqual([0, 'hello\n']);
    expect(client.err()).toContain('#1 stdio ended');
    server.child.kill('SIGTERM');
    await server.exit;
  });

  it('fails where its own stdin and stdout are what it cannot carry', async () => {
    const run = cli.run(['proxy', 'stdio:', 'exec:false']);
    run.child.stdin!.on('error', () => {}).end();
    expect([await run.exit, run.out(), run.err()]).toEqual([1, '', expect.stringMatching(/^#1 stdio failed: .*the process exited with code 1/)]);
  });

  it.each([
    [['proxy', 'wss://127.0.0.1:0', 'exec:cat'], 2, /^rxjs-flow: where to listen: .* without a certificate and its key\n$/],
    [['connect', 'wss://127.0.0.1:1', '--ca', '/no/such/file'], 2, /--ca .* is invalid\. \/no\/such\/file: no such file or directory\n$/],
    [['connect', 'ws://127.0.0.1:1'], 1, /^rxjs-flow: refused: ws:\/\/127\.0\.0\.1:1\/?: connection refused/],
    [['connect', 'exec:no-such-program'], 1, /^rxjs-flow: refused: exec no-such-program: no such file/],
    [['connect', 'exec:false'], 1, /the process exited with code 1/],
  ])('tells in a line what is wrong: %p', async (args, status, message) => {
    const run = cli.run(args);
    run.child.stdin!.on('error', () => {}).end();
    expect(await run.exit).toBe(status);
    expect(run.err()).toMatch(message);
    expect(run.out()).toBe('');
  });
});
