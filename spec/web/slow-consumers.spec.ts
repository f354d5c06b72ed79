// Every adapter of the web room: 256 MiB for a consumer that stalls, of which next to nothing is held, and nothing lost; or
// a typed overflow, behind all that came before it, where the platform cannot make a far side wait.

import { catchError, map, NEVER, type Observable, of, tap } from 'rxjs';
import { copy } from '../../src/combinators/copy.js';
import type { Flow } from '../../src/flow/flow.js';
import { fromGenerator } from '../../src/memory/from-generator.js';
import { flowPair } from '../../src/memory/pair.js';
import { connectWebTransport } from '../../src/web/connect-web-transport.js';
import { dataChannelFlow } from '../../src/web/data-channel-flow.js';
import { fromWebStreams } from '../../src/web/from-web-streams.js';
import { toWebStreams } from '../../src/web/to-web-streams.js';
import { webSocketFlow } from '../../src/web/web-socket-flow.js';
import { failureOf, watch } from '../node/support/settled.js';
import { Consumer, heldBetween, Producer } from '../node/support/stalled.js';
import { FakeDataChannel } from './support/fake-data-channel.js';
import { FakeWebSocket } from './support/fake-web-socket.js';
import { nullModem } from './support/null-modem.js';
import { webSocketPair } from './support/web-socket-pair.js';

const KIB = 2 ** 10;
const MIB = 2 ** 20;

/** Of a session that is there already: its stream's two ends, this one's by `connectWebTransport`. */
function webTransport(): Observable<[Flow, Flow]> {
  const [there, back] = [new TransformStream<Uint8Array, Uint8Array>(), new TransformStream<Uint8Array, Uint8Array>()];
  const far = fromWebStreams({ readable: there.readable, writable: back.writable });
  const session = {
    ready: Promise.resolve(),
    closed: new Promise(() => {}),
    createBidirectionalStream: () => Promise.resolve({ readable: back.readable, writable: there.writable }),
    close: () => {},
  };
  return connectWebTransport({ session }).pipe(map((near): [Flow, Flow] => [near, far]));
}

/** One side is a flow in memory, so that all that may hold something is this room's. */
function webStreams(): Observable<[Flow, Flow]> {
  const [a, b] = flowPair();
  return of<[Flow, Flow]>([fromWebStreams(toWebStreams(a)), b]);
}

describe.each<[string, () => Observable<[Flow, Flow]>, number]>([
  ['web streams', webStreams, 512 * KIB],
  ['a WebTransport stream', webTransport, 256 * KIB],
  ['a serial line', () => of(nullModem()), 256 * KIB],
  // The marks of both sides, and what the system takes.
  ['a WebSocket that can be paused', webSocketPair, 24 * MIB],
])('a consumer that stalls behind %s', (_, pair, most) => {
  it.each([
    ['first', [0, 1]],
    ['second', [1, 0]],
  ] as const)('has next to nothing held for it, and loses nothing, where the %s of the two writes', async (_side, [from, to]) => {
    const { values, subscription } = watch(pair().pipe(catchError(() => NEVER)));
    while (values.length === 0) await new Promise(setImmediate);
    const flows = values[0]!;
    const { held, lost } = await heldBetween(flows[from], flows[to]);
    expect(held).toBeLessThanOrEqual(most);
    expect(lost).toBe(0);
    subscription.unsubscribe();
  });
});

/** A channel or socket, how messages come to it, and its flow. */
const UNPAUSABLE: [string, () => { flow: Flow; tell: (data: ArrayBuffer) => void; held: () => number }][] = [
  [
    'a data channel',
    () => {
      const channel = new FakeDataChannel();
      // It takes all that it is given, and sends none of it.
      channel.send = (data) => void (channel.bufferedAmount += data.length);
      return { flow: dataChannelFlow(channel), tell: (data) => channel.tell('message', { data }), held: () => channel.bufferedAmount };
    },
  ],
  [
    "a browser's WebSocket",
    () => {
      const socket = new FakeWebSocket().open();
      return { flow: webSocketFlow(socket), tell: (data) => socket.message(data), held: () => socket.bufferedAmount };
    },
  ],
];

describe.each(UNPAUSABLE)('%s, whose far side nobody can make wait', (_, connected) => {
  it('breaks with overflow where nobody reads, and gives all that had come before', async () => {
    const { flow, tell } = connected();
    const producer = new Producer();
    flow.closed.subscribe({ error: () => producer.stop() });
    for (const { buffer } of producer.blocks()) tell(buffer);
    expect(await failureOf(flow.closed)).toMatchObject({ code: 'overflow' });
    // That one message more is what breaks it.
    expect(producer.sent).toBe(64 * MIB + 65536);
    const consumer = new Consumer();
    expect(await failureOf(flow.read().pipe(tap(consumer.take)))).toMatchObject({ code: 'overflow' });
    expect(consumer.received).toBe(64 * MIB);
  });

  it('is given no more than its mark where it takes more than it sends', async () => {
    const { flow, held } = connected();
    const producer = new Producer();
    const copied = watch(copy(fromGenerator({ input: () => producer.blocks() }), flow));
    await producer.stalls();
    expect(held()).toBeLessThanOrEqual(MIB + 65536);
    expect(producer.sent - held()).toBeLessThanOrEqual(2 * 65536);
    flow.abort();
    await copied.ended;
  });
});
