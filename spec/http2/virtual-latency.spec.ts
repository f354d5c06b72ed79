// A line of half a second each way, in virtual time: RxJS's timers are faked, what node:http2 does by itself is not.

import { firstValueFrom, mergeMap, of, type Observable } from 'rxjs';
import { collectText, detach, flowPair } from 'rxjs-flow';
import { http2Client, http2Server, type Http2Client } from 'rxjs-flow/http2';
import { failureOf } from '../node/support/settled.js';
import { inVirtualTime, useVirtualTime } from '../support/virtual-time.js';

const LATENCY_MS = 500;

/** Runs the event loop and, whenever it has no more to do for a while, the clock; resolves with the virtual time taken. */
async function virtualMs(work: Promise<unknown>): Promise<number> {
  const start = Date.now();
  await inVirtualTime(() => work, 20);
  return Date.now() - start;
}

describe('HTTP/2 over a line of half a second each way', () => {
  let client: Http2Client;

  beforeEach(async () => {
    useVirtualTime();
    const [near, far] = flowPair({ latencyMs: LATENCY_MS });
    http2Server(far, ({ path }) => of({ body: path })).subscribe({ error: () => {} });
    const opened = firstValueFrom(http2Client(near).pipe(detach()));
    await virtualMs(opened);
    client = await opened;
  });
  afterEach(() => jest.useRealTimers());

  const get = (path: string): Observable<string> => client.request({ path }).pipe(mergeMap((response) => response.read().pipe(collectText())));

  it('answers a first request after one round trip: nothing waits for the settings', async () => {
    expect(await virtualMs(firstValueFrom(get('/')))).toBe(2 * LATENCY_MS);
  });

  it('answers a hundred requests at a time after one round trip', async () => {
    const paths = Array.from({ length: 100 }, (_, at) => `/${at}`);
    const answers = Promise.all(paths.map((path) => firstValueFrom(get(path))));
    expect(await virtualMs(answers)).toBe(2 * LATENCY_MS);
    expect(await answers).toEqual(paths);
  });

  it('ends gracefully', async () => {
    expect(await virtualMs(firstValueFrom(get('/')).then(() => firstValueFrom(client.shutdown())))).toBeLessThanOrEqual(5 * LATENCY_MS);
    expect(await failureOf(get('/late'))).toMatchObject({ code: 'closed' });
  });
});
