// What the browser's specs call in a page. Each answers with plain data, and with a failure's code where there is one.

import { catchError, defaultIfEmpty, EMPTY, firstValueFrom, ignoreElements, of, tap, type Observable } from 'rxjs';
import { collect } from '../../../src/combinators/collect.js';
import { collectText } from '../../../src/combinators/collect-text.js';
import { copy } from '../../../src/combinators/copy.js';
import { detach } from '../../../src/combinators/detach.js';
import type { Flow } from '../../../src/flow/flow.js';
import { isFlowError } from '../../../src/flow/flow-error.js';
import { formatError } from '../../../src/flow/format-error.js';
import { utf8 } from '../../../src/flow/utf8.js';
import { flowPair } from '../../../src/memory/pair.js';
import { conformance } from '../../../src/testing/conformance.js';
import { connectWebSocket } from '../../../src/web/connect-web-socket.js';
import { dataChannelFlow } from '../../../src/web/data-channel-flow.js';
import { fromWebStreams } from '../../../src/web/from-web-streams.js';
import { messagePortFlow } from '../../../src/protocol/message-port-flow.js';
import { toWebStreams } from '../../../src/web/to-web-streams.js';
import { connectPeers, TRANSPORTS } from './transports.js';

/** Runs a case; `undefined` if the flows behave, else what the case says. */
async function runCase(transport: string, name: string): Promise<string | undefined> {
  const one = conformance(TRANSPORTS[transport]!).find((candidate) => candidate.name === name);
  try {
    await one!.run();
    return undefined;
  } catch (error) {
    return formatError(error);
  }
}

/** `complete`, or the code of the failure. */
function endOf(source: Observable<unknown>): Promise<string> {
  const code = (error: unknown) => of(isFlowError(error) ? error.code : String(error));
  return firstValueFrom(source.pipe(ignoreElements(), catchError(code), defaultIfEmpty('complete')));
}

/** How a flow's reading, its last write and the flow itself end. */
async function endsOf(flow: Flow, write: Observable<{ ok: boolean }> = EMPTY): Promise<unknown[]> {
  const result = await firstValueFrom(write.pipe(defaultIfEmpty(undefined)));
  return [await endOf(flow.read()), result?.ok, await endOf(flow.closed)];
}

async function digest(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function randomBlocks(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => crypto.getRandomValues(new Uint8Array(65536)));
}

function joined(blocks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(blocks.length * 65536);
  blocks.forEach((block, at) => all.set(block, at * 65536));
  return all;
}

/** Sends blocks through a flow whose far side echoes; whether the same bytes came back, and how it all ended. */
async function echo(flow: Flow, blocks: number): Promise<unknown[]> {
  const sent = randomBlocks(blocks);
  const expected = await digest(joined(sent));
  const came = firstValueFrom(flow.read().pipe(collect()));
  for (const block of sent) flow.write(block);
  flow.shutdown('write');
  return [(await digest(await came)) === expected, await endOf(flow.closed)];
}

let kept: Flow | undefined;

