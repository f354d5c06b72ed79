// A flow that is the body of a message that comes to nothing is aborted: nobody else knows that it will not be read.

import { Readable } from 'node:stream';
import { catchError, concat, firstValueFrom, map, mergeMap, NEVER, Observable, of, ReplaySubject, Subject } from 'rxjs';
import { collectText, flowPair, utf8, type Flow } from 'rxjs-flow';
import type { Http2ErrorHandler, Http2Handler, Http2Reply, Http2Request } from 'rxjs-flow/http2';
import { failureOf, watch } from '../node/support/settled.js';
import { connect } from './support/connection.js';
import { Cleanup, transports } from './support/transports.js';

const long = { 'x-long': 'x'.repeat(70_000) };
const [inMemory] = transports;

describe('the flow that is the body', () => {
  const cleanup = new Cleanup();
  let body: Flow;
  beforeEach(() => {
    [body] = flowPair();
  });
  afterEach(() => cleanup.run());

  const open = (handler: Http2Handler, errorHandler?: Http2ErrorHandler) =>
    connect(inMemory!, cleanup, handler, errorHandler === undefined ? {} : { server: { errorHandler } });
  const isAborted = async () => expect(await failureOf(body.closed)).toMatchObject({ code: 'aborted' });

  describe('of a request', () => {
    it('is aborted when the connection takes no more requests', async () => {
      const { client } = await open(() => of({}));
      client.shutdown();
      expect(await failureOf(client.request({ method: 'POST', body }))).toMatchObject({ code: 'closed' });
      await isAborted();
    });

    it('is aborted when the headers are too large', async () => {
      const { client } = await open(() => of({}));
      expect(await failureOf(client.request({ method: 'POST', headers: long, body }))).toMatchObject({ code: 'too-large' });
      await isAborted();
    });

    it('stays open as long as nobody subscribes', async () => {
      const { client } = await open(() => of({}));
      client.request({ method: 'POST', body });
      expect(await firstValueFrom(body.write(utf8('x')))).toMatchObject({ ok: true });
    });

    it('is not given up with what reads it, so that a proxy can still answer', async () => {
      const upstream = await open((request) => {
        request.abort();
        return NEVER;
      });
      const { client } = await open((request) =>
        upstream.client.request({ method: 'POST', body: request.read() }).pipe(
          map(({ status }) => ({ status })),
          catchError(() => of({ status: 502 })),
        ),
      );
      expect(await firstValueFrom(client.request({ method: 'POST', body: NEVER }))).toMatchObject({ status: 502 });
    });
  });

  describe('of a reply', () => {
    it.each<[string, (reply: Subject<Http2Reply>) => ReturnType<Http2Handler>]>([
      ['promise', (reply) => firstValueFrom(reply)],
      ['generator', async function* (reply) {
        yield await firstValueFrom(reply);
      }],
    ])('is aborted when a %s brings it after the client has cancelled', async (_, answer) => {
      const reply = new Subject<Http2Reply>();
      const requests = new ReplaySubject<Http2Request>(1);
      const { client } = await open((request) => {
        requests.next(request);
        return answer(reply);
      });
      const asking = client.request({}).subscribe();
      const request = await firstValueFrom(requests);
      const cancelled = failureOf(request.closed);
      asking.unsubscribe();
      expect(await cancelled).toMatchObject({ code: 'reset' });
      reply.next({ body });
      await isAborted();
    });

    it('may be a Node stream, which is none, when the client has cancelled: the connection goes on', async () => {
      const reply = new Subject<Http2Reply>();
      const requests = new ReplaySubject<Http2Request>(1);
      const { client } = await open(async (request) => {
        requests.next(request);
        return request.path === '/' ? firstValueFrom(reply) : {};
      });
      const asking = client.request({}).subscribe();
      const cancelled = failureOf((await firstValueFrom(requests)).closed);
      asking.unsubscribe();
      expect(await cancelled).toMatchObject({ code: 'reset' });
      reply.next({ body: Readable.from(['x']) as unknown as Flow });
      expect(await firstValueFrom(client.request({ path: '/next' }))).toMatchObject({ status: 200 });
    });

    it.each<[string, object]>([
      ['status', { status: 700 }],
      ['headers', { headers: { 'a b': '1' } }],
      ['size', { headers: long }],
      ['trailers', { trailers: 5 }],
    ])('is aborted when the reply is refused for its %s, which is answered with 500', async (_, reply) => {
      const { client } = await open(() => of({ ...reply, body }));
      expect(await firstValueFrom(client.request({}))).toMatchObject({ status: 500 });
      await isAborted();
    });

    it.each<[string, (reply: Http2Reply) => ReturnType<Http2Handler>]>([
      ['an Observable', (reply) => of(reply)],
      ['a promise', (reply) => Promise.resolve(reply)],
    ])('is aborted when the request was, by the handler that gives %s', async (_, answer) => {
      const { client } = await open((request) => {
        request.abort();
        return answer({ body });
      });
      expect(await failureOf(client.request({}))).toMatchObject({ code: 'reset' });
      await isAborted();
    });

    it('is aborted when it is the second reply', async () => {
      const { client } = await open(() => of({ body: 'first' }, { body }));
      expect(await firstValueFrom(client.request({}).pipe(mergeMap((response) => response.read().pipe(collectText()))))).toBe('first');
      await isAborted();
    });

    it('is sent when the second reply has it too', async () => {
      const [near, far] = flowPair();
      far.write(utf8('once'));
      far.shutdown('write');
      const { client } = await open(() => of({ body: near }, { body: near }));
      expect(await firstValueFrom(client.request({}).pipe(mergeMap((response) => response.read().pipe(collectText()))))).toBe('once');
    });

    it('is left alone when it is the request itself, which is answered with 500', async () => {
      const { client } = await open((request) => of({ status: 700, body: request }));
      expect(await firstValueFrom(client.request({ method: 'POST', body: NEVER }))).toMatchObject({ status: 500 });
    });
  });

  describe('that the error handler gives', () => {
    it('is aborted when the client has cancelled', async () => {
      const requests = new ReplaySubject<Http2Request>(1);
      const { client } = await open(
        (request) => {
          requests.next(request);
          return NEVER;
        },
        () => ({ body }),
      );
      const asking = client.request({}).subscribe();
      await firstValueFrom(requests);
      asking.unsubscribe();
      await isAborted();
    });

    it('is aborted when the response has begun', async () => {
      const failing = concat(of(utf8('half')), new Observable<never>((subscriber) => subscriber.error(new Error('disk on fire'))));
      const { client } = await open(() => of({ body: failing }), () => ({ status: 503, body }));
      expect(await failureOf(client.request({}).pipe(mergeMap((response) => response.read())))).toMatchObject({ code: 'reset' });
      await isAborted();
    });
  });

  describe('of a push', () => {
    it('is aborted when it is too late to promise anything', async () => {
      const requests = new ReplaySubject<Http2Request>(1);
      const { client } = await open((request) => {
        requests.next(request);
        return of({});
      });
      await watch(client.request({})).ended;
      expect(await failureOf((await firstValueFrom(requests)).push({ path: '/' }, { body }))).toMatchObject({ code: 'closed' });
      await isAborted();
    });

    it('is aborted when its head is too large', async () => {
      const { client } = await open((request) => {
        request.push({ path: '/' }, { headers: long, body }).subscribe({ error: () => {} });
        return of({});
      });
      await watch(client.request({})).ended;
      await isAborted();
    });
  });
});
