// Other people's clients against our server, and our client against other people's servers.

import { createHash, randomBytes } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catchError, EMPTY, firstValueFrom, mergeMap, of, ReplaySubject, toArray, type Observable, type Subscription } from 'rxjs';
import { collect, collectText, detach, type Flow } from 'rxjs-flow';
import { http2Client, http2Server, type Http2Client, type Http2Push, type Http2Reply, type Http2Request } from 'rxjs-flow/http2';
import { connectTcp, connectUnix, listenTcp, type TcpAddress } from 'rxjs-flow/node';
import { failureOf, watch } from '../node/support/settled.js';
import { describeWith, freePort, runProgram, startServer, stopServer } from './support/programs.js';

jest.setTimeout(30_000);

const MEGABYTE = randomBytes(2 ** 20);

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function answer(request: Http2Request): Observable<Http2Reply> {
  switch (request.path) {
    case '/echo':
      return of({ body: request, trailers: request.trailers });
    case '/page':
      request.push({ path: '/style.css' }, { body: 'p {}' });
      return of({ headers: { 'content-type': 'text/html' }, body: '<p>pushed</p>' });
    case '/error':
      throw new Error('never seen');
    default:
      return of({ status: 200, headers: { 'x-asked': `${request.method} ${request.path}` }, body: 'hello\n' });
  }
}

