import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, map, mergeMap } from 'rxjs';
import { collect } from '../../src/combinators/collect.js';
import { detach } from '../../src/combinators/detach.js';
import { http2Client, type Http2Client } from '../../src/http2/client/http2-client.js';
import { spawnFlow } from '../../src/node/process/spawn-flow.js';
import { connectTcp } from '../../src/node/socket/connect-tcp.js';
import { connectTls } from '../../src/node/tls/connect-tls.js';
import { describeWith, runProgram } from '../http2/support/programs.js';
import { authorityAndServer } from '../support/certificates.js';
import { cliProgram } from './support/cli-program.js';
import { Cli, type Run } from './support/cli.js';

describe('rxjs-flow serve-http2', () => {
  const cli = new Cli();
  const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-spec-'));
  const dir = join(folder, 'public');
  const megabyte = randomBytes(2 ** 20);
  beforeAll(() => {
    mkdirSync(join(dir, 'sub'), { recursive: true });
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    writeFileSync(join(dir, 'hello world.txt'), 'hello\n');
    writeFileSync(join(dir, 'empty.txt'), '');
    writeFileSync(join(dir, 'index.html'), '<p>index</p>');
    writeFileSync(join(dir, 'sub', 'megabyte'), megabyte);
    symlinkSync(join(folder, 'secret.txt'), join(dir, 'link.txt'));
  });
  afterEach(() => cli.killAll());
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(...options: string[]): Promise<{ run: Run; port: number }> {
    const run = cli.run(['serve-http2', ...options, dir]);
    const [, port] = await run.line(/^listening on t\w+:\/\/127\.0\.0\.1:(\d+), serving .*\n/);
    return { run, port: Number(port) };
  }

  async function startTcp(): Promise<{ run: Run; client: Http2Client }> {
    const { run, port } = await start('--listen', 'tcp://127.0.0.1:0');
    return { run, client: await firstValueFrom(connectTcp({ port }).pipe(detach(), mergeMap((flow) => http2Client(flow)), detach())) };
  }

  const get = (client: Http2Client, path: string, method = 'GET') =>
    firstValueFrom(
      client.request({ method, path }).pipe(
        mergeMap((response) => response.read().pipe(collect(), map((bytes) => ({ status: response.status, headers: response.headers, bytes })))),
      ),
    );
  const textOf = ({ bytes }: { readonly bytes: Uint8Array }) => Buffer.from(bytes).toString();

  it('serves files with their type and size, and ends at SIGINT with status 0', async () => {
    const { run, client } = await startTcp();
    const hello = await get(client, '/hello%20world.txt?x=1');
    expect(hello).toMatchObject({ status: 200, headers: { 'content-type': 'text/plain; charset=utf-8', 'content-length': '6' } });
    expect(textOf(hello)).toBe('hello\n');
    expect(textOf(await get(client, '/'))).toBe('<p>index</p>');
    expect(Buffer.compare((await get(client, '/sub/megabyte')).bytes, megabyte)).toBe(0);
    const head = await get(client, '/sub/megabyte', 'HEAD');
    expect([head.status, head.headers['content-length'], head.bytes.length]).toEqual([200, String(2 ** 20), 0]);
    run.child.kill('SIGINT');
    await firstValueFrom(client.closed);
    expect(await run.exit).toBe(0);
    expect(run.out()).toMatch(/GET \/hello%20world.txt\?x=1 200\n[^]*HEAD \/sub\/megabyte 200\nSIGINT: no new requests\n$/);
    expect(run.err()).toBe('');
  });

  // curl leaves with the last byte that `content-length` has promised it.
  describeWith(['curl'], 'asked by curl', () => {
    it('reports no request as cut off, however long the file is', async () => {
      const { run, port } = await start('--listen', 'tcp://127.0.0.1:0');
      for (const path of ['/hello%20world.txt', '/empty.txt', '/sub/megabyte', '/hello%20world.txt']) {
        await runProgram('curl', ['-sS', '--http2-prior-knowledge', '-o', '/dev/null', `http://127.0.0.1:${port}${path}`]);
      }
      run.child.kill('SIGINT');
      expect(await run.exit).toBe(0);
      // On a busy machine curl may leave before it has read the last frames, and so reset its connection: that is told.
      expect(run.err()).not.toContain('streams open');
    });
  });

  it('has nothing but what is below its folder, and takes nothing', async () => {
    const { client } = await startTcp();
    for (const path of ['/missing', '/sub', '/sub/', '/../secret.txt', '/%2e%2e/secret.txt', '/sub/..%2f..%2fsecret.txt', '/link.txt', '/%00', '/%']) {
      const answer = await get(client, path);
      expect([path, answer.status, textOf(answer)]).toEqual([path, 404, 'there is no such file\n']);
    }
    expect(await get(client, '/', 'DELETE')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    await firstValueFrom(client.shutdown());
  });

  it('serves its own stdin and stdout, and says what happens on stderr', async () => {
    const server = await firstValueFrom(spawnFlow(process.execPath, [cliProgram(), 'serve-http2', '--listen', 'stdio:', dir]).pipe(detach()));
    const said = firstValueFrom(server.stderr.pipe(map((bytes) => Buffer.from(bytes).toString())));
    const client = await firstValueFrom(http2Client(server).pipe(detach()));
    expect(textOf(await get(client, '/'))).toBe('<p>index</p>');
    expect(await said).toBe('GET / 200\n');
    await firstValueFrom(client.shutdown());
    await firstValueFrom(server.closed, { defaultValue: undefined });
  });

  it('shows nothing of a path that would act on a terminal', async () => {
    const { run, port } = await start('--listen', 'tcp://127.0.0.1:0');
    const session = connect(`http://127.0.0.1:${port}`);
    const stream = session.request({ ':path': `/\u009b31m${'x'.repeat(1000)}` }).resume();
    await new Promise((resolve) => stream.on('close', resolve));
    session.close();
    await run.line(/^GET \/\uFFFD31mx+… 404\n/m);
    expect(run.out().length).toBeLessThan(400);
  });

  it('agrees on h2 by ALPN where it listens by TLS', async () => {
    const { authority, server } = await authorityAndServer();
    for (const [name, content] of Object.entries(server)) writeFileSync(join(folder, name), content);
    const { port } = await start('--listen', 'tls://127.0.0.1:0', '--cert', join(folder, 'cert'), '--key', join(folder, 'key'));
    const client = await firstValueFrom(
      connectTls({ port, ca: authority.cert, servername: 'localhost', alpnProtocols: ['h2'] }).pipe(
        detach(),
        mergeMap((flow) => {
          expect(flow.alpnProtocol).toBe('h2');
          return http2Client(flow);
        }),
        detach(),
      ),
    );
    expect(textOf(await get(client, '/'))).toBe('<p>index</p>');
    await firstValueFrom(client.shutdown());
  });

  it('says what is wrong with its command line, and with its folder', async () => {
    const run = cli.run(['serve-http2', dir]);
    expect(await run.exit).toBe(2);
    expect(run.err()).toContain('--listen');
    const missing = cli.run(['serve-http2', '--listen', 'tcp://127.0.0.1:0', join(folder, 'nowhere')]);
    expect(await missing.exit).toBe(1);
    expect(missing.err()).toMatch(/^rxjs-flow: .*nowhere: no such file or directory\n$/);
    const file = cli.run(['serve-http2', '--listen', 'tcp://127.0.0.1:0', join(folder, 'secret.txt')]);
    expect(await file.exit).toBe(1);
    expect([file.out(), file.err()]).toEqual(['', expect.stringMatching(/^rxjs-flow: .*secret\.txt: not a directory\n$/)]);
  });
});
