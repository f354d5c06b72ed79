// Bodies of 256 MiB that are made as they are asked for: what is on its way, and in memory, is what was made and not read.

import { firstValueFrom, lastValueFrom, map, mergeMap, of, timer } from 'rxjs';
import { collectText, detach, drainMap, fromGenerator, type Flow } from 'rxjs-flow';
import type { Http2Client, Http2Request } from 'rxjs-flow/http2';
import { connect } from './support/connection.js';
import { Cleanup, transports } from './support/transports.js';

jest.setTimeout(30_000);

const SIZE = 256 * 2 ** 20;
const CHUNK = new Uint8Array(65536);
/** HTTP/2's window, and next to it what the flow and the socket underneath have in hand. */
const WINDOW = 65535;
const NEARLY_ONE_WINDOW = WINDOW + 4 * CHUNK.byteLength;

const tcp = transports.find(({ name }) => name === 'TCP')!;
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** A body, and how many bytes of it have been asked for. */
class Body {
  made = 0;
  readonly flow: Flow;

  constructor(size: number) {
    const countMade = (bytes: number) => (this.made += bytes);
    this.flow = fromGenerator({
      *input() {
        for (let left = size; left > 0; left -= CHUNK.byteLength) {
          countMade(CHUNK.byteLength);
          yield CHUNK;
        }
      },
    });
  }
}

const hello = (client: Http2Client) => firstValueFrom(client.request({ path: '/hello' }).pipe(mergeMap((response) => response.read().pipe(collectText()))));

describe('a body of 256 MiB', () => {
  it('is about one window ahead of a client that stalls, again and again, and arrives whole; other streams pass it', async () => {
    const body = new Body(SIZE);
    const { client } = await connect(tcp, cleanup, ({ path }) => of({ body: path === '/hello' ? 'hello' : body.flow }));
    const response = await firstValueFrom(client.request({ path: '/much' }).pipe(detach()));
    expect(await Promise.all([hello(client), hello(client)])).toEqual(['hello', 'hello']);
    expect(body.made).toBeLessThanOrEqual(NEARLY_ONE_WINDOW);

    let read = 0;
    let ahead = 0;
    let stallAt = 0;
    const reading = response.read().pipe(
      drainMap((buffer) => {
        read += buffer.byteLength;
        if (read < stallAt) return of(read);
        stallAt += 32 * 2 ** 20;
        // Held here: all that still comes in is on its way already.
        return timer(1).pipe(mergeMap(() => hello(client)), map(() => (ahead = Math.max(ahead, body.made - read))), map(() => read));
      }),
    );
    expect(await lastValueFrom(reading)).toBe(SIZE);
    expect(ahead).toBeLessThanOrEqual(NEARLY_ONE_WINDOW);
  });

  it('is about one window ahead of a server that does not read it', async () => {
    const body = new Body(SIZE);
    let stalled: Http2Request | undefined;
    const { client } = await connect(tcp, cleanup, (request) => {
      if (request.path === '/hello') return of({ body: 'hello' });
      stalled = request;
      return of({ status: 202 }).pipe(mergeMap((reply) => timer(1e6).pipe(map(() => reply))));
    });
    const uploading = client.request({ method: 'POST', path: '/much', body: body.flow }).subscribe({ error: () => {} });
    expect(await hello(client)).toBe('hello');
    expect(await hello(client)).toBe('hello');
    expect(stalled).toBeDefined();
    expect(body.made).toBeGreaterThan(0);
    expect(body.made).toBeLessThanOrEqual(NEARLY_ONE_WINDOW);
    uploading.unsubscribe();
  });

  it('does not block a hundred other streams on its connection that are stalled or are read', async () => {
    const bodies = Array.from({ length: 100 }, () => new Body(2 ** 20));
    const { client } = await connect(tcp, cleanup, ({ path }) => of({ body: path === '/hello' ? 'hello' : bodies[Number(path.slice(1))]!.flow }));
    const responses = await Promise.all(bodies.map((_, at) => firstValueFrom(client.request({ path: `/${at}` }).pipe(detach()))));
    const sizeOf = (flow: Flow) => {
      let size = 0;
      return lastValueFrom(flow.read().pipe(map((buffer) => (size += buffer.byteLength))));
    };
    // Every other one, while the rest hold a full window each.
    const sizes = await Promise.all(responses.filter((_, at) => at % 2 === 0).map(sizeOf));
    expect(new Set(sizes)).toEqual(new Set([2 ** 20]));
    for (const { made } of bodies.filter((_, at) => at % 2 === 1)) expect(made).toBeLessThanOrEqual(NEARLY_ONE_WINDOW);
  });
});