const scenarios = {
  runCase,

  /** An echo over a WebSocket, whose server is Node's. */
  webSocketEcho: async (url: string) => {
    return echo(await firstValueFrom(connectWebSocket({ url, halfClose: true }).pipe(detach())), 64);
  },

  /** Connects and stays. */
  webSocketOpen: async (url: string) => {
    kept = await firstValueFrom(connectWebSocket({ url }).pipe(detach()));
  },

  webSocketEnds: (writeBytes: number) => {
    const pending = writeBytes === 0 ? EMPTY : kept!.write(new Uint8Array(writeBytes));
    return endsOf(kept!, pending);
  },

  webSocketRefused: (url: string) => endOf(connectWebSocket({ url, connectTimeoutMs: 5000 })),

  /** Reads nothing, and sees how it ends; then what can be read before that end. */
  webSocketOverflow: async (url: string) => {
    const flow = await firstValueFrom(connectWebSocket({ url, maxQueuedBytes: 2 ** 20 }).pipe(detach()));
    const end = await endOf(flow.closed);
    let bytes = 0;
    const reading = await endOf(flow.read().pipe(tap(({ byteLength }) => (bytes += byteLength))));
    return [end, reading, bytes];
  },

  workerEcho: () => {
    const { worker, flow } = echoingWorker();
    return echo(flow, 64).finally(() => worker.terminate());
  },

  /** Makes a flow between two ports of this page; the locks that it has this page wait for on its own account. */
  locksOfItsOwn: async () => {
    const { port1, port2 } = new MessageChannel();
    const [near, far] = [messagePortFlow(port1), messagePortFlow(port2)];
    near.write(Uint8Array.of(1));
    await firstValueFrom(far.read());
    return navigator.locks.request('probe', async () => {
      const { held = [], pending = [] } = await navigator.locks.query();
      const { clientId } = held.find(({ name }) => name === 'probe')!;
      const mine = held.filter((lock) => lock.clientId === clientId).map(({ name }) => name);
      return pending.filter(({ name }) => mine.includes(name)).length;
    });
  },

  /** Echoes over a worker itself, before and after an error that nothing there catches. */
  workerUncaught: async () => {
    const worker = new Worker('/worker.js');
    worker.postMessage('self');
    const flow = messagePortFlow(worker);
    const failed = new Promise((resolve) => worker.addEventListener('error', resolve));
    const next = async (byte: number) => {
      flow.write(Uint8Array.of(byte));
      return (await firstValueFrom(flow.read()))[0];
    };
    const before = await next(1);
    await failed;
    const after = await next(2);
    worker.terminate();
    return [before, after];
  },

  /** Ends a worker under a flow that has more to write. */
  workerTerminated: async () => {
    const { worker, flow } = echoingWorker();
    const pending = flow.write(new Uint8Array(2 ** 24));
    await firstValueFrom(flow.read());
    worker.terminate();
    const began = performance.now();
    const ends = await endsOf(flow, pending);
    return [...ends, performance.now() - began < 1000];
  },

  /** Talks with a frame of another origin for longer than it takes to find that an agent has ended. */
  foreignFrame: async (url: string) => {
    const frame = document.createElement('iframe');
    frame.src = url;
    const loaded = new Promise((resolve) => (frame.onload = resolve));
    document.body.append(frame);
    await loaded;
    const { port1, port2 } = new MessageChannel();
    frame.contentWindow!.postMessage('echo', '*', [port2]);
    const flow = messagePortFlow(port1);
    const began = performance.now();
    for (let rounds = 0; performance.now() - began < 300; rounds += 1) {
      flow.write(Uint8Array.of(rounds % 256));
      await firstValueFrom(flow.read());
    }
    const outcome = await echo(flow, 4);
    frame.remove();
    return outcome;
  },

  /** Two data channels of 16 MiB each way. */
  dataChannelEcho: async () => {
    const [here, there] = await connectPeers();
    there.ondatachannel = ({ channel }) => {
      const flow = dataChannelFlow(channel);
      flow.read().subscribe({ next: (buffer) => flow.write(buffer), complete: () => flow.shutdown('write') });
    };
    const outcome = await echo(dataChannelFlow(here.createDataChannel('echo')), 64);
    here.close();
    there.close();
    return outcome;
  },

  dataChannelPeerGone: async () => {
    const [here, there] = await connectPeers();
    const arrived = channelCalled('gone', there);
    const near = dataChannelFlow(here.createDataChannel('gone'));
    const far = dataChannelFlow(await arrived);
    near.write(utf8('hello'));
    await firstValueFrom(far.read());
    const began = performance.now();
    here.close();
    return [await endOf(far.read()), await endOf(far.closed), performance.now() - began < 1000];
  },

  /** An answer, after which the connection is closed as soon as the flow has: how the flow ends, and what the far side has got. */
  dataChannelClosed: async () => {
    const [here, there] = await connectPeers();
    const arrived = channelCalled('answered', there);
    const near = dataChannelFlow(here.createDataChannel('answered'));
    const far = dataChannelFlow(await arrived);
    near.write(utf8('question'));
    near.shutdown('write');
    const answered = (async () => {
      await firstValueFrom(far.read().pipe(collect()));
      far.write(new Uint8Array(500_000));
      const end = await endOf(far.close());
      there.close();
      return end;
    })();
    const { byteLength } = await firstValueFrom(near.read().pipe(collect()));
    const ends = [await answered, await endOf(near.closed), byteLength];
    here.close();
    return ends;
  },

  dataChannelOverflow: async () => {
    const [here, there] = await connectPeers();
    const arrived = channelCalled('stalled', there);
    const near = dataChannelFlow(here.createDataChannel('stalled'));
    const far = dataChannelFlow(await arrived, { maxQueuedBytes: 2 ** 20 });
    for (let at = 0; at < 64; at += 1) near.write(new Uint8Array(65536));
    const ends = [await endOf(far.closed), await endOf(near.closed)];
    here.close();
    there.close();
    return ends;
  },

  /** A flow's streams with what a browser does with streams: bodies, compression, BYOB readers, another flow. */
  streams: async () => {
    const [near, far] = flowPair();
    const { readable, writable } = toWebStreams(near);
    const piped = readable.pipeThrough(new CompressionStream('gzip')).pipeThrough(new DecompressionStream('gzip')).pipeTo(writable);
    far.write(utf8('through gzip'));
    far.shutdown('write');
    const zipped = await firstValueFrom(far.read().pipe(collectText()));
    await piped;

    const [one, other] = flowPair();
    other.write(utf8('byob'));
    other.shutdown('write');
    const reader = toWebStreams(one).readable.getReader({ mode: 'byob' });
    const { value } = await reader.read(new Uint8Array(10));

    const page = new Response('a body').body!;
    const body = fromWebStreams({ readable: page, writable: new WritableStream() });
    return [zipped, new TextDecoder().decode(value), await firstValueFrom(body.read().pipe(collectText()))];
  },
};

/** What a page does that is the frame of another. */
addEventListener('message', ({ data, ports: [port] }) => {
  if (data !== 'echo' || port === undefined) return;
  const flow = messagePortFlow(port);
  copy(flow, flow).subscribe({ complete: () => flow.shutdown('write') });
});

function echoingWorker(): { worker: Worker; flow: Flow } {
  const worker = new Worker('/worker.js');
  const { port1, port2 } = new MessageChannel();
  worker.postMessage('echo', [port2]);
  return { worker, flow: messagePortFlow(port1) };
}

function channelCalled(label: string, connection: RTCPeerConnection): Promise<RTCDataChannel> {
  return new Promise((resolve) => {
    connection.ondatachannel = ({ channel }) => {
      if (channel.label === label) resolve(channel);
    };
  });
}

export type Scenarios = typeof scenarios;

Object.assign(globalThis, scenarios);
