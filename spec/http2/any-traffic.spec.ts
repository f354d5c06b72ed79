// Whatever is asked on one connection, and however it is answered: every exchange settles, what completes is what was
// sent, and the connection ends in order.

import fc from 'fast-check';
import { concat, delay, firstValueFrom, from, map, mergeMap, NEVER, type Observable, of, timeout, timer } from 'rxjs';
import { collect, fromArray, type FlowError, isFlowError } from 'rxjs-flow';
import type { Http2Client, Http2Handler, Http2Reply, Http2Request } from 'rxjs-flow/http2';
import { watch } from '../node/support/settled.js';
import { bytes } from './support/bytes.js';
import { connect } from './support/connection.js';
import { Cleanup, tlsInMemory, transports } from './support/transports.js';

/** For what would never end otherwise, and be known by its error. */
const LIMIT_MS = 4000;

interface Exchange {
  readonly kind: keyof typeof ANSWERS;
  /** Bytes of the request's body, and of the response's. */
  readonly asked: number;
  readonly answered: number;
  readonly isCancelled: boolean;
}

const pieces = (whole: Uint8Array, size: number) => Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.subarray(at * size, (at + 1) * size));

type Answer = (request: Http2Request, exchange: Exchange, read: Observable<Uint8Array>) => Observable<Http2Reply>;

const ANSWERS = {
  unread: (_, { answered }) => of({ body: bytes(answered) }),
  whole: (_, { answered }, read) => read.pipe(map(() => ({ body: bytes(answered), trailers: { 'x-t': '1' } }))),
  streamed: (_, { answered }, read) => read.pipe(map(() => ({ body: from(pieces(bytes(answered), 777)) }))),
  flow: (_, { answered }, read) => read.pipe(delay(1), map(() => ({ body: fromArray(pieces(bytes(answered), 5000)) }))),
  endless: (_, { answered }) => of({ body: concat(of(bytes(answered + 1)), NEVER) }),
  aborted: (request) => {
    timer(1).subscribe(() => request.abort());
    return of({ body: concat(of(bytes(1)), NEVER) });
  },
  failing: () => timer(1).pipe(mergeMap(() => { throw new Error('the handler'); })),
  tunnel: (request, { answered }) => {
    request.write(bytes(answered + 1));
    request.shutdown('write');
    request.read().subscribe({ error: () => {} });
    return of({ status: 200 });
  },
} satisfies Record<string, Answer>;

const size = fc.oneof({ weight: 3, arbitrary: fc.nat(3000) }, { weight: 1, arbitrary: fc.nat(200_000) });
const anyExchange: fc.Arbitrary<Exchange> = fc.record({
  kind: fc.constantFrom(...(Object.keys(ANSWERS) as (keyof typeof ANSWERS)[])),
  asked: size,
  answered: size,
  isCancelled: fc.nat(3).map((one) => one === 0),
});

function handlerOf(exchanges: readonly Exchange[]): Http2Handler {
  return (request) => {
    const exchange = exchanges[Number(request.headers['x-number'])]!;
    const read = request.read().pipe(
      collect(),
      map((body) => {
        if (Buffer.compare(body, bytes(exchange.asked)) !== 0) throw new Error(`a request of ${exchange.asked} bytes came as ${body.length}`);
        return body;
      }),
    );
    return (ANSWERS[exchange.kind] as Answer)(request, exchange, read);
  };
}

/** What the client sees of it: the response's status and its body's size, its error, or that it was given up. */
function outcomeOf(client: Http2Client, { kind, asked, answered, isCancelled }: Exchange, number: number): Promise<unknown> {
  const asking = { headers: { 'x-number': String(number) }, body: asked % 2 === 0 ? bytes(asked) : from(pieces(bytes(asked), 3001)) };
  const request = kind === 'tunnel' ? client.request({ method: 'CONNECT', headers: asking.headers }) : client.request({ method: 'POST', ...asking });
  const outcome = request.pipe(
    mergeMap((response) => {
      if (kind === 'tunnel') {
        response.write(bytes(4000));
        response.close();
      }
      const isWhole = (body: Uint8Array) => Buffer.compare(body, bytes(body.length)) === 0;
      return response.read().pipe(collect(), map((body) => (isWhole(body) ? [response.status, body.length] : 'other bytes')));
    }),
  );
  return new Promise((resolve) => {
    const subscription = outcome.pipe(timeout(LIMIT_MS)).subscribe({ next: resolve, error: resolve });
    if (!isCancelled && kind !== 'endless') return;
    setTimeout(() => {
      subscription.unsubscribe();
      resolve('given up');
    }, answered % 7);
  });
}

/** What may become of it. */
function isDue(outcome: unknown, { kind, answered, isCancelled }: Exchange): boolean {
  if (outcome === 'given up') return isCancelled || kind === 'endless';
  if (kind === 'aborted') return isFlowError(outcome);
  const [status, length] = outcome as [number, number];
  if (kind === 'failing') return status === 500 && length === 0;
  return kind !== 'endless' && status === 200 && length === (kind === 'tunnel' ? answered + 1 : answered);
}

describe.each([...transports, tlsInMemory].map((transport) => [transport.name, transport] as const))('any traffic over HTTP/2 over %s', (_, transport) => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  it('settles, comes whole, and lets the connection end in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyExchange, { minLength: 1, maxLength: 12 }), fc.boolean(), async (exchanges, isAwaited) => {
        const { client, serving, near, far } = await connect(transport, cleanup, handlerOf(exchanges));
        const outcomes = Promise.all(exchanges.map((exchange, at) => outcomeOf(client, exchange, at)));
        if (isAwaited) await outcomes;
        const flows = transport.endsBothWays === true ? [] : [near, far];
        const ends = [client.shutdown(), ...flows.map(({ closed }) => closed)].map((end) => watch<unknown>(end.pipe(timeout(LIMIT_MS))).ended);
        (await outcomes).forEach((outcome, at) => {
          if (!isDue(outcome, exchanges[at]!)) throw new Error(`exchange ${at}: ${String(outcome)}`, { cause: outcome as FlowError });
        });
        const served = firstValueFrom(from(serving.ended).pipe(timeout({ each: LIMIT_MS, with: () => of('not over') })));
        expect(new Set(await Promise.all([...ends, served]))).toEqual(new Set(['complete']));
        cleanup.run();
      }),
      { numRuns: 6, endOnFailure: true }, // to look for a smaller one would take the limit each time
    );
  }, 60_000);
});