describe('our server', () => {
  const broken: unknown[] = [];
  let listener: Subscription;
  let url: string;

  beforeAll(async () => {
    const listening = new ReplaySubject<TcpAddress>(1);
    const serve = (flow: Flow) =>
      http2Server(flow, answer).pipe(
        catchError((error: unknown) => {
          broken.push(error);
          return EMPTY;
        }),
      );
    listener = listenTcp({ listeningObserver: listening }).pipe(mergeMap(serve)).subscribe();
    url = `http://127.0.0.1:${(await firstValueFrom(listening)).port}`;
  });
  afterAll(() => listener.unsubscribe());
  afterEach(() => expect(broken.splice(0)).toEqual([]));

  describeWith(['curl'], 'asked by curl', () => {
    const curl = (args: readonly string[], input?: Uint8Array) => runProgram('curl', ['-sS', '--http2-prior-knowledge', ...args], input);

    it('answers GET', async () => {
      const { status, out } = await curl(['-i', `${url}/there?q=1`]);
      expect(status).toBe(0);
      expect(out.toString()).toMatch(/^HTTP\/2 200 \r\n/);
      expect(out.toString()).toMatch(/\r\nx-asked: GET \/there\?q=1\r\n[^]*\r\n\r\nhello\n$/);
    });

    it('answers HEAD without a body', async () => {
      const { status, out } = await curl(['-I', url]);
      expect(status).toBe(0);
      expect(out.toString()).toMatch(/x-asked: HEAD \/\r\n[^]*\r\n\r\n$/);
    });

    it('takes an upload of a megabyte and gives it back', async () => {
      const { status, out } = await curl(['-T', '-', `${url}/echo`], MEGABYTE);
      expect(status).toBe(0);
      expect(digest(out)).toBe(digest(MEGABYTE));
    });

    it('answers a handler that throws with 500', async () => {
      const { out } = await curl(['-i', `${url}/error`]);
      expect(out.toString()).toMatch(/^HTTP\/2 500 /);
    });
  });

  describeWith(['nghttp'], 'asked by nghttp', () => {
    it('carries trailers both ways', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-spec-'));
      try {
        writeFileSync(join(folder, 'body'), 'a body');
        const { status, out } = await runProgram('nghttp', ['-v', '-d', join(folder, 'body'), '--trailer', 'x-end: yes', `${url}/echo`]);
        expect(status).toBe(0);
        expect(out.toString()).toContain('a body');
        expect(out.toString()).toMatch(/recv \(stream_id=\d+\) x-end: yes/);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    it('pushes', async () => {
      const { status, out } = await runProgram('nghttp', ['-v', `${url}/page`]);
      expect(status).toBe(0);
      expect(out.toString()).toMatch(/recv \(stream_id=\d+\) :path: \/style\.css/);
      expect(out.toString()).toContain('p {}');
      expect(out.toString()).toContain('<p>pushed</p>');
    });

    it('answers several requests on one connection, and a PING', async () => {
      const { status, out } = await runProgram('nghttp', ['-v', '-m', '20', '--no-dep', url]);
      expect(status).toBe(0);
      expect(out.toString().match(/recv \(stream_id=\d+\) :status: 200/g)).toHaveLength(20);
    });
  });

  describeWith(['h2load'], 'under h2load', () => {
    // `npm run bench -- http2` runs the hundred thousand.
    it('answers 10,000 requests on 8 connections, 100 at a time on each, and none fails', async () => {
      const { status, out } = await runProgram('h2load', ['-n', '10000', '-c', '8', '-m', '100', url]);
      expect(status).toBe(0);
      expect(out.toString()).toContain('10000 succeeded, 0 failed, 0 errored, 0 timeout');
      expect(out.toString()).toContain('status codes: 10000 2xx');
    });

    it('takes and gives bodies of 16 KiB on many streams at a time', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-spec-'));
      try {
        writeFileSync(join(folder, 'body'), MEGABYTE.subarray(0, 16384));
        const { out } = await runProgram('h2load', ['-n', '1000', '-c', '2', '-m', '50', '-d', join(folder, 'body'), `${url}/echo`]);
        expect(out.toString()).toContain('1000 succeeded, 0 failed');
        expect(out.toString()).toMatch(/\(16384000\) data/);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
});

describe('our client', () => {
  let folder: string;
  let server: ChildProcess | undefined;
  let client: Http2Client;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-spec-'));
    writeFileSync(join(folder, 'hello.txt'), 'hello\n');
    writeFileSync(join(folder, 'megabyte'), MEGABYTE);
  });
  afterEach(() => firstValueFrom(client.shutdown()));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const open = async (flow: Observable<Flow>) => firstValueFrom(flow.pipe(detach(), mergeMap((one) => http2Client(one)), detach()));
  const textOf = (path: string) => firstValueFrom(client.request({ path }).pipe(mergeMap((response) => response.read().pipe(collectText()))));
  const bytesOf = (path: string) => firstValueFrom(client.request({ path }).pipe(mergeMap((response) => response.read().pipe(collect()))));

  describeWith(['nghttpd'], 'asking nghttpd', () => {
    let port: number;
    beforeAll(async () => {
      port = await freePort();
      const options = ['--no-tls', '-a', '127.0.0.1', '-d', folder, '--echo-upload', '--trailer', 'x-end: yes', '-p', '/hello.txt=/megabyte'];
      server = await startServer('nghttpd', [...options, String(port)], { port, host: '127.0.0.1' });
    });
    beforeEach(async () => {
      client = await open(connectTcp({ port }));
    });
    afterAll(() => stopServer(server));

    it('gets files, trailers and what is not there', async () => {
      const response = await firstValueFrom(client.request({ path: '/hello.txt' }).pipe(detach()));
      expect(response).toMatchObject({ status: 200, headers: { 'content-length': '6' } });
      expect(await firstValueFrom(response.read().pipe(collectText()))).toBe('hello\n');
      expect(await firstValueFrom(response.trailers)).toEqual({ 'x-end': 'yes' });
      expect(digest(await bytesOf('/megabyte'))).toBe(digest(MEGABYTE));
      const missing = await firstValueFrom(client.request({ path: '/missing' }));
      expect(missing.status).toBe(404);
    });

    it('uploads a megabyte, and gets it back', async () => {
      const echoed = client.request({ method: 'POST', path: '/echo', body: MEGABYTE }).pipe(mergeMap((response) => response.read().pipe(collect())));
      expect(digest(await firstValueFrom(echoed))).toBe(digest(MEGABYTE));
    });

    it('asks for a hundred things at a time, and measures the round trip meanwhile', async () => {
      const texts = Promise.all(Array.from({ length: 100 }, () => textOf('/hello.txt')));
      expect(await firstValueFrom(client.ping())).toBeGreaterThan(0);
      expect(await texts).toEqual(Array(100).fill('hello\n'));
    });

    it('gets what is pushed', async () => {
      const pushes = new ReplaySubject<Http2Push>(1);
      client.pushes.subscribe(pushes);
      expect(await textOf('/hello.txt')).toBe('hello\n');
      const push = await firstValueFrom(pushes);
      expect(push.path).toBe('/megabyte');
      const pushed = await firstValueFrom(push.response.pipe(mergeMap((response) => response.read().pipe(collect()))));
      expect(digest(pushed)).toBe(digest(MEGABYTE));
    });
  });

  describeWith(['nginx'], 'asking nginx over a Unix socket', () => {
    beforeAll(async () => {
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`);
      const site = `listen unix:${folder}/socket http2; root ${folder}; keepalive_requests 100;`;
      const config = `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice; events {}
        http { access_log off; ${temporary.join(' ')} server { ${site} } }`;
      writeFileSync(join(folder, 'nginx.conf'), config);
      server = await startServer('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { path: join(folder, 'socket') });
    });
    beforeEach(async () => {
      client = await open(connectUnix({ path: join(folder, 'socket') }));
    });
    afterAll(() => stopServer(server));

    it('gets files, heads and what is not there', async () => {
      expect(await textOf('/hello.txt')).toBe('hello\n');
      expect(digest(await bytesOf('/megabyte'))).toBe(digest(MEGABYTE));
      const head = await firstValueFrom(client.request({ method: 'HEAD', path: '/megabyte' }).pipe(mergeMap((response) => response.read().pipe(toArray(), mergeMap((buffers) => of([response.headers['content-length'], buffers]))))));
      expect(head).toEqual([String(2 ** 20), []]);
      expect((await firstValueFrom(client.request({ path: '/missing' }))).status).toBe(404);
    });

    it('is told by GOAWAY that a connection has had its requests, and says so of the next', async () => {
      const paths = Array.from({ length: 100 }, () => '/hello.txt');
      expect(await Promise.all(paths.map(textOf))).toEqual(Array(100).fill('hello\n'));
      expect(await failureOf(client.request({ path: '/hello.txt' }))).toMatchObject({ code: 'closed' });
      expect(await watch(client.closed).ended).toBe('complete');
    });

    it('loses the connection to a header list that is too long for nginx, with what nginx said', async () => {
      const failure = await failureOf(client.request({ path: '/hello.txt', headers: { 'x-long': 'x'.repeat(40_000) } }));
      expect(failure).toMatchObject({ code: expect.stringMatching(/reset|refused|truncated/), message: expect.stringMatching(/.+/) });
      await watch(client.closed).ended;
      client = await open(connectUnix({ path: join(folder, 'socket') }));
    });
  });
});
