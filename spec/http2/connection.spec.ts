import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { concat, firstValueFrom, lastValueFrom, mergeMap, NEVER, Observable, of, ReplaySubject, Subject, tap, timer, toArray } from 'rxjs';
import { collectText, detach, drainMap, formatError, utf8, type Flow } from 'rxjs-flow';
import { http2Client, http2Server, type Http2Client, type Http2Push, type Http2Reply, type Http2Request } from 'rxjs-flow/http2';
import { failureOf, watch } from '../node/support/settled.js';
import { connect } from './support/connection.js';
import { frame, GOAWAY, PING, RawPeer, words } from './support/raw-peer.js';
import { Cleanup, tlsInMemory, transports } from './support/transports.js';

/** A handler that says what came, and answers when told to. */
const answerLater = (asked: Subject<Http2Request>, answer: Observable<Http2Reply>) => (request: Http2Request) => {
  asked.next(request);
  return answer;
};

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const echoOf = (client: Http2Client, body: string) =>
  firstValueFrom(client.request({ method: 'POST', body }).pipe(mergeMap((response) => response.read().pipe(collectText()))));

const textOf = (flow: Flow) => firstValueFrom(flow.read().pipe(collectText()));

describe.each([...transports, tlsInMemory].map((transport) => [transport.name, transport] as const))('an HTTP/2 connection over %s', (_, transport) => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  describe('that is shut down by the client', () => {
    it('lets the open requests end, and then ends in order at both ends', async () => {
      const go = new Subject<Http2Reply>();
      const asked = new ReplaySubject<Http2Request>(1);
      const { client, serving, near, far } = await connect(transport, cleanup, answerLater(asked, go));
      const response = firstValueFrom(client.request({ path: '/' }).pipe(detach()));
      await firstValueFrom(asked);
      const shutdown = watch(client.shutdown());
      go.next({ body: 'the last' });
      expect(await textOf(await response)).toBe('the last');
      expect(await shutdown.ended).toBe('complete');
      expect(shutdown.values).toEqual([undefined]);
      expect(await watch(client.closed).ended).toBe('complete');
      expect(await serving.ended).toBe('complete');
      expect(serving.values).toEqual([undefined]);
      expect(await watch(near.closed).ended).toBe('complete');
      expect(await watch(far.closed).ended).toBe('complete');
    });

    it('lets requests through that were made just before', async () => {
      const { client, serving } = await connect(transport, cleanup, (request) => of({ body: request }));
      const responses = Promise.all(['a', 'b', 'c'].map((body) => echoOf(client, body)));
      const shutdown = watch(client.shutdown());
      expect(await responses).toEqual(['a', 'b', 'c']);
      expect([await shutdown.ended, await serving.ended]).toEqual(['complete', 'complete']);
    });

    it('lets requests through that wait for the server to have room for them', async () => {
      const { client, serving } = await connect(transport, cleanup, (request) => of({ body: request }), { server: { settings: { maxConcurrentStreams: 1 } } });
      await firstValueFrom(client.ping()); // the server's settings have come
      const responses = Promise.all(['a', 'b', 'c'].map((body) => echoOf(client, body)));
      const shutdown = watch(client.shutdown());
      expect(await responses).toEqual(['a', 'b', 'c']);
      expect([await shutdown.ended, await serving.ended]).toEqual(['complete', 'complete']);
    });

    it.each(['with its head', 'later'])('does not wait for a response that is given up %s, though all of it has come', async (moment) => {
      const { client } = await connect(transport, cleanup, () => of({ body: 'nobody reads this' }));
      const response = await firstValueFrom(moment === 'later' ? client.request({}).pipe(detach()) : client.request({}));
      await firstValueFrom(client.ping());
      response.abort();
      expect(await watch(client.shutdown()).ended).toBe('complete');
    });

    it('refuses later requests and pings with closed, and throws nothing', async () => {
      const { client } = await connect(transport, cleanup, () => of({}));
      client.shutdown();
      for (const late of [client.request({ path: '/' }), client.ping()]) {
        expect(await failureOf(late)).toMatchObject({ code: 'closed', message: expect.stringContaining('this end has shut down') });
      }
      expect(await watch(client.shutdown()).ended).toBe('complete');
      expect(await failureOf(client.request({ path: '/' }))).toMatchObject({ code: 'closed' });
    });
  });

  describe('that is shut down by the server', () => {
    it('lets the open requests end, refuses later ones with closed, and ends in order', async () => {
      const stop = new Subject<void>();
      const go = new Subject<Http2Reply>();
      const asked = new ReplaySubject<Http2Request>(1);
      const { client, serving } = await connect(transport, cleanup, answerLater(asked, go), { server: { shutdown: stop } });
      const response = firstValueFrom(client.request({ path: '/' }).pipe(detach()));
      await firstValueFrom(asked);
      stop.next();
      await watch(client.ping()).ended; // GOAWAY has come by now
      expect(await failureOf(client.request({ path: '/late' }))).toMatchObject({ code: 'closed', message: expect.stringContaining('GOAWAY') });
      go.next({ body: 'the last' });
      expect(await textOf(await response)).toBe('the last');
      expect(await serving.ended).toBe('complete');
      expect(await watch(client.closed).ended).toBe('complete');
    });
  });

  describe('whose subscription ends', () => {
    it('is aborted with all its requests, at the client', async () => {
      const requests = new ReplaySubject<Http2Request>(1);
      const flows = await transport.connect();
      cleanup.add(() => flows.dispose());
      const serving = watch(http2Server(flows.far, answerLater(requests, NEVER)));
      const responses = new Subject<unknown>();
      const using = http2Client(flows.near)
        .pipe(mergeMap((client) => client.request({ method: 'POST', path: '/', body: NEVER })))
        .subscribe(responses);
      const request = await firstValueFrom(requests);
      using.unsubscribe();
      expect(['reset', 'truncated']).toContain((await failureOf(request.read())).code);
      expect(['reset', 'truncated', 'failed']).toContain((await failureOf(new Observable((s) => void serving.ended.then((e) => s.error(e))))).code);
      const broke = await failureOf(flows.near.closed);
      expect(broke).toMatchObject({ code: 'aborted' });
      expect(formatError(broke)).toContain('unsubscribed without detach()');
    });

    it('is aborted with all its requests, at the server', async () => {
      const { client, serving } = await connect(transport, cleanup, () => of({ body: NEVER }));
      const response = await firstValueFrom(client.request({ path: '/' }).pipe(detach()));
      serving.subscription.unsubscribe();
      expect(['reset', 'truncated']).toContain((await failureOf(response.read())).code);
      expect(['reset', 'truncated']).toContain((await failureOf(client.closed)).code);
      expect(['reset', 'truncated']).toContain((await failureOf(client.request({ path: '/' }))).code);
    });

    it('stays if the client was taken with detach()', async () => {
      const { client } = await connect(transport, cleanup, () => of({ body: 'still here' }));
      const response = await firstValueFrom(client.request({ path: '/' }).pipe(detach()));
      expect(await textOf(response)).toBe('still here');
    });
  });

  describe('on which a server pushes', () => {
    const pushing = (done: (pushed: Observable<void>) => void) => (request: Http2Request) => {
      done(request.push({ path: '/pushed', headers: { 'x-why': 'because' } }, { status: 201, headers: { 'x-a': '1' }, body: 'pushed body', trailers: { 'x-t': '2' } }));
      return of({ body: 'asked for' });
    };

    it('emits the push with its request, and the response with all of it', async () => {
      const outcome = new ReplaySubject<Observable<void>>(1);
      const { client } = await connect(transport, cleanup, pushing((pushed) => outcome.next(pushed)));
      const pushes = new ReplaySubject<Http2Push>(1);
      client.pushes.subscribe(pushes);
      const response = await firstValueFrom(client.request({ path: '/', authority: 'example.org' }).pipe(detach()));
      expect(await textOf(response)).toBe('asked for');
      const push = await firstValueFrom(pushes);
      expect(push).toMatchObject({ method: 'GET', path: '/pushed', authority: 'example.org', scheme: transport.name.startsWith('TLS') ? 'https' : 'http', headers: { 'x-why': 'because' } });
      const pushed = await firstValueFrom(push.response.pipe(detach()));
      expect(pushed).toMatchObject({ status: 201, headers: { 'x-a': '1' } });
      expect(await textOf(pushed)).toBe('pushed body');
      expect(await firstValueFrom(pushed.trailers)).toEqual({ 'x-t': '2' });
      expect(await watch(await firstValueFrom(outcome)).ended).toBe('complete');
    });

    it('refuses pushes while nobody subscribes to them', async () => {
      const outcome = new ReplaySubject<Observable<void>>(1);
      const { client } = await connect(transport, cleanup, (request) => {
        outcome.next(request.push({ path: '/pushed' }, { body: NEVER }));
        return of({ body: 'asked for' });
      });
      expect(await textOf(await firstValueFrom(client.request({ path: '/' }).pipe(detach())))).toBe('asked for');
      expect(await failureOf(await firstValueFrom(outcome))).toMatchObject({ code: 'refused' });
    });

    it('refuses a push that the subscriber does not want', async () => {
      const outcome = new ReplaySubject<Observable<void>>(1);
      const { client } = await connect(
        transport,
        cleanup,
        (request) => {
          outcome.next(request.push({ path: '/pushed' }, { body: NEVER }));
          return of({ body: 'asked for' });
        },
      );
      const refused = new ReplaySubject<unknown>(1);
      client.pushes.subscribe((push) => {
        push.refuse();
        refused.next(failureOf(push.response));
      });
      await firstValueFrom(client.request({ path: '/' }).pipe(detach()));
      expect(await failureOf(await firstValueFrom(outcome))).toMatchObject({ code: 'refused' });
      expect(await firstValueFrom(refused)).toMatchObject({ code: 'aborted' });
    });

    it('tells the server that it takes none, where its settings say so', async () => {
      const outcome = new ReplaySubject<Observable<void>>(1);
      const { client } = await connect(transport, cleanup, pushing((pushed) => outcome.next(pushed)), { client: { settings: { enablePush: false } } });
      expect(await textOf(await firstValueFrom(client.request({ path: '/' }).pipe(detach())))).toBe('asked for');
      expect(await failureOf(await firstValueFrom(outcome))).toMatchObject({ code: 'refused', message: expect.stringContaining('takes no pushes') });
    });

    it('throws for what is no request and no reply, and is too late once the request is over', async () => {
      const requests = new ReplaySubject<Http2Request>(1);
      const { client } = await connect(transport, cleanup, answerLater(requests, of({})));
      await lastValueFrom(client.request({ path: '/' }));
      const request = await firstValueFrom(requests);
      expect(() => request.push({ path: '' }, {})).toThrow(new TypeError('push: path is empty or has characters that it may not have'));
      expect(() => request.push({ path: '/' }, { status: 1 })).toThrow(TypeError);
      expect(await failureOf(request.push({ path: '/' }, {}))).toMatchObject({ code: 'closed' });
    });
  });

  it('fails with its requests when the transport is cut under them', async () => {
    const { client, far } = await connect(transport, cleanup, () => of({ body: concat(of(utf8('half')), NEVER) }));
    const response = await firstValueFrom(client.request({ path: '/' }).pipe(detach()));
    const half = new ReplaySubject<Uint8Array>(1);
    const reading = watch(response.read().pipe(tap((buffer) => half.next(buffer))));
    const waiting = watch(client.request({ path: '/other' }).pipe(mergeMap((other) => other.read())));
    const closed = watch(client.closed);
    await firstValueFrom(half);
    far.abort();
    for (const ended of [reading.ended, waiting.ended, closed.ended]) {
      expect(['reset', 'truncated']).toContain(((await ended) as { code: string }).code);
    }
    expect(Buffer.concat(reading.values).toString()).toBe('half');
  });

  it.each([0, 3000, 300_000])('ends in order after a request of %d bytes that the server does not read', async (size) => {
    const { client, serving } = await connect(transport, cleanup, () => of({ body: 'enough' }));
    const response = await firstValueFrom(client.request({ method: 'POST', body: new Uint8Array(size) }).pipe(detach()));
    const shutdown = watch(client.shutdown());
    expect(await textOf(response)).toBe('enough');
    expect([await shutdown.ended, await serving.ended]).toEqual(['complete', 'complete']);
  });

  it('ends in order at both ends though what has come is still being read', async () => {
    let size = 0;
    const read = new ReplaySubject<number>(1);
    const handler = (request: Http2Request) => {
      request
        .read()
        .pipe(drainMap((buffer) => timer(5).pipe(tap(() => (size += buffer.byteLength)))))
        .subscribe({ error: (error: unknown) => read.error(error), complete: () => read.next(size) });
      return of({ body: 'thanks' });
    };
    const { client, serving } = await connect(transport, cleanup, handler, { server: { settings: { initialWindowSize: 100 } } });
    await firstValueFrom(client.ping()); // the server's settings have come
    const exchange = client.request({ method: 'POST', body: new Uint8Array(8000) }).pipe(mergeMap((response) => response.read()));
    expect(await watch(exchange).ended).toBe('complete');
    expect(await watch(client.shutdown()).ended).toBe('complete');
    expect(await serving.ended).toBe('complete');
    expect(await firstValueFrom(read)).toBe(8000);
  });

  it('ends in order though the peer says more after its GOAWAY', async () => {
    const { near, far, dispose } = await transport.connect();
    cleanup.add(dispose);
    const serving = watch(http2Server(far, () => NEVER));
    const peer = new RawPeer(near, true);
    cleanup.add(() => near.abort());
    const over = watch(peer.frames);
    peer.send(frame(GOAWAY, 0, 0, words(0, 0)));
    expect(await over.ended).toBe('complete');
    // Until it is collected, what node:http2 has left of the session still takes what comes.
    collectGarbage();
    await new Promise(setImmediate);
    await lastValueFrom(near.write(frame(PING, 0, 0, new Uint8Array(8))));
    await new Promise(setImmediate);
    near.shutdown('write');
    expect(await serving.ended).toBe('complete');
    expect(await watch(far.closed).ended).toBe('complete');
  });

  it('completes pushes with the connection, whatever it ends with', async () => {
    const { client, near } = await connect(transport, cleanup, () => NEVER);
    const pushes = watch(client.pushes.pipe(toArray()));
    near.abort();
    expect(await pushes.ended).toBe('complete');
  });
});
