import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { connect, constants, type Settings } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom, map, merge, mergeMap, scan } from 'rxjs';
import { collect } from '../../src/combinators/collect.js';
import { detach } from '../../src/combinators/detach.js';
import type { Flow } from '../../src/flow/flow.js';
import { http2Client, type Http2Client } from '../../src/http2/client/http2-client.js';
import { spawnFlow } from '../../src/node/process/spawn-flow.js';
import { connectTcp } from '../../src/node/socket/connect-tcp.js';
import { connectTls } from '../../src/node/tls/connect-tls.js';
import { describeWith, runProgram } from '../http2/support/programs.js';
import { failureOf } from '../node/support/settled.js';
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
  const servers: Flow[] = [];
  afterEach(() => {
    cli.killAll();
    for (const server of servers.splice(0)) server.abort();
  });
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
    return { run, client: await clientAt(port) };
  }

  const clientAt = (port: number) => firstValueFrom(connectTcp({ port }).pipe(detach(), mergeMap((flow) => http2Client(flow)), detach()));

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

  // Root reads whatever it likes, unless it is without the capability to.
  const asAnybody = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];
  describeWith(asAnybody.slice(0, 1), 'as a user who may not read a file', () => {
    it('does not have that file', async () => {
      writeFileSync(join(dir, 'unreadable.txt'), 'secret', { mode: 0 });
      const [program, ...args] = [...asAnybody, process.execPath, cliProgram(), 'serve-http2', '--listen', 'stdio:', dir];
      const server = await firstValueFrom(spawnFlow(program, args).pipe(detach()));
      servers.push(server);
      const client = await firstValueFrom(http2Client(server).pipe(detach()));
      for (const method of ['GET', 'HEAD']) expect(await get(client, '/unreadable.txt', method)).toMatchObject({ status: 404 });
      expect((await get(client, '/')).status).toBe(200);
      await firstValueFrom(client.shutdown());
    });
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

  it('lets a connection have 100 requests open at a time: each holds a file open', async () => {
    const { port } = await start('--listen', 'tcp://127.0.0.1:0');
    const session = connect(`http://127.0.0.1:${port}`);
    const [settings] = (await once(session, 'remoteSettings')) as [Settings];
    session.destroy();
    expect(settings.maxConcurrentStreams).toBe(100);
  });

  it('closes connections beyond --max-connections', async () => {
    const { port } = await start('--listen', 'tcp://127.0.0.1:0', '--max-connections', '1');
    const client = await clientAt(port);
    expect((await get(client, '/')).status).toBe(200);
    const late = connectSocket({ port });
    const seen = await new Promise((resolve) => {
      for (const event of ['data', 'close']) late.once(event, () => resolve(event));
      late.on('error', () => {}); // how it is closed is the system's matter
    });
    expect(seen).toBe('close');
    expect((await get(client, '/')).status).toBe(200);
    await firstValueFrom(client.shutdown());
  });

  it('resets the request for a file that becomes shorter on its way, and says so in a line', async () => {
    const { run, client } = await startTcp();
    const file = join(dir, 'shrinks');
    writeFileSync(file, '');
    truncateSync(file, 4e6);
    const body = client.request({ path: '/shrinks' }).pipe(
      mergeMap((response) => {
        truncateSync(file, 2e6); // while the client's window is full
        return response.read().pipe(collect());
      }),
    );
    expect(await failureOf(body)).toMatchObject({ code: 'reset', message: expect.stringContaining('INTERNAL_ERROR') as string });
    expect((await get(client, '/')).status).toBe(200);
    run.child.kill('SIGINT');
    expect(await run.exit).toBe(0);
    expect(run.err()).toMatch(/^rxjs-flow: GET \/shrinks: truncated: file \/.*\/shrinks: it ended after 2000000 of 4000000 bytes\n$/);
  });

  it('resets the request for a file that cannot be read, and says so in a line', async () => {
    const args = [process.execPath, cliProgram(), 'serve-http2', '--listen', 'stdio:', dir];
    const server = await firstValueFrom(spawnFlow('sh', ['-c', 'ulimit -n 60 && exec "$0" "$@"', ...args]).pipe(detach()));
    servers.push(server);
    const said = server.stderr.pipe(scan((text, bytes) => text + Buffer.from(bytes).toString(), ''));
    const line = firstValueFrom(said.pipe(filter((text) => /^rxjs-flow: .*\n/m.test(text))));
    // Of none of the files there is more wanted than its beginning.
    const client = await firstValueFrom(http2Client(server, { settings: { initialWindowSize: 0 } }).pipe(detach()));
    const bodies = Array.from({ length: 90 }, () => client.request({ path: '/sub/megabyte' }).pipe(mergeMap((response) => response.read())));
    expect(await failureOf(merge(...bodies))).toMatchObject({ code: 'reset', message: expect.stringContaining('INTERNAL_ERROR') as string });
    expect(await line).toMatch(/^rxjs-flow: GET \/sub\/megabyte: failed: file \/.*\/sub\/megabyte: too many open files\n/m);
    expect((await get(client, '/', 'HEAD')).status).toBe(200);
    await firstValueFrom(client.shutdown());
    await firstValueFrom(server.closed, { defaultValue: undefined });
  });

  it('has no line for each request that its client cancels, or leaves behind', async () => {
    const { run, port } = await start('--listen', 'tcp://127.0.0.1:0');
    const session = connect(`http://127.0.0.1:${port}`);
    const [cancelled, ...left] = await Promise.all(
      [1, 2, 3].map(async () => {
        const stream = session.request({ ':path': '/sub/megabyte' });
        await once(stream, 'response');
        return stream.on('error', () => {});
      }),
    );
    cancelled!.close(constants.NGHTTP2_CANCEL);
    await once(session.request({ ':path': '/' }).resume(), 'close'); // and so the cancelling has come
    expect(left).toHaveLength(2);
    session.destroy();
    run.child.kill('SIGINT');
    expect(await run.exit).toBe(0);
    expect(run.err()).toMatch(/^rxjs-flow: \w+: http2 over tcp 127\.0\.0\.1:\d+: .*\n$/);
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

  it('shows no more of a method than its beginning', async () => {
    const { run, client } = await startTcp();
    expect(await get(client, '/', 'X'.repeat(10_000))).toMatchObject({ status: 405 });
    await run.line(/^X{31}… \/ 405\n/m);
    await firstValueFrom(client.shutdown());
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
