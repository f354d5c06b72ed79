// Trailers that fail on their way out: the body has gone, and the message must not look like one that ended.

import { firstValueFrom, map, mergeMap, of, ReplaySubject, tap, throwError, timer, type Observable } from 'rxjs';
import { collectText, detach, type FlowError } from 'rxjs-flow';
import type { Http2Push, Http2Reply, Http2Request, Http2Trailers } from 'rxjs-flow/http2';
import { failureOf, watch } from '../../node/support/settled.js';
import { connect } from '../support/connection.js';
import { Cleanup, transports } from '../support/transports.js';

const noChecksum = () => throwError(() => new Error('no checksum'));
const failures: readonly (readonly [string, Observable<never> | Http2Trailers, string])[] = [
  ['fail at once', noChecksum(), 'no checksum'],
  ['fail later', timer(5).pipe(mergeMap(noChecksum)), 'no checksum'],
  ['cannot be sent', of({ 'a b': '1' }), 'trailers: "a b" is no header name'],
];
const wasReset = { code: 'reset', message: expect.stringContaining('INTERNAL_ERROR (2)') };

describe.each(transports.map((transport) => [transport.name, transport] as const))('over %s', (_, transport) => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  describe.each(failures)('trailers that %s', (_kind, trailers, why) => {
    it.each<[string, Http2Reply]>([
      ['bytes', { body: 'whole', trailers }],
      ['an Observable', { body: of(Buffer.from('whole')), trailers }],
      ['nothing', { trailers }],
    ])('reset a response of %s, and the error handler is told', async (_body, reply) => {
      const requests = new ReplaySubject<Http2Request>(1);
      const told: unknown[] = [];
      const handler = (request: Http2Request) => of(reply).pipe(tap(() => requests.next(request)));
      const { client } = await connect(transport, cleanup, handler, { server: { errorHandler: (error) => void told.push(error.cause) } });
      const response = await firstValueFrom(client.request({}).pipe(detach()));
      const reading = watch(response.read());
      expect(await reading.ended).toMatchObject(wasReset);
      expect(Buffer.concat(reading.values).toString()).toBe(reply.body === undefined ? '' : 'whole');
      expect(await failureOf(response.trailers)).toMatchObject(wasReset);
      expect(told).toMatchObject([{ message: why }]);
      expect(await watch(client.shutdown()).ended).toBe('complete');
    });

    it('reset a push, whose result tells why', async () => {
      const outcome = new ReplaySubject<Promise<FlowError>>(1);
      const { client } = await connect(transport, cleanup, (request) => {
        outcome.next(failureOf(request.push({ path: '/pushed' }, { body: 'whole', trailers })));
        return of({});
      });
      const pushes = new ReplaySubject<Http2Push>(1);
      client.pushes.subscribe(pushes);
      await firstValueFrom(client.request({}).pipe(detach()));
      const push = await firstValueFrom(pushes);
      expect(await failureOf(push.response.pipe(mergeMap((response) => response.read())))).toMatchObject(wasReset);
      expect(await firstValueFrom(outcome)).toMatchObject({ cause: { message: why } });
    });

    it('cancel a request whose response has ended, and the request errors with why', async () => {
      const { client } = await connect(transport, cleanup, (request) => {
        request.read().subscribe({ error: () => {} });
        return of({ body: 'early' });
      });
      const asking = client.request({ method: 'POST', body: 'q', trailers }).pipe(mergeMap((response) => response.read()));
      expect(await failureOf(asking)).toMatchObject({ code: 'aborted', cause: { message: why } });
      expect(await watch(client.shutdown()).ended).toBe('complete');
    });
  });

  describe.each<[string, Http2Trailers]>([
    ['known before', { 'x-long': 'x'.repeat(70_000) }],
    ['known at the end', of({ 'x-long': 'x'.repeat(70_000) })],
  ])('trailers that are too large to be sent, %s', (_when, trailers) => {
    const tooLarge = { code: 'too-large', message: expect.stringMatching(/stream 1: header list of 70038 bytes exceeds the limit of 6553[56]$/) };

    it('reset their response and nothing else, and the error handler is told', async () => {
      const told: unknown[] = [];
      const handler = ({ path }: Http2Request) => of<Http2Reply>(path === '/long' ? { body: 'whole', trailers } : { body: 'fine' });
      const { client } = await connect(transport, cleanup, handler, { server: { errorHandler: (error) => void told.push(error.cause) } });
      const failing = client.request({ path: '/long' }).pipe(mergeMap((response) => response.read()));
      expect(await failureOf(failing)).toMatchObject(wasReset);
      expect(told).toMatchObject([tooLarge]);
      expect(await firstValueFrom(client.request({}))).toMatchObject({ status: 200 });
      expect(await watch(client.shutdown()).ended).toBe('complete');
    });

    it('cancel their request and nothing else', async () => {
      const { client } = await connect(transport, cleanup, (request) => request.read().pipe(collectText(), map((body) => ({ body }))));
      expect(await failureOf(client.request({ method: 'POST', body: 'q', trailers }))).toMatchObject({ code: 'aborted', cause: tooLarge });
      expect(await firstValueFrom(client.request({}))).toMatchObject({ status: 200 });
      expect(await watch(client.shutdown()).ended).toBe('complete');
    });
  });
});
