// What a peer or a connection may do wrong: every pending request settles with a typed error, soon, and nothing is left.

import fc from 'fast-check';
import { catchError, concat, firstValueFrom, map, mergeMap, NEVER, type Observable, of, ReplaySubject, Subject, switchMap, take, tap, timeout, TimeoutError, timer, toArray } from 'rxjs';
import { collectText, detach, flowPair, fromGenerator, fromObservable, isFlowError, named, utf8, type Flow, type FlowError } from 'rxjs-flow';
import { http2Client, http2CodeOf, http2Server, type Http2Client, type Http2Request } from 'rxjs-flow/http2';
import { connectTcp, listenTcp } from 'rxjs-flow/node';
import { watch } from '../node/support/settled.js';
import { connect } from './support/connection.js';
import { DATA, END_HEADERS, END_STREAM, frame, GET_ROOT, GOAWAY, HEADERS, literal, PING, PUSH_PROMISE, RawPeer, RST_STREAM, SETTINGS, STATUS_200, WINDOW_UPDATE, words } from './support/raw-peer.js';
import { Cleanup, transports } from './support/transports.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** The typed error that a source ends with, within a second. */
async function lossOf(source: Observable<unknown>): Promise<FlowError> {
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error('not settled within a second')), 1000);
  });
  try {
    const end = await Promise.race([watch(source).ended, tooLate]);
    if (!isFlowError(end)) throw new Error(`expected a FlowError, got ${String(end)}`);
    return end;
  } finally {
    clearTimeout(late);
  }
}

/** Our client, on a server that speaks frame by frame. */
async function clientOfRaw(): Promise<{ client: Http2Client; server: RawPeer }> {
  const [near, far] = flowPair();
  const server = new RawPeer(far, false);
  const client = await firstValueFrom(http2Client(near).pipe(detach()));
  cleanup.add(() => near.abort());
  return { client, server };
}

const bodyOf = (client: Http2Client) => client.request({}).pipe(mergeMap((response) => response.read()));
const head = frame(HEADERS, END_HEADERS, 1, STATUS_200);
const half = frame(DATA, 0, 1, utf8('half'));
const goaway = (last: number, code: number) => frame(GOAWAY, 0, 0, words(last, code));
const ENHANCE_YOUR_CALM = 11;
const INITIAL_WINDOW_SIZE = 4;

describe('a client over a flow', () => {
  it.each<[string, string, () => Flow]>([
    ['whose write side has been shut down', 'closed', () => {
      const [near] = flowPair();
      near.shutdown('write');
      return near;
    }],
    ['without an output', 'closed', () => fromObservable({ input: NEVER })],
    ['that somebody else reads', 'busy', () => {
      const [near] = flowPair();
      near.read().subscribe({ error: () => {} });
      return near;
    }],
  ])('%s fails with %s, and so do its requests', async (_, code, flow) => {
    const client = await firstValueFrom(http2Client(flow()).pipe(detach()));
    const [response, closed] = [client.request({}), client.closed].map(lossOf);
    expect(await response).toMatchObject({ code });
    expect(await closed).toMatchObject({ code });
  });
});

describe('a client that takes long bodies and cancels them', () => {
  it('goes on on the same connection', async () => {
    const [near, far] = flowPair();
    const server = http2Server(far, ({ path }) => of({ body: path === '/small' ? 'small' : new Uint8Array(4 * 2 ** 20) })).subscribe({ error: () => {} });
    const client = await firstValueFrom(http2Client(near).pipe(detach()));
    const small = () => firstValueFrom(client.request({ path: '/small' }).pipe(mergeMap((response) => response.read().pipe(collectText()))));
    for (let count = 0; count < 5; count += 1) {
      await firstValueFrom(client.request({ path: '/large' }));
      expect(await small()).toBe('small');
    }
    near.abort();
    server.unsubscribe();
  });
});

