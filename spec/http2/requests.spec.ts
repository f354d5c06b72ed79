import { concat, firstValueFrom, map, mergeMap, NEVER, Observable, of, ReplaySubject, Subject, tap, throwError, timer, toArray } from 'rxjs';
import { asSink, collect, collectText, detach, flowPair, type FlowError, fromArray, fromGenerator, utf8 } from 'rxjs-flow';
import type { Http2Client, Http2Reply, Http2Request, Http2RequestOptions, Http2Response } from 'rxjs-flow/http2';
import { failureOf, watch } from '../node/support/settled.js';
import { bytes } from './support/bytes.js';
import { connect } from './support/connection.js';
import { Cleanup, transports } from './support/transports.js';

/** The response, its stream the spec's to end. */
function ask(client: Http2Client, options: Http2RequestOptions): Promise<Http2Response> {
  return firstValueFrom(client.request(options).pipe(detach()));
}

/** The whole body as text. */
function textOf(client: Http2Client, options: Http2RequestOptions): Promise<string> {
  return firstValueFrom(client.request(options).pipe(mergeMap((response) => response.read().pipe(collectText()))));
}

const echo = (request: Http2Request) => of<Http2Reply>({ body: request });

describe.each(transports.map((transport) => [transport.name, transport] as const))('HTTP/2 over %s', (_, transport) => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  it('answers a request with status, headers and body, and the exchange completes', async () => {
    const { client } = await connect(transport, cleanup, (request) =>
      of({ status: 203, headers: { 'X-Asked': request.path, 'set-cookie': ['a=1', 'b=2'] }, body: 'hello' }),
    );
    const response = await ask(client, { path: '/there?q=1' });
    expect(response.status).toBe(203);
    expect(response.headers).toMatchObject({ 'x-asked': '/there?q=1', 'set-cookie': ['a=1', 'b=2'] });
    expect(Object.keys(response.headers).filter((name) => name.startsWith(':'))).toEqual([]);
    expect(await firstValueFrom(response.read().pipe(collectText()))).toBe('hello');
    expect(await watch(response.closed).ended).toBe('complete');
  });

  it('tells the handler what was asked, as it was asked', async () => {
    const asked: Http2Request[] = [];
    const { client } = await connect(transport, cleanup, (request) => {
      asked.push(request);
      return of({});
    });
    await ask(client, { method: 'PUT', path: '/a', authority: 'example.org', scheme: 'https', headers: new Map([['X-One', '1']]), body: '' });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: 'PUT', path: '/a', authority: 'example.org', scheme: 'https', headers: { 'x-one': '1' } });
    expect(asked[0]!.name).toMatch(/^http2 over .*, stream 1$/);
  });

  it.each<[string, () => Http2Request | NonNullable<Http2RequestOptions['body']>]>([
    ['a string', () => 'one two'],
    ['bytes', () => utf8('one two')],
    ['an Observable', () => of(utf8('one '), utf8('two'))],
    ['a flow', () => fromArray(['one ', 'two'])],
  ])('sends %s as a body, both ways', async (_kind, body) => {
    const { client } = await connect(transport, cleanup, (request) =>
      request.read().pipe(
        collectText(),
        map((text): Http2Reply => (text === 'one two' ? { body: body() } : { status: 400 })),
      ),
    );
    expect(await textOf(client, { method: 'POST', path: '/', body: body() })).toBe('one two');
  });

  it('streams a body of a megabyte there and back, unchanged', async () => {
    const { client } = await connect(transport, cleanup, echo);
    const sent = bytes(2 ** 20);
    const chunks = Array.from({ length: 64 }, (_unused, at) => sent.subarray(at * 16384, (at + 1) * 16384));
    const response = await ask(client, { method: 'POST', path: '/', body: fromArray(chunks) });
    const came = await firstValueFrom(response.read().pipe(collect()));
    expect(Buffer.compare(came, sent)).toBe(0);
    expect(await watch(response.closed).ended).toBe('complete');
  });

  it('carries bytes of both directions while both are open', async () => {
    const { client } = await connect(transport, cleanup, echo);
    const questions = new Subject<Uint8Array>();
    const response = await ask(client, { method: 'POST', path: '/', body: questions });
    const answers: string[] = [];
    const reading = watch(
      response.read().pipe(
        tap((buffer) => {
          answers.push(Buffer.from(buffer).toString());
          if (answers.length < 20) questions.next(utf8(`question ${answers.length}`));
          else questions.complete();
        }),
      ),
    );
    questions.next(utf8('question 0'));
    expect(await reading.ended).toBe('complete');
    expect(answers).toEqual(Array.from({ length: 20 }, (_unused, at) => `question ${at}`));
  });

  it('answers two hundred requests at a time, each with its own answer', async () => {
    const { client } = await connect(transport, cleanup, (request) => timer(request.path.length % 3).pipe(map(() => ({ body: request.path }))));
    const paths = Array.from({ length: 200 }, (_unused, at) => `/${'x'.repeat(at % 7)}${at}`);
    expect(await Promise.all(paths.map((path) => textOf(client, { path })))).toEqual(paths);
  });

  // Without any way between them, the next request is there before Node's server (26) has put the last one away.
  const isTooQuick = transport.name === 'a pair in memory' && Number.parseInt(process.versions.node) >= 26;
  (isTooQuick ? it.skip : it)('queues requests beyond what the server takes at a time', async () => {
    let open = 0;
    let most = 0;
    const { client } = await connect(
      transport,
      cleanup,
      () => {
        most = Math.max(most, (open += 1));
        return timer(2).pipe(map(() => ({ body: 'x' })), tap(() => (open -= 1)));
      },
      { server: { settings: { maxConcurrentStreams: 3 } } },
    );
    await textOf(client, { path: '/first' }); // the server's settings have come by now
    await Promise.all(Array.from({ length: 20 }, () => textOf(client, { path: '/' })));
    expect(most).toBe(3);
  });

  it('sends trailers both ways, also such as are known only at the end', async () => {
    const { client } = await connect(transport, cleanup, (request) => {
      let size = 0;
      const body = request.read().pipe(tap((buffer) => (size += buffer.byteLength)));
      const trailers = new Observable<Record<string, string>>((subscriber) =>
        request.trailers.pipe(map((asked) => ({ 'x-size': String(size), 'x-asked': String(asked['x-end']) }))).subscribe(subscriber),
      );
      return of({ body, trailers });
    });
    const response = await ask(client, { method: 'POST', path: '/', body: 'twelve bytes', trailers: { 'X-End': 'yes' } });
    const text = await firstValueFrom(response.read().pipe(collectText()));
    expect(text).toBe('twelve bytes');
    expect(await firstValueFrom(response.trailers)).toEqual({ 'x-size': '12', 'x-asked': 'yes' });
    expect(await firstValueFrom(response.trailers)).toEqual({ 'x-size': '12', 'x-asked': 'yes' });
  });

  it('emits an empty record where there are no trailers, body or not', async () => {
    const { client } = await connect(transport, cleanup, (request) =>
      request.trailers.pipe(map((trailers) => ({ body: request.path === '/body' ? JSON.stringify(trailers) : '' }))),
    );
    for (const [path, body] of [['/body', '{}'], ['/none', '']] as const) {
      const response = await ask(client, { path });
      expect(await firstValueFrom(response.read().pipe(collectText()))).toBe(body);
      expect(await firstValueFrom(response.trailers)).toEqual({});
    }
  });

  it('sends trailers without a body', async () => {
    const { client } = await connect(transport, cleanup, () => of({ trailers: { 'x-end': '1' } }));
    const response = await ask(client, { path: '/' });
    expect(await watch(response.read()).ended).toBe('complete');
    expect(await firstValueFrom(response.trailers)).toEqual({ 'x-end': '1' });
  });

  it('sends no body in answer to HEAD, and none with 204', async () => {
    const { client } = await connect(transport, cleanup, (request) => of({ status: request.method === 'HEAD' ? 200 : 204, body: 'never sent' }));
    for (const method of ['HEAD', 'GET']) {
      const response = await ask(client, { method, path: '/' });
      const reading = watch(response.read());
      expect(await reading.ended).toBe('complete');
      expect(reading.values).toEqual([]);
      expect(await watch(response.closed).ended).toBe('complete');
    }
  });

  it('completes the exchange of a request whose body the handler never reads', async () => {
    const { client } = await connect(transport, cleanup, () => of({ body: 'enough' }));
    expect(await textOf(client, { method: 'POST', path: '/', body: 'ignored' })).toBe('enough');
    const much = watch(client.request({ method: 'POST', path: '/', body: fromArray(Array<Uint8Array>(40).fill(bytes(16384))) }).pipe(mergeMap((response) => response.read().pipe(collectText()))));
    expect(await much.ended).toBe('complete');
    expect(much.values).toEqual(['enough']);
  });

  it('opens a tunnel for CONNECT, a flow at each end', async () => {
    const { client } = await connect(transport, cleanup, (request) => {
      request.read().subscribe({ next: (buffer) => void request.write(utf8(Buffer.from(buffer).toString().toUpperCase())), complete: () => void request.shutdown('write') });
      return of({ status: request.authority === 'upper:1' ? 200 : 502 });
    });
    const tunnel = await ask(client, { method: 'CONNECT', authority: 'upper:1' });
    const reading = watch(tunnel.read());
    tunnel.write(utf8('shout'));
    tunnel.close();
    expect(await reading.ended).toBe('complete');
    expect(Buffer.concat(reading.values).toString()).toBe('SHOUT');
    expect(await watch(tunnel.closed).ended).toBe('complete');
  });

  it.each(['from the start', 'when its own has ended'])('leaves a tunnel’s other direction open when the server, which reads it %s, ends first', async (moment) => {
    const requests = new ReplaySubject<Http2Request>(1);
    const answers = new Subject<string>();
    const listen = (request: Http2Request) => request.read().pipe(collectText()).subscribe(answers);
    const { client } = await connect(transport, cleanup, (request) => {
      if (moment === 'from the start') listen(request);
      request.write(utf8('a question'));
      request.shutdown('write');
      requests.next(request);
      return of({ status: 200 });
    });
    const tunnel = await ask(client, { method: 'CONNECT', authority: 'upper:1' });
    expect(await firstValueFrom(tunnel.read().pipe(collectText()))).toBe('a question');
    await firstValueFrom(client.ping()); // a reset would have come by now
    const answer = firstValueFrom(answers);
    if (moment !== 'from the start') listen(await firstValueFrom(requests));
    for (let at = 0; at < 20; at += 1) tunnel.write(new Uint8Array(10_000).fill(97));
    expect(await watch(tunnel.close()).ended).toBe('complete');
    expect(await answer).toBe('a'.repeat(200_000));
    expect(await watch((await firstValueFrom(requests)).closed).ended).toBe('complete');
  });

  it('takes the path of a CONNECT for where to connect to, and closes one that is refused', async () => {
    const { client } = await connect(transport, cleanup, (request) => of({ status: 403, body: request.authority }));
    const response = await ask(client, { method: 'CONNECT', path: 'elsewhere:1' });
    expect(response.status).toBe(403);
    expect(await firstValueFrom(response.read().pipe(collectText()))).toBe('elsewhere:1');
    expect(await watch(response.closed).ended).toBe('complete');
  });

  it('opens a tunnel for a CONNECT with a protocol, where the server allows it', async () => {
    const heads: unknown[] = [];
    const handler = (request: Http2Request) => {
      const { method, protocol, scheme, authority, path } = request;
      heads.push([method, protocol, scheme, authority, path]);
      request.read().subscribe(asSink(request));
      return of({ status: 200 });
    };
    const { client } = await connect(transport, cleanup, handler, { server: { settings: { enableConnectProtocol: true } } });
    const tunnel = await ask(client, { method: 'CONNECT', protocol: 'websocket', scheme: 'https', authority: 'there', path: '/chat?room=7' });
    tunnel.write(utf8('there and back'));
    tunnel.close();
    expect(await firstValueFrom(tunnel.read().pipe(collectText()))).toBe('there and back');
    expect(heads).toEqual([['CONNECT', 'websocket', 'https', 'there', '/chat?room=7']]);
  });

  it('does not send a CONNECT with a protocol to a server that does not allow it', async () => {
    const { client } = await connect(transport, cleanup, echo);
    const failure = await watch(client.request({ method: 'CONNECT', protocol: 'websocket' })).ended;
    expect(failure).toMatchObject({ code: 'unsupported', message: expect.stringMatching(/: the server takes no CONNECT with a protocol$/) });
    expect((await ask(client, { path: '/' })).status).toBe(200);
  });

  it('refuses writes to a response that is no tunnel', async () => {
    const { client } = await connect(transport, cleanup, () => of({ body: NEVER }));
    const response = await ask(client, { path: '/' });
    expect(await firstValueFrom(response.write(utf8('x')))).toMatchObject({ ok: false, error: { code: 'closed' } });
  });

  it('measures pings, and carries their payload', async () => {
    const { client } = await connect(transport, cleanup, echo);
    const times = await firstValueFrom(client.ping().pipe(mergeMap((first) => client.ping({ payload: bytes(8) }).pipe(map((second) => [first, second])))));
    for (const ms of times) expect(ms).toBeGreaterThanOrEqual(0);
  });

  it('cancels the stream when a request is unsubscribed from: the server sees CANCEL, and its body is unsubscribed from', async () => {
    let isBodyGone!: () => void;
    const bodyGone = new Promise<void>((resolve) => (isBodyGone = resolve));
    const requests = new Subject<Http2Request>();
    const { client } = await connect(transport, cleanup, (request) => {
      requests.next(request);
      return of({ body: new Observable<Uint8Array>(() => isBodyGone) });
    });
    const seen = firstValueFrom(requests);
    const asking = client.request({ path: '/' }).subscribe(() => asking.unsubscribe());
    expect(await failureOf((await seen).closed)).toMatchObject({ code: 'reset', message: expect.stringContaining('CANCEL (8)') });
    await bodyGone;
    expect(await textOf(client, { path: '/again', method: 'HEAD' })).toBe('');
  });

  it('holds a request of 500 for a handler that fails, whichever way, and goes on', async () => {
    const told: string[] = [];
    const { client } = await connect(
      transport,
      cleanup,
      ({ path }) => {
        if (path === '/throws') throw new Error('threw');
        if (path === '/errors') return new Observable((subscriber) => subscriber.error(new Error('errored')));
        if (path === '/rejects') return Promise.reject(new Error('rejected'));
        if (path === '/nothing') return [];
        if (path === '/status') return of({ status: 99 });
        if (path === '/body') return of({ body: 7 as never });
        if (path === '/header') return of({ headers: { connection: 'close' } });
        return of({ body: 'fine' });
      },
      { server: { errorHandler: (error) => void told.push(`${error.code}: ${(error.cause as Error).message}`) } },
    );
    for (const path of ['/throws', '/errors', '/rejects', '/nothing', '/status', '/body', '/header']) {
      expect([path, (await ask(client, { path })).status]).toEqual([path, 500]);
    }
    expect(told).toEqual([
      'failed: threw',
      'failed: errored',
      'failed: rejected',
      'failed: the handler completed without a reply',
      'failed: reply: status must be a whole number from 200 to 599, not number 99',
      'failed: reply: body must be a string, a Uint8Array, an Observable of Uint8Arrays or a Flow, not number 7',
      'failed: reply: headers: connection has no meaning in HTTP/2',
    ]);
    expect(await textOf(client, { path: '/' })).toBe('fine');
  });

  it.each<[string, (request: Http2Request) => unknown]>([
    ['has closed it', (request) => request.close()],
    ["has shut its write side down", (request) => request.shutdown('write')],
  ])('fails a request whose handler %s before it gives a body, and sends none with nothing in it', async (_how, end) => {
    const told: unknown[] = [];
    const source = fromArray(['the answer']);
    const { client } = await connect(
      transport,
      cleanup,
      (request) => {
        end(request);
        if (request.path === '/none') return of({ status: 204 });
        return of({ body: request.path === '/flow' ? source : 'the answer', trailers: { x: 'y' } });
      },
      { server: { errorHandler: (error) => void told.push((error.cause as FlowError).code) } },
    );
    for (const path of ['/text', '/flow']) expect([path, (await ask(client, { path })).status]).toEqual([path, 500]);
    expect((await ask(client, { path: '/none' })).status).toBe(204);
    expect(told).toEqual(['closed', 'closed']);
    expect(await failureOf(source.closed)).toMatchObject({ code: 'aborted' });
  });

  it('may have its body written by the handler, with trailers behind it', async () => {
    const { client } = await connect(transport, cleanup, (request) => {
      request.write(utf8('by hand'));
      request.shutdown('write');
      return of({ status: 200, trailers: { checked: 'yes' } });
    });
    const response = await ask(client, {});
    expect(await firstValueFrom(response.read().pipe(collectText()))).toBe('by hand');
    expect(await firstValueFrom(response.trailers)).toEqual({ checked: 'yes' });
  });

  it('keeps fields apart from what every object has, and those whose names differ in case together', async () => {
    const { client } = await connect(transport, cleanup, (request) => of({ body: JSON.stringify(request.headers) }));
    const headers = [['constructor', '1'], ['X-Id', '1'], ['x-id', '2']] as const;
    expect(JSON.parse(await textOf(client, { headers }))).toEqual({ constructor: '1', 'x-id': '1, 2' });
    expect(JSON.parse(await textOf(client, { headers: { 'X-Id': '1', 'x-id': '2' } }))).toEqual({ 'x-id': '1, 2' });
  });

  it('sends what the error handler gives instead', async () => {
    const { client } = await connect(transport, cleanup, () => Promise.reject(new Error('no')), {
      server: { errorHandler: (error, request) => ({ status: 503, body: `${request.path}: ${error.code}` }) },
    });
    const response = await ask(client, { path: '/x' });
    expect(response.status).toBe(503);
    expect(await firstValueFrom(response.read().pipe(collectText()))).toBe('/x: failed');
  });

  it('tells nobody of a failure where a request is answered and never read', async () => {
    const told: unknown[] = [];
    const requests: Http2Request[] = [];
    const handler = (request: Http2Request) => {
      requests.push(request);
      return of({ status: 401, body: 'no' });
    };
    const { client } = await connect(transport, cleanup, handler, { server: { errorHandler: (error) => void told.push(error) } });
    for (let left = 20; left > 0; left -= 1) expect(await textOf(client, { method: 'POST', path: '/', body: 'some' })).toBe('no');
    expect(told).toEqual([]);
    for (const request of requests) expect(await failureOf(request.closed)).toMatchObject({ code: 'closed' });
  });

  it('tells a request that the client cancels as reset, though its handler was feeding the body just then', async () => {
    const told = new ReplaySubject<FlowError>(1);
    const { client } = await connect(
      transport,
      cleanup,
      () =>
        new Observable<Http2Reply>((subscriber) => {
          const [body, source] = flowPair();
          source.write(utf8('first'));
          setImmediate(() => subscriber.next({ body }));
          // As the creators of flows do: a flow later, and aborted by unsubscribing.
          return () => body.abort();
        }),
      { server: { errorHandler: (error) => (told.next(error), undefined) } },
    );
    const response = await ask(client, { path: '/' });
    await firstValueFrom(response.read());
    response.abort();
    expect(await firstValueFrom(told)).toMatchObject({ code: 'reset', message: expect.stringContaining('CANCEL (8)') });
  });

  it('resets a response whose body fails: never an end that looks in order', async () => {
    const told: unknown[] = [];
    const { client } = await connect(
      transport,
      cleanup,
      () =>
        of({
          body: new Observable<Uint8Array>((subscriber) => {
            subscriber.next(utf8('half of it'));
            return timer(5).subscribe(() => subscriber.error(new Error('disk on fire')));
          }),
        }),
      { server: { errorHandler: (error) => void told.push(error.cause) } },
    );
    const response = await ask(client, { path: '/' });
    const reading = watch(response.read());
    expect(await reading.ended).toMatchObject({ code: 'reset', message: expect.stringContaining('INTERNAL_ERROR (2)') });
    expect(Buffer.concat(reading.values).toString()).toBe('half of it');
    expect(told).toMatchObject([{ message: 'disk on fire' }]);
  });

  it('resets a response whose body fails in the turn of its last bytes', async () => {
    const { client } = await connect(transport, cleanup, () => of({ body: concat(of(utf8('half of it')), throwError(() => new Error('disk on fire'))) }));
    const whole = client.request({ path: '/' }).pipe(mergeMap((response) => response.read().pipe(collectText())));
    expect(await failureOf(whole)).toMatchObject({ code: 'reset', message: expect.stringContaining('INTERNAL_ERROR (2)') });
  });

  it('resets a request whose body fails, and the request errors with why', async () => {
    const requests = new Subject<Http2Request>();
    const { client } = await connect(transport, cleanup, (request) => {
      requests.next(request);
      return NEVER;
    });
    const seen = firstValueFrom(requests);
    const failing = new Observable<Uint8Array>((subscriber) => {
      subscriber.next(utf8('half'));
      return timer(5).subscribe(() => subscriber.error(new Error('no more')));
    });
    expect(await failureOf(client.request({ method: 'POST', path: '/', body: failing }))).toMatchObject({ code: 'aborted', cause: { message: 'no more' } });
    expect(await failureOf((await seen).read())).toMatchObject({ code: 'reset' });
  });

  it('does not pull a body that nobody reads, and lets other streams pass it', async () => {
    let pulled = 0;
    const { client } = await connect(transport, cleanup, (request) => {
      if (request.path !== '/much') return of({ body: 'passed' });
      return of({
        body: fromGenerator({
          *input() {
            for (; pulled < 8 * 2 ** 20; pulled += 16384) yield new Uint8Array(16384);
          },
        }),
      });
    });
    const stalled = await ask(client, { path: '/much' });
    expect(await Promise.all(Array.from({ length: 20 }, () => textOf(client, { path: '/' })))).toEqual(Array(20).fill('passed'));
    const before = pulled;
    expect(before).toBeLessThan(2 ** 20);
    const sizes = await firstValueFrom(stalled.read().pipe(map((buffer) => buffer.byteLength), toArray()));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(8 * 2 ** 20);
  });
});
