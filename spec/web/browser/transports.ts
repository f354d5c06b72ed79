// The flows that a browser's page makes of its own means, two and two, for the conformance suite. Node reads the names of
// the cases here; only the page calls `create`.

import { catchError, combineLatest, concat, defer, from, map, NEVER, type Observable, of, take } from 'rxjs';
import type { Flow } from '../../../src/flow/flow.js';
import type { ConformanceOptions } from '../../../src/testing/conformance.js';
import { connectWebSocket } from '../../../src/web/connect-web-socket.js';
import { dataChannelFlow } from '../../../src/web/data-channel-flow.js';
import { fromWebStreams } from '../../../src/web/from-web-streams.js';
import { messagePortFlow } from '../../../src/protocol/message-port-flow.js';

type Pair = [Flow, Flow];

const UNPAUSABLE = 'the API cannot pause reading: what is unread waits here up to maxQueuedBytes, then overflow';

// Both flows of a pair are of one kind, so one side is as good as the other.
const sides = 'a→b';
const claimed = { endingsEmit: true, keepsUnread: true };

export const TRANSPORTS: Readonly<Record<string, ConformanceOptions>> = {
  'web streams': { sides, create: () => of(streamPair()), capabilities: { ...claimed, keepsUnread: 'a readable that errors drops what is queued in it' } },
  'a message channel whose far ends a worker joins': { sides, create: workerPair, capabilities: claimed },
  'a WebSocket': {
    sides,
    create: () => webSocketPair(false),
    capabilities: { ...claimed, halfClose: 'a close frame ends both directions', backpressure: UNPAUSABLE },
  },
  'a WebSocket with halfClose': { sides, create: () => webSocketPair(true), capabilities: { ...claimed, backpressure: UNPAUSABLE } },
  // A case with 8 MiB takes up to 4 s here on an idle machine: SCTP carries some megabytes a second, for all cases together.
  'a data channel': { sides, create: dataChannelPair, timeLimitMs: 20_000, capabilities: { ...claimed, backpressure: UNPAUSABLE } },
};

function streamPair(): Pair {
  const [there, back] = [new TransformStream<Uint8Array, Uint8Array>(), new TransformStream<Uint8Array, Uint8Array>()];
  return [
    fromWebStreams({ readable: back.readable, writable: there.writable }),
    fromWebStreams({ readable: there.readable, writable: back.writable }),
  ];
}

/**
 * Two channels to one worker, which proxies between them: a byte goes through four ports and another thread. The flows
 * are there once a byte has gone through: until then nothing can be told from a worker that is slow to start.
 */
function workerPair(): Observable<Pair> {
  return defer(() => {
    worker ??= new Worker('/worker.js');
    const [one, other] = [new MessageChannel(), new MessageChannel()];
    worker.postMessage('join', [one.port2, other.port2]);
    const pair: Pair = [messagePortFlow(one.port1), messagePortFlow(other.port1)];
    pair[0].write(new Uint8Array(1));
    const arrived = pair[1].read().pipe(take(1));
    return concat(arrived.pipe(map(() => pair)), NEVER);
  });
}
let worker: Worker | undefined;

function webSocketPair(halfClose: boolean): Observable<Pair> {
  const url = `ws://${location.host}/relay/${crypto.randomUUID()}`;
  // How a flow ends is the flow's to tell: here it would end the other one.
  const connect = () => connectWebSocket({ url, halfClose }).pipe(catchError(() => NEVER));
  return combineLatest([connect(), connect()]);
}

/** One connection for all cases, since making one takes longer than a case; a channel for each. */
let connected: Promise<[RTCPeerConnection, RTCPeerConnection]> | undefined;

function dataChannelPair(): Observable<Pair> {
  return defer(() => from((connected ??= connectPeers()))).pipe(
    map(([here, there]) => channelPair(here, there)),
    (pairs) => concat(pairs, NEVER).pipe(take(1)),
  );
}

function channelPair(here: RTCPeerConnection, there: RTCPeerConnection): Pair {
  const id = channels;
  channels += 1;
  const channelOf = (connection: RTCPeerConnection) => connection.createDataChannel('pair', { negotiated: true, id });
  return [dataChannelFlow(channelOf(here)), dataChannelFlow(channelOf(there))];
}
let channels = 10; // below are those that connections number themselves

export async function connectPeers(): Promise<[RTCPeerConnection, RTCPeerConnection]> {
  const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()];
  here.onicecandidate = ({ candidate }) => void there.addIceCandidate(candidate ?? undefined);
  there.onicecandidate = ({ candidate }) => void here.addIceCandidate(candidate ?? undefined);
  const first = here.createDataChannel('first');
  await here.setLocalDescription();
  await there.setRemoteDescription(here.localDescription!);
  await there.setLocalDescription();
  await here.setRemoteDescription(there.localDescription!);
  await new Promise((resolve) => first.addEventListener('open', resolve));
  return [here, there];
}