describe.each(transports.map((transport) => [transport.name, transport] as const))('a client whose server ends the connection, over %s', (_, transport) => {
  it('has typed errors for what is asked as soon as the flow has ended', async () => {
    const { near, far, dispose } = await transport.connect();
    cleanup.add(dispose);
    const server = new RawPeer(far, false);
    const late = new ReplaySubject<Promise<FlowError>>(2);
    const ask = () => [client.ping(), client.request({})].forEach((asked) => late.next(lossOf(asked)));
    near.closed.subscribe({ error: ask, complete: ask });
    const client = await firstValueFrom(http2Client(near).pipe(detach()));
    cleanup.add(() => near.abort());
    const early = lossOf(bodyOf(client));
    await server.next(HEADERS);
    server.flow.close();
    const codes = await firstValueFrom(late.pipe(mergeMap((one) => one), map(({ code }) => code), take(2), toArray()));
    for (const code of codes) expect(['closed', 'truncated']).toContain(code);
    expect(await early).toMatchObject({ code: 'truncated' });
  });
});

describe('a client whose server', () => {
  it.each<[string, (server: RawPeer) => unknown, object]>([
    ['ends the connection', ({ flow }) => flow.shutdown('write'), { code: 'truncated' }],
    ['resets the connection', ({ flow }) => flow.abort(), { code: 'reset' }],
    ['says GOAWAY with an error', (server) => server.send(goaway(3, ENHANCE_YOUR_CALM)), { code: 'reset', message: expect.stringContaining('GOAWAY ENHANCE_YOUR_CALM (11)') }],
    ['sends a frame on a stream that nobody opened', (server) => server.send(frame(DATA, 0, 5, utf8('x'))), { code: 'protocol' }],
    ['sends a frame that is larger than it may be', (server) => server.send(frame(DATA, 0, 1, new Uint8Array(16385))), { code: 'protocol' }],
    ['sends header fields that cannot be decoded', (server) => server.send(frame(HEADERS, END_HEADERS, 1, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff))), { code: 'protocol' }],
    ['speaks HTTP/1.1', ({ flow }) => flow.write(utf8('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n')), { code: 'protocol' }],
  ])('%s: all that is pending fails, and so does what comes later', async (_, misbehave, expected) => {
    const { client, server } = await clientOfRaw();
    const [early, other, closed] = [bodyOf(client), bodyOf(client), client.closed].map(lossOf);
    await server.next(HEADERS);
    misbehave(server);
    expect(await early).toMatchObject(expected);
    expect(await other).toMatchObject(expected);
    expect(await closed).toMatchObject(expected);
    for (const late of [client.request({}), client.ping(), client.shutdown()]) expect(await lossOf(late)).toMatchObject(expected);
  });

  it.each<[string, (server: RawPeer) => unknown, object]>([
    ['ends the connection', ({ flow }) => flow.shutdown('write'), { code: 'truncated' }],
    ['resets the connection', ({ flow }) => flow.abort(), { code: 'reset' }],
    ['resets the stream with NO_ERROR', (server) => server.send(frame(RST_STREAM, 0, 1, words(0))), { code: 'reset', message: expect.stringContaining('NO_ERROR (0)') }],
    ['resets the stream with CANCEL', (server) => server.send(frame(RST_STREAM, 0, 1, words(8))), { code: 'reset', message: expect.stringContaining('CANCEL (8)') }],
    ['refuses the stream', (server) => server.send(frame(RST_STREAM, 0, 1, words(7))), { code: 'refused' }],
  ])('%s in the middle of a body: what came is read, then the error, and no end', async (_, misbehave, expected) => {
    const { client, server } = await clientOfRaw();
    const asked = server.next(HEADERS);
    const response = firstValueFrom(client.request({}).pipe(detach()));
    await asked;
    server.send(head, half);
    const came = new Subject<void>();
    const reading = watch((await response).read().pipe(tap(() => came.next())));
    const failure = lossOf((await response).closed);
    await firstValueFrom(came);
    misbehave(server);
    expect(await failure).toMatchObject(expected);
    expect(await reading.ended).toMatchObject(expected);
    expect(Buffer.concat(reading.values).toString()).toBe('half');
  });

  it.each([0, 2, 7, 8])('resets the stream with code %i, which the error tells', async (code) => {
    const { client, server } = await clientOfRaw();
    const asked = server.next(HEADERS);
    const failure = lossOf(client.request({}));
    await asked;
    server.send(frame(RST_STREAM, 0, 1, words(code)));
    expect(http2CodeOf(await failure)).toBe(code);
    expect(http2CodeOf(new Error('another'))).toBeUndefined();
  });

  it('ends the connection with a code, which the errors of its requests tell too', async () => {
    const { client, server } = await clientOfRaw();
    const [request, closed] = [lossOf(bodyOf(client)), lossOf(client.closed)];
    await server.next(HEADERS);
    server.send(goaway(1, ENHANCE_YOUR_CALM));
    expect([http2CodeOf(await closed), http2CodeOf(await request)]).toEqual([ENHANCE_YOUR_CALM, ENHANCE_YOUR_CALM]);
  });

  describe.each<[string, (flow: Flow) => Flow]>([
    ['TCP', (flow) => flow],
    ['TCP through a decorator', (flow) => named(flow, 'bridged')],
  ])('over %s', (_, dress) => {
    it.each<[string, (server: RawPeer) => unknown, code: string, http2Code: number | undefined]>([
      ['says GOAWAY with an error', (server) => server.send(goaway(1, ENHANCE_YOUR_CALM)), 'reset', ENHANCE_YOUR_CALM],
      ['gives back no window at all', (server) => server.send(frame(WINDOW_UPDATE, 0, 0, words(0))), 'protocol', undefined],
      ['sends a frame that is larger than it may be', (server) => server.send(frame(DATA, 0, 1, new Uint8Array(16385))), 'protocol', undefined],
    ])('%s: who waits for the connection and for its flow hears what it was, and not that the flow is gone', async (__, misbehave, code, http2Code) => {
      const accepted = new ReplaySubject<Flow>(1);
      const listening = new ReplaySubject<{ port: number }>(1);
      const listener = listenTcp({ listeningObserver: listening }).subscribe(accepted);
      cleanup.add(() => listener.unsubscribe());
      const { port } = await firstValueFrom(listening);
      const failure = lossOf(connectTcp({ port }).pipe(switchMap((flow) => http2Client(dress(flow))), switchMap((client) => client.request({}).pipe(catchError(() => NEVER)))));
      const server = new RawPeer(await firstValueFrom(accepted), false);
      await server.next(HEADERS);
      misbehave(server);
      expect(await failure).toMatchObject({ code, name: 'FlowError' });
      expect(http2CodeOf(await failure)).toBe(http2Code);
    });
  });

  it('sends less than its content-length says: reset, and no end', async () => {
    const { client, server } = await clientOfRaw();
    const asked = server.next(HEADERS);
    const failure = lossOf(bodyOf(client));
    await asked;
    const sized = frame(HEADERS, END_HEADERS, 1, Uint8Array.from([...STATUS_200, ...literal('content-length', '100')]));
    server.send(sized, frame(DATA, END_STREAM, 1, utf8('less')));
    expect(await failure).toMatchObject({ code: 'reset', message: expect.stringContaining('PROTOCOL_ERROR (1)') });
  });

  it('says GOAWAY in order: requests that it has taken go on, the others are refused, and may be tried again elsewhere', async () => {
    const { client, server } = await clientOfRaw();
    const asked = server.next(HEADERS);
    const taken = firstValueFrom(bodyOf(client).pipe(collectText()));
    const notTaken = lossOf(bodyOf(client));
    await asked;
    server.send(goaway(1, 0));
    expect(await notTaken).toMatchObject({ code: 'refused' });
    server.send(head, half, frame(DATA, END_STREAM, 1, utf8(' and half')));
    expect(await taken).toBe('half and half');
  });

  it('says GOAWAY with an error: requests that it has not taken are refused, and may be tried again elsewhere', async () => {
    const { client, server } = await clientOfRaw();
    const [taken, notTaken, closed] = [bodyOf(client), bodyOf(client), client.closed].map(lossOf);
    await server.next(HEADERS);
    server.send(goaway(1, ENHANCE_YOUR_CALM));
    expect([await taken, await closed]).toMatchObject([{ code: 'reset' }, { code: 'reset' }]);
    expect(await notTaken).toMatchObject({ code: 'refused', message: expect.stringMatching(/stream 3: not taken, .*ENHANCE_YOUR_CALM/) });
    expect(http2CodeOf(await notTaken)).toBe(ENHANCE_YOUR_CALM);
  });

  it('says GOAWAY with an error: what it has pushed by then is lost, and not refused', async () => {
    const { client, server } = await clientOfRaw();
    const asked = server.next(HEADERS);
    const pushed = client.pushes.pipe(mergeMap(({ response }) => response), mergeMap((response) => response.read()));
    const lost = lossOf(pushed.pipe(tap(() => server.send(goaway(1, ENHANCE_YOUR_CALM)))));
    const request = lossOf(bodyOf(client));
    await asked;
    const promise = frame(PUSH_PROMISE, END_HEADERS, 1, Uint8Array.from([...words(2), ...GET_ROOT]));
    server.send(head, promise, frame(HEADERS, END_HEADERS, 2, STATUS_200), frame(DATA, 0, 2, utf8('half')));
    expect([await lost, await request]).toMatchObject([{ code: 'reset' }, { code: 'reset' }]);
  });

  it('stops reading: a timeout gives the request up, with its body', async () => {
    const { client } = await clientOfRaw();
    let given = false;
    const body = fromGenerator({
      *input() {
        try {
          for (;;) yield new Uint8Array(16384);
        } finally {
          given = true;
        }
      },
    });
    const sending = client.request({ method: 'POST', body }).pipe(timeout(20));
    expect(await watch(sending).ended).toBeInstanceOf(TimeoutError);
    expect(given).toBe(true);
  });

  it('is gone without a word: an unanswered PING ends the connection with timeout', async () => {
    const [near] = flowPair();
    const client = await firstValueFrom(http2Client(near, { keepAliveMs: 20 }).pipe(detach()));
    expect(await lossOf(client.request({}))).toMatchObject({ code: 'timeout' });
    expect(await lossOf(near.closed)).toMatchObject({ code: 'aborted' });
  });

  it('takes no more of what is written to it: an unanswered PING ends the connection, though it cannot be sent', async () => {
    const [near] = flowPair({ capacity: 64 });
    const client = await firstValueFrom(http2Client(near, { keepAliveMs: 20 }).pipe(detach()));
    const requests = Array.from({ length: 50 }, () => lossOf(client.request({ headers: { 'x-long': 'x'.repeat(1000) } })));
    for (const failure of await Promise.all(requests)) expect(failure).toMatchObject({ code: 'timeout' });
  });
});

