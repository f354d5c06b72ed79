// Bodies that come to an end before anybody reads them, and those that nobody reads up to their end.

import { connect as connectByNode, type IncomingHttpHeaders } from 'node:http2';
import { catchError, concat, concatAll, concatMap, firstValueFrom, from, map, mergeMap, NEVER, of, reduce, repeat, Subject, take, takeWhile, timer, toArray, type Observable } from 'rxjs';
import { collect, collectText, detach, flowPair, fromGenerator, limitRate, utf8 } from 'rxjs-flow';
import { channel } from 'rxjs-flow/codec';
import { http2Server, type Http2Client, type Http2Reply, type Http2Request } from 'rxjs-flow/http2';
import { listenTcp, toNodeStream } from 'rxjs-flow/node';
import { failureOf, watch } from '../node/support/settled.js';
import { inVirtualTime, useVirtualTime } from '../support/virtual-time.js';
import { connect } from './support/connection.js';
import { Cleanup, transports } from './support/transports.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const [inMemory] = transports;

/** Status and text of the response, and that the exchange was over in order. */
async function ask(client: Http2Client, options: Parameters<Http2Client['request']>[0]): Promise<[number, string]> {
  const exchange = watch(client.request(options).pipe(mergeMap((response) => response.read().pipe(collectText(), map((text) => [response.status, text] as [number, string])))));
  expect(await exchange.ended).toBe('complete');
  return exchange.values[0]!;
}

/** In virtual time, of which what comes by a connection takes none. */
const inTime = <T>(task: () => Promise<T>): Promise<T> => inVirtualTime(task, 20);

afterEach(() => jest.useRealTimers());

describe.each(transports.map((transport) => [transport.name, transport] as const))('over %s', (_, transport) => {
  it('an end without data is there for a reader that comes later', async () => {
    const { client } = await connect(transport, cleanup, (request) =>
      timer(5).pipe(concatMap(() => request.read().pipe(collectText())), map((text) => ({ body: `got "${text}"` }))),
    );
    expect(await ask(client, { method: 'POST', body: '' })).toEqual([200, 'got ""']);
  });

  it('an end without data is there for a body that is sent back later', async () => {
    const { client } = await connect(transport, cleanup, (request) => timer(5).pipe(map(() => ({ body: request }))));
    expect(await ask(client, { method: 'POST', body: '' })).toEqual([200, '']);
  });

  it.each(['the client', 'the server'])('the end of a tunnel without data from %s is there for a reader that comes later', async (who) => {
    let far!: Http2Request;
    const { client } = await connect(transport, cleanup, (request) => {
      far = request;
      return of({});
    });
    const near = await firstValueFrom(client.request({ method: 'CONNECT', authority: 'there:1' }).pipe(detach()));
    const [ends, reads] = who === 'the client' ? [near, far] : [far, near];
    await firstValueFrom(ends.shutdown('write'));
    await firstValueFrom(timer(5));
    expect(await watch(reads.read()).ended).toBe('complete');
    near.abort();
  });

  it.each<[string, (request: Http2Request) => Observable<Http2Reply>, [number, string]]>([
    ['of which it takes one buffer', (request) => request.read().pipe(take(1), map(() => ({ body: 'seen enough' }))), [200, 'seen enough']],
    ['that is too large for it', (request) => request.read().pipe(collect({ maxBytes: 10 }), map(() => ({}))), [500, '']],
    [
      'that is too large, as it says',
      (request) => request.read().pipe(collect({ maxBytes: 10 }), map(() => ({})), catchError(() => of({ status: 413, body: 'too large' }))),
      [413, 'too large'],
    ],
    ['which it would send back with status 204', (request) => of({ status: 204, body: request }), [204, '']],
    ['that it does not read, with trailers', () => of({ body: 'x', trailers: { 'x-end': '1' } }), [200, 'x']],
  ])('a server leaves nothing behind of a request %s, whatever its size', async (_what, handler, expected) => {
    useVirtualTime();
    const ended: string[] = [];
    const { client, serving } = await inTime(() =>
      connect(transport, cleanup, (request) => {
        request.closed.subscribe({ error: ({ code }: { code: string }) => ended.push(code), complete: () => ended.push('in order') });
        return handler(request);
      }),
    );
    const endless = fromGenerator({
      *input() {
        for (;;) yield new Uint8Array(10_000);
      },
    });
    // One has come long before it is answered, one has not, and one has no end in sight.
    const bodies = [new Uint8Array(30_000), new Uint8Array(400_000), endless];
    expect(await inTime(() => Promise.all(bodies.map((body) => ask(client, { method: 'POST', body }))))).toEqual(Array(3).fill(expected));
    expect(await inTime(() => watch(client.shutdown()).ended)).toBe('complete');
    expect(await inTime(() => serving.ended)).toBe('complete');
    expect(ended).toHaveLength(3);
    expect(await inTime(() => watch(endless.closed).ended)).toMatchObject({ code: 'aborted' });
  });

  it('a CONNECT that is refused, and was read in part, leaves nothing behind', async () => {
    useVirtualTime();
    const { client, serving } = await inTime(() => connect(transport, cleanup, (request) => request.read().pipe(take(1), map(() => ({ status: 403 })))));
    const body = concat(of(utf8('hello')), NEVER);
    expect(await inTime(() => ask(client, { method: 'CONNECT', authority: 'there:1', body }))).toEqual([403, '']);
    expect(await inTime(() => watch(client.shutdown()).ended)).toBe('complete');
    expect(await inTime(() => serving.ended)).toBe('complete');
  });

  it.each<[string, (request: Http2Request) => Observable<Uint8Array>]>([
    ['at a rate', (request) => limitRate(request, { bytesPerSecond: 2_000_000, burst: 65536 }).read()],
    ['as a stream of Node’s', (request) => from(slowly(toNodeStream(request)))],
    ['piece by piece, with pauses', (request) => from(slowly(pieces(request)))],
  ])('a handler that has answered reads on %s', async (_how, reader) => {
    useVirtualTime();
    const sizes = new Subject<number>();
    const { client } = await inTime(() =>
      connect(transport, cleanup, (request) => {
        reader(request).pipe(map((buffer) => buffer.byteLength)).subscribe(sizes);
        return timer(10).pipe(map(() => ({ status: 202 })));
      }),
    );
    const total = firstValueFrom(sizes.pipe(reduce((sum, size) => sum + size, 0)));
    expect(await inTime(() => ask(client, { method: 'POST', body: new Uint8Array(300_000) }))).toEqual([202, '']);
    expect(await inTime(() => total)).toBe(300_000);
  });

  it('a handler that has answered reads on for as long as it likes', async () => {
    const sizes = new Subject<number>();
    const { client } = await connect(transport, cleanup, (request) => {
      const one = request.read().pipe(take(1), map((buffer) => buffer.byteLength), toArray());
      one.pipe(repeat(), takeWhile((got) => got.length > 0), concatAll()).subscribe(sizes);
      return of({ status: 202 });
    });
    const total = firstValueFrom(sizes.pipe(reduce((sum, size) => sum + size, 0)));
    expect(await ask(client, { method: 'POST', body: new Uint8Array(200_000) })).toEqual([202, '']);
    expect(await total).toBe(200_000);
  });
});

