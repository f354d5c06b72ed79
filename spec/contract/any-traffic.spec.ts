// Whatever two sides do with a connection, over every transport: all settles, nothing is lost or made up, and a
// connection that nobody broke ends in order.

import { createSecureContext } from 'node:tls';
import fc from 'fast-check';
import { defer, firstValueFrom, from, map, mergeMap, type Observable, of, timeout, zip } from 'rxjs';
import { type Flow, flowPair, limitRate, proxy, withIdleTimeout } from 'rxjs-flow';
import { record } from 'rxjs-flow/inspect';
import { fromNodeStream, toNodeStream } from 'rxjs-flow/node';
import { withFaults } from 'rxjs-flow/testing';
import { fromWebStreams, messagePortFlow, toWebStreams } from 'rxjs-flow/web';
import { plainSocketPair, tcpPair, unixPair } from '../node/support/connected.js';
import { tlsOver, tlsPair } from '../node/support/tls-pair.js';
import { dialFromWeb, webSocketPair } from '../node/support/web-sockets.js';
import { authorityAndServer } from '../support/certificates.js';
import { type Act, anyActs, type Outcome, Side } from './support/traffic.js';
import { tunnelOver } from './support/tunnel.js';

type Pair = readonly [Flow, Flow];

/** For what would never end otherwise. */
const LIMIT_MS = 4000;

let client: { readonly secureContext: ReturnType<typeof createSecureContext> };
let server: typeof client;

beforeAll(async () => {
  const certified = await authorityAndServer();
  client = { secureContext: createSecureContext({ ca: certified.authority.cert }) };
  server = { secureContext: createSecureContext(certified.server) };
});

const memory = (options = {}): Observable<[Flow, Flow]> => defer(() => of(flowPair(options)));

const ports = () =>
  defer(() => {
    const { port1, port2 } = new MessageChannel();
    return of<Pair>([messagePortFlow(port1), messagePortFlow(port2)]);
  });

/** Joins two pairs to one, by a proxy between them. */
function join([[near, b], [c, far]]: readonly [Pair, Pair]): Pair {
  proxy(b, c).subscribe({ error: () => {} });
  return [near, far];
}

const pairs: readonly (readonly [string, () => Observable<Pair>])[] = [
  ['a pair in memory', memory],
  ['a pair that holds nothing', () => memory({ capacity: 0 })],
  ['a pair with latency', () => memory({ latencyMs: 1, bytesPerSecond: 1e8, maxChunk: 1460 })],
  ['a faulty line', () => memory().pipe(map(([a, b]) => [withFaults(a, { latencyMs: 1, jitterMs: 2, slice: 1000, slowCloseMs: 2, seed: 1 }), b]))],
  ['decorated flows', () => memory().pipe(map(([a, b]) => [limitRate(withIdleTimeout(a, 60_000), { bytesPerSecond: 1e9 }), record(b).flow]))],
  ['TCP', tcpPair],
  ['TCP behind a proxy', () => zip(tcpPair(), memory()).pipe(map(join))],
  ['Unix sockets', unixPair],
  ["net's own sockets", plainSocketPair],
  ['Node streams', () => memory().pipe(map(([a, b]) => [fromNodeStream(toNodeStream(a)), b]))],
  ['web streams', () => memory().pipe(map(([a, b]) => [fromWebStreams(toWebStreams(a)), b]))],
  ['message ports', ports],
  ['WebSockets', () => webSocketPair({ halfClose: true })],
  ['a WebSocket of the web room', () => webSocketPair({ halfClose: true }, dialFromWeb)],
  ['TLS', () => tlsPair(client, server)],
  ['TLS in memory', () => tlsOver(memory(), client, server)],
  ['TLS in WebSockets', () => tlsOver(webSocketPair({ halfClose: true }), client, server)],
  ['an HTTP/2 tunnel', () => memory().pipe(mergeMap(tunnelOver))],
  ['an HTTP/2 tunnel over TLS', () => tlsPair(client, server).pipe(mergeMap(tunnelOver))],
];

/** What must not have become of one side, where anything is wrong. */
function faultOf(own: Outcome, peer: Outcome): string | undefined {
  if (own.didAbort || peer.didAbort) {
    // What breaks on its way is one or the other by what the line below can tell.
    const due = ['complete', 'EOF', own.didAbort ? 'aborted' : 'reset', 'reset', 'truncated'];
    const wrong = [own.closed, own.end].find((end) => !due.includes(end));
    return wrong === undefined ? undefined : `it ended with ${wrong}`;
  }
  if (own.closed !== 'complete') return `it ended with ${own.closed}`;
  if (own.end !== 'EOF') return `its reading ended with ${own.end}`;
  if (!own.gaveUpReading && own.read !== peer.accepted) return `it read ${own.read} of ${peer.accepted} bytes`;
  return own.read > peer.accepted ? `it read ${own.read} bytes, and ${peer.accepted} were accepted` : undefined;
}

async function exchange(pair: Observable<Pair>, acts: readonly (readonly Act[])[]): Promise<void> {
  // What the pair stands on may go with its subscription: a tunnel's connection.
  let release = () => {};
  const flows = await new Promise<Pair>((resolve, reject) => {
    const subscription = pair.subscribe({ next: resolve, error: reject });
    release = () => subscription.unsubscribe();
  });
  const sides = flows.map((flow) => new Side(flow));
  await Promise.all(sides.map((side, at) => side.act(acts[at]!)));
  const finished = from(Promise.all(sides.map((side) => side.finish()))).pipe(timeout(LIMIT_MS));
  const [near, far] = await firstValueFrom(finished).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(sides.map(({ outcome }) => outcome))}`);
  });
  const faults = [faultOf(near!, far!), faultOf(far!, near!)];
  if (faults.some((fault) => fault !== undefined)) throw new Error(`${faults.join(' | ')}: ${JSON.stringify([near, far])}`);
  release();
}

describe.each(pairs)('any traffic over %s', (_, pair) => {
  it('settles, comes whole, and ends in order unless it was broken', async () => {
    await fc.assert(
      fc.asyncProperty(anyActs, anyActs, (near, far) => exchange(pair(), [near, far])),
      { numRuns: 10, endOnFailure: true }, // to look for a smaller one would take the limit each time
    );
  }, 60_000);
});