describe('a server whose client', () => {
  /** Our server, and its requests, on a client that speaks frame by frame. */
  function serverOfRaw() {
    const [near, far] = flowPair();
    const requests = new ReplaySubject<Http2Request>(1);
    const told: FlowError[] = [];
    const serving = http2Server(
      far,
      (request) => {
        requests.next(request);
        return NEVER;
      },
      { errorHandler: (error) => void told.push(error) },
    );
    const ended = lossOf(serving);
    return { client: new RawPeer(near, true), request: firstValueFrom(requests), told, ended };
  }

  it.each<[string, (client: RawPeer) => unknown, object]>([
    ['ends the connection', ({ flow }) => flow.shutdown('write'), { code: 'truncated' }],
    ['resets the connection', ({ flow }) => flow.abort(), { code: 'reset' }],
    ['says GOAWAY with an error', (client) => client.send(goaway(0, ENHANCE_YOUR_CALM)), { code: 'reset' }],
    ['sends a frame larger than it may be', (client) => client.send(frame(DATA, 0, 1, new Uint8Array(16385))), { code: 'protocol' }],
    ['sends HTTP/1.1 after all', ({ flow }) => flow.write(utf8('GET / HTTP/1.1\r\nhost: x\r\n\r\n')), { code: 'protocol' }],
  ])('%s: the open requests and the connection fail, and the error handler is told', async (_, misbehave, expected) => {
    const { client, request, told, ended } = serverOfRaw();
    client.send(frame(HEADERS, END_HEADERS, 1, GET_ROOT), half);
    const came = new Subject<void>();
    const reading = watch((await request).read().pipe(tap(() => came.next())));
    await firstValueFrom(came);
    misbehave(client);
    expect(await ended).toMatchObject(expected);
    expect(await reading.ended).toMatchObject(expected);
    expect(Buffer.concat(reading.values).toString()).toBe('half');
    expect(told).toMatchObject([expected]);
  });

  it('breaks a rule in the same read as its SETTINGS: protocol', async () => {
    const { client, request, told, ended } = serverOfRaw();
    client.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, GET_ROOT));
    await request;
    client.send(frame(SETTINGS, 0, 0), frame(DATA, END_STREAM, 1, utf8('x')));
    expect(await ended).toMatchObject({ code: 'protocol' });
    expect(told).toMatchObject([{ code: 'protocol' }]);
  });

  it('resets a request in the same read as its head: the error handler is told', async () => {
    const { client, request, told } = serverOfRaw();
    client.send(frame(HEADERS, END_HEADERS, 1, GET_ROOT), frame(RST_STREAM, 0, 1, words(8)));
    expect(await lossOf((await request).closed)).toMatchObject({ code: 'reset' });
    expect(told).toMatchObject([{ code: 'reset' }]);
    client.flow.abort();
  });

  it('leaves in the middle of a long response: truncated, whether or not there is an error handler', async () => {
    const [near, far] = flowPair();
    const ended = lossOf(http2Server(far, () => of({ body: new Uint8Array(1_000_000) })));
    const client = new RawPeer(near, true);
    const came = client.next(DATA);
    client.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, GET_ROOT));
    await came;
    client.flow.shutdown('write');
    expect(await ended).toMatchObject({ code: 'truncated' });
  });

  it.each([
    ['that waits for its answer', SETTINGS, 65535, () => NEVER],
    ['in the middle of a long response', DATA, 65535, () => of({ body: new Uint8Array(200_000) })],
    ['behind a response for which it has no room', HEADERS, 0, () => of({ body: new Uint8Array(200_000) })],
    ['in the middle of a stream', DATA, 65535, () => of({ body: concat(of(utf8('half')), NEVER) })],
    ['in the same read', RST_STREAM, 65535, () => NEVER],
  ] as const)('resets a request %s, of which only the error handler would hear, with whatever code', async (_, awaited, room, handler) => {
    for (const code of [0, 8]) {
      const [near, far] = flowPair();
      const told = new ReplaySubject<FlowError>(1);
      http2Server(far, handler, { errorHandler: (error) => (told.next(error), undefined) }).subscribe({ error: () => {} });
      const client = new RawPeer(near, true);
      client.send(frame(SETTINGS, 0, 0, Uint8Array.of(0, INITIAL_WINDOW_SIZE, ...words(room))));
      const came = client.next(awaited === RST_STREAM ? SETTINGS : awaited);
      const reset = frame(RST_STREAM, 0, 1, words(code));
      client.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, GET_ROOT), ...(awaited === RST_STREAM ? [reset] : []));
      await came;
      await new Promise(setImmediate);
      if (awaited !== RST_STREAM) client.send(reset);
      expect(await firstValueFrom(told.pipe(timeout(1000)))).toMatchObject({ code: 'reset' });
      near.abort();
    }
  });

  it.each([1, 16_384, 20_000])('resets a request before it had room for the %i bytes of its answer: the connection can end', async (size) => {
    const [near, far] = flowPair();
    const stop = new Subject<void>();
    const serving = watch(http2Server(far, () => of({ body: new Uint8Array(size) }), { shutdown: stop }));
    const client = new RawPeer(near, true);
    client.send(frame(SETTINGS, 0, 0, Uint8Array.of(0, INITIAL_WINDOW_SIZE, ...words(0))));
    const came = client.next(HEADERS);
    client.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, GET_ROOT));
    await came;
    client.send(frame(RST_STREAM, 0, 1, words(0)));
    const over = new Promise((resolve) => client.frames.subscribe({ complete: () => resolve('complete') }));
    stop.next();
    expect(await Promise.race([over, firstValueFrom(timer(1000).pipe(map(() => 'still open')))])).toBe('complete');
    near.close();
    expect(await serving.ended).toBe('complete');
  });

  it.each([
    ['body', 0, 'CANCEL (8)', 8],
    ['body', 0, 'NO_ERROR (0)', 0],
    ['answer', END_STREAM, 'CANCEL (8)', 8],
    ['answer', END_STREAM, 'NO_ERROR (0)', 0],
  ])('resets one request, and its %s fails, where the connection goes on: %i, %s', async (_, flags, name, code) => {
    const { client, request, told } = serverOfRaw();
    client.send(frame(HEADERS, END_HEADERS | flags, 1, GET_ROOT));
    if (flags !== END_STREAM) client.send(half);
    const failure = lossOf((await request).closed);
    client.send(frame(RST_STREAM, 0, 1, words(code)));
    expect(await failure).toMatchObject({ code: 'reset', message: expect.stringContaining(name) });
    expect(told).toMatchObject([{ code: 'reset' }]);
    const pong = client.next(PING);
    client.send(frame(PING, 0, 0, new Uint8Array(8)));
    expect((await pong).flags).toBe(1);
    client.flow.abort();
  });

  it('says nothing that HTTP/2 begins with: protocol', async () => {
    const [near, far] = flowPair();
    const ended = lossOf(http2Server(far, () => NEVER));
    near.write(utf8('GET / HTTP/1.1\r\nhost: example.org\r\n\r\n'));
    expect(await ended).toMatchObject({ code: 'protocol' });
  });
});