describe('a request that was answered and read in part, when its client leaves', () => {
  it('is missed by nobody: its connection ends in order, and no handler of errors is told; but there is no end of its body', async () => {
    const told: unknown[] = [];
    const requests = new Subject<Http2Request>();
    const lost = firstValueFrom(requests.pipe(concatMap((request) => failureOf(request.closed))));
    const handler = (request: Http2Request) => {
      requests.next(request);
      return request.read().pipe(take(1), map(() => ({ body: 'enough' })));
    };
    const options = { server: { errorHandler: (error: unknown) => void told.push(error) } };
    const { near, client, serving } = await connect(inMemory!, cleanup, handler, options);
    const [body, feed] = flowPair();
    feed.write(utf8('some'));
    const response = await firstValueFrom(client.request({ method: 'POST', body }).pipe(detach()));
    expect(await firstValueFrom(response.read().pipe(collectText()))).toBe('enough');
    await firstValueFrom(client.ping());
    near.shutdown('write');
    expect(await lost).toMatchObject({ code: 'truncated' });
    expect(await serving.ended).toBe('complete');
    expect(told).toEqual([]);
  });
});

/** By a channel, which has no reader in between. */
async function* pieces(request: Http2Request): AsyncGenerator<Uint8Array> {
  const reading = channel(request);
  for (;;) {
    const piece = await firstValueFrom(reading.readSome(), { defaultValue: null });
    if (piece === null) return;
    yield piece;
  }
}

async function* slowly(buffers: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const buffer of buffers) {
    yield buffer;
    await firstValueFrom(timer(30));
  }
}

describe('a client that expects 100-continue', () => {
  it.each<[string, boolean, (request: Http2Request) => Observable<Http2Reply>]>([
    ['is told to go on when its body is read', true, (request) => request.read().pipe(collectText(), map((body) => ({ body })))],
    ['is told to go on where its body is sent back', true, (request) => of({ body: request })],
    ['is told to go on where what is read of its body is sent back', true, (request) => of({ body: request.read() })],
    ['is answered without it where its body is not wanted', false, () => of({ status: 417 })],
  ])('%s', async (_, wanted, handler) => {
    const port = await new Promise<number>((resolve) => {
      const server = listenTcp({ listeningObserver: { next: (address) => resolve(address.port) } }).pipe(mergeMap((flow) => http2Server(flow, handler)));
      const serving = server.subscribe();
      cleanup.add(() => serving.unsubscribe());
    });
    const session = connectByNode(`http://127.0.0.1:${port}`);
    cleanup.add(() => session.destroy());
    const stream = session.request({ ':method': 'POST', expect: '100-continue' });
    let [continued, text] = [0, ''];
    stream.on('continue', () => {
      continued += 1;
      stream.end('the body');
    });
    stream.setEncoding('utf8').on('data', (data: string) => (text += data));
    const status = await new Promise((resolve) => stream.once('response', (head: IncomingHttpHeaders) => resolve(head[':status'])));
    if (!wanted) stream.end();
    await new Promise((resolve) => stream.once('close', resolve));
    expect([continued, status, text]).toEqual(wanted ? [1, 200, 'the body'] : [0, 417, '']);
  });
});
