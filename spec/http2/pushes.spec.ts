// What becomes of a push that is not wanted, or not yet: at the server, and when the connection is to end.

import { filter, firstValueFrom, mergeMap, of, ReplaySubject, tap, type Observable } from 'rxjs';
import { collect, collectText } from 'rxjs-flow';
import type { Http2Client, Http2Handler, Http2Promise, Http2Push, Http2Reply } from 'rxjs-flow/http2';
import { failureOf, watch } from '../node/support/settled.js';
import { bytes } from './support/bytes.js';
import { connect } from './support/connection.js';
import { Cleanup, transports } from './support/transports.js';

const textOf = (client: Http2Client) => firstValueFrom(client.request({}).pipe(mergeMap((response) => response.read().pipe(collectText()))));

/** A handler that pushes one body with each reply, and says what came of it. */
function pushing(body: string | Uint8Array, outcome: ReplaySubject<Observable<void>>): Http2Handler {
  return (request) => {
    outcome.next(request.push({ path: '/pushed' }, { body }));
    return of({ body: 'asked for' });
  };
}

describe.each(transports.map((transport) => [transport.name, transport] as const))('a push over %s', (_, transport) => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  describe.each([
    ['refuses while nobody subscribes to pushes', () => {}],
    ['refuses by itself', (client: Http2Client) => void client.pushes.subscribe((push) => push.refuse())],
  ])('that the client %s', (_how, begin) => {
    it.each([0, 3, 500_000])('lets the connection end in order, with a body of %d bytes', async (size) => {
      const outcome = new ReplaySubject<Observable<void>>(1);
      const { client, serving } = await connect(transport, cleanup, pushing(bytes(size), outcome));
      begin(client);
      expect(await textOf(client)).toBe('asked for');
      await watch(await firstValueFrom(outcome)).ended;
      expect(await watch(client.shutdown()).ended).toBe('complete');
      expect(await serving.ended).toBe('complete');
    });

    it('is not told as sent where the client’s window could not take it', async () => {
      const outcome = new ReplaySubject<Observable<void>>(1);
      const { client } = await connect(transport, cleanup, pushing(bytes(500_000), outcome));
      begin(client);
      expect(await textOf(client)).toBe('asked for');
      expect(await failureOf(await firstValueFrom(outcome))).toMatchObject({ code: 'refused' });
    });
  });

  it('that nobody reads is sent, and told as such, once somebody does', async () => {
    const outcome = new ReplaySubject<Observable<void>>(1);
    const { client } = await connect(transport, cleanup, pushing(bytes(500_000), outcome));
    const pushes = new ReplaySubject<Http2Push>(1);
    client.pushes.subscribe(pushes);
    expect(await textOf(client)).toBe('asked for');
    const push = await firstValueFrom(pushes);
    let isTold = false;
    const result = watch(await firstValueFrom(outcome));
    void result.ended.then(() => (isTold = true));
    await firstValueFrom(client.ping());
    expect(isTold).toBe(false);
    const body = await firstValueFrom(push.response.pipe(mergeMap((response) => response.read().pipe(collect()))));
    expect(Buffer.compare(body, bytes(500_000))).toBe(0);
    expect(await result.ended).toBe('complete');
  });

  it.each<[string, Http2Promise, Http2Reply]>([
    ['promise', { path: '/pushed', headers: { 'x-long': 'x'.repeat(70_000) } }, {}],
    ['reply', { path: '/pushed' }, { headers: { 'x-long': 'x'.repeat(70_000) } }],
  ])('whose %s is too large to be sent errors with too-large, and throws nothing', async (_part, promised, reply) => {
    const outcome = new ReplaySubject<Observable<void>>(1);
    const { client } = await connect(transport, cleanup, (request) => {
      outcome.next(request.push(promised, reply));
      return of({ body: 'asked for' });
    });
    expect(await textOf(client)).toBe('asked for');
    expect(await failureOf(await firstValueFrom(outcome))).toMatchObject({ code: 'too-large', message: expect.stringMatching(/push on stream 1: header list of 7\d{4} bytes/) });
    expect(await watch(client.shutdown()).ended).toBe('complete');
  });

  it('comes, however many there are at once', async () => {
    const { client } = await connect(transport, cleanup, (request) => {
      for (let count = 0; count < 300; count += 1) request.push({ path: `/${count}` }, { body: 'x' });
      return of({ body: 'asked for' });
    });
    const came: Http2Push[] = [];
    const all = firstValueFrom(client.pushes.pipe(tap((push) => came.push(push)), filter(() => came.length === 300)));
    client.pushes.subscribe((push) => push.response.subscribe());
    expect(await textOf(client)).toBe('asked for');
    await all;
    expect(new Set(came.map(({ path }) => path)).size).toBe(300);
  });

  describe('when the client shuts down', () => {
    it('is refused if nobody has subscribed to its response', async () => {
      const outcome = new ReplaySubject<Observable<void>>(1);
      const { client, serving } = await connect(transport, cleanup, pushing('style', outcome));
      const pushes = new ReplaySubject<Http2Push>(1);
      client.pushes.subscribe(pushes);
      expect(await textOf(client)).toBe('asked for');
      const push = await firstValueFrom(pushes);
      expect(await watch(client.shutdown()).ended).toBe('complete');
      expect(await serving.ended).toBe('complete');
      expect(await failureOf(push.response)).toMatchObject({ code: 'aborted' });
    });

    it('goes on to its end if somebody has', async () => {
      const outcome = new ReplaySubject<Observable<void>>(1);
      const { client, serving } = await connect(transport, cleanup, pushing(bytes(500_000), outcome));
      const responses = new ReplaySubject<Uint8Array>(1);
      const got = new ReplaySubject<void>(1);
      client.pushes.subscribe((push) => {
        push.response.pipe(mergeMap((response) => response.read().pipe(collect()))).subscribe(responses);
        got.next();
      });
      expect(await textOf(client)).toBe('asked for');
      await firstValueFrom(got);
      const shutdown = watch(client.shutdown());
      expect(Buffer.compare(await firstValueFrom(responses), bytes(500_000))).toBe(0);
      expect([await shutdown.ended, await serving.ended]).toEqual(['complete', 'complete']);
    });

    it('is refused without being emitted if it comes later', async () => {
      const outcome = new ReplaySubject<Observable<void>>(1);
      const asked = new ReplaySubject<void>(1);
      const go = new ReplaySubject<void>(1);
      const push = pushing('style', outcome);
      const { client, serving } = await connect(transport, cleanup, (request) => {
        asked.next();
        return go.pipe(mergeMap(() => push(request)));
      });
      const pushes = watch(client.pushes);
      const text = textOf(client);
      await firstValueFrom(asked);
      const shutdown = watch(client.shutdown());
      go.next();
      expect(await text).toBe('asked for');
      expect([await shutdown.ended, await serving.ended]).toEqual(['complete', 'complete']);
      expect(pushes.values).toEqual([]);
      await watch(await firstValueFrom(outcome)).ended;
    });
  });
});