describe('whatever bytes come', () => {
  const noise = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }),
    fc
      .tuple(fc.nat(10), fc.nat(255), fc.nat(5), fc.uint8Array({ maxLength: 40 }))
      .map(([type, flags, stream, payload]) => frame(type, flags, stream, payload)),
  );

  /** What many peers send, each on a connection of its own, all at a time: nghttp2 takes its time to give one up. */
  const noises = fc.array(fc.array(noise, { maxLength: 8 }), { minLength: 40, maxLength: 40 });

  it('clients settle their requests and live', async () => {
    const run = async (chunks: readonly Uint8Array[]) => {
      const { client, server } = await clientOfRaw();
      const asked = server.next(HEADERS);
      const [request, closed] = [watch(bodyOf(client)).ended, watch(client.closed).ended];
      await asked;
      for (const chunk of chunks) server.flow.write(chunk);
      server.flow.close();
      for (const end of [await request, await closed]) expect(end === 'complete' || isFlowError(end)).toBe(true);
    };
    await fc.assert(fc.asyncProperty(noises, (all) => Promise.all(all.map(run)).then(() => true)), { numRuns: 2 });
  });

  it('servers end the connection and live', async () => {
    const run = async (chunks: readonly Uint8Array[]) => {
      const [near, far] = flowPair();
      const serving = watch(http2Server(far, (request) => of({ body: request })));
      const client = new RawPeer(near, true);
      for (const chunk of chunks) client.flow.write(chunk);
      client.flow.close();
      const end = await serving.ended;
      expect(end === 'complete' || isFlowError(end)).toBe(true);
    };
    await fc.assert(fc.asyncProperty(noises, (all) => Promise.all(all.map(run)).then(() => true)), { numRuns: 2 });
  });
});

describe.each(transports.map((transport) => [transport.name, transport] as const))('over %s', (_, transport) => {
  it('a header list that the server does not take is refused before it is sent, and the connection goes on', async () => {
    const { client } = await connect(transport, cleanup, () => of({ body: 'fine' }), { server: { settings: { maxHeaderListSize: 1000 } } });
    expect(await firstValueFrom(bodyOf(client).pipe(collectText()))).toBe('fine');
    const failure = await lossOf(client.request({ headers: { 'x-long': 'x'.repeat(2000) } }));
    expect(failure).toMatchObject({ code: 'too-large', message: expect.stringMatching(/header list of 2\d{3} bytes exceeds the limit of 1000$/) });
    expect(await firstValueFrom(bodyOf(client).pipe(collectText()))).toBe('fine');
  });

  it('a header list that the client does not take costs that response only', async () => {
    const reply = (request: Http2Request) => of(request.path === '/long' ? { headers: { 'x-long': 'x'.repeat(2000) } } : { body: 'fine' });
    const { client } = await connect(transport, cleanup, reply, { client: { settings: { maxHeaderListSize: 1000 } } });
    expect(await firstValueFrom(client.request({ path: '/long' }))).toMatchObject({ status: 500 });
    expect(await firstValueFrom(bodyOf(client).pipe(collectText()))).toBe('fine');
  });

  it.each(['near', 'far'] as const)('a connection that the %s end aborts settles twenty requests, both ends of each', async (end) => {
    const requests: Http2Request[] = [];
    const all = new Subject<void>();
    const connection = await connect(transport, cleanup, (request) => {
      if (requests.push(request) === 20) all.next();
      return NEVER;
    });
    const asked = firstValueFrom(all);
    const answers = Array.from({ length: 20 }, () => lossOf(connection.client.request({ method: 'POST', body: NEVER })));
    await asked;
    const bodies = requests.map((request) => lossOf(request.read()));
    connection[end].abort();
    for (const failure of await Promise.all([...answers, ...bodies])) {
      expect(['reset', 'truncated', 'aborted', 'failed']).toContain(failure.code);
    }
  });
});
