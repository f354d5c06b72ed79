/**
 * What sockets cost through flows, against Node's own ways over the same loopback, both ends in this process: bulk,
 * a proxy, round trips and bursts of small writes.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Duplex, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { firstValueFrom, lastValueFrom, type Observable } from 'rxjs';
import { copy, fromGenerator, proxy, type Flow } from 'rxjs-flow';
import type { Suite } from './harness.js';
import { type Ends, socketPair, tcpFlowPair } from './tcp-ends.js';

export function suites(): readonly Suite[] {
  return [bulk, proxying, pingPong, bursts];
}

function onFlows(run: (ends: Ends<Flow>) => Promise<void>): () => Promise<void> {
  return async () => {
    const ends = await tcpFlowPair();
    await run(ends);
    await ends.stop();
  };
}

function onSockets(run: (ends: Ends<Socket>) => Promise<void>): () => Promise<void> {
  return async () => {
    const ends = await socketPair();
    await run(ends);
    await ends.stop();
  };
}

// ── bulk ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const BULK_BYTES = 256 * 2 ** 20;
const CHUNK = new Uint8Array(64 * 1024);
const CHUNKS = BULK_BYTES / CHUNK.byteLength;

const bulk: Suite = {
  title: 'TCP, 256 MiB in one direction, writes of 64 KiB',
  work: BULK_BYTES,
  unit: 'byte',
  contenders: [
    { name: 'rxjs-flow', run: onFlows(bulkByFlows) },
    { name: "net, write and 'data'", run: onSockets(bulkBySockets) },
    { name: 'stream.pipeline', run: onSockets(bulkByPipeline) },
    { name: 'WHATWG streams', run: onSockets(bulkByWebStreams) },
  ],
  marks: [{ against: "net, write and 'data'", atLeast: 1 }],
};

function chunks(): Flow {
  return fromGenerator({
    *input() {
      for (let i = 0; i < CHUNKS; i += 1) yield CHUNK;
    },
  });
}

function countFlow(flow: Flow, expected: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    flow.read().subscribe({
      next: (buffer) => {
        bytes += buffer.byteLength;
        if (bytes === expected) resolve();
      },
      error: reject,
    });
  });
}

function countSocket(socket: Socket, expected: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    socket.on('error', reject);
    socket.on('data', (buffer: Uint8Array) => {
      bytes += buffer.byteLength;
      if (bytes === expected) resolve();
    });
  });
}

async function bulkByFlows({ client, server }: Ends<Flow>): Promise<void> {
  const arrived = countFlow(server, BULK_BYTES);
  await lastValueFrom(copy(chunks(), client));
  await arrived;
}

async function feed(socket: Socket): Promise<void> {
  for (let i = 0; i < CHUNKS; i += 1) {
    if (!socket.write(CHUNK)) await once(socket, 'drain');
  }
}

async function bulkBySockets({ client, server }: Ends<Socket>): Promise<void> {
  const arrived = countSocket(server, BULK_BYTES);
  await feed(client);
  await arrived;
}

function readableChunks(): Readable {
  let left = CHUNKS;
  return new Readable({
    read() {
      this.push(left === 0 ? null : CHUNK);
      left -= 1;
    },
  });
}

async function bulkByPipeline({ client, server }: Ends<Socket>): Promise<void> {
  let bytes = 0;
  const sink = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.byteLength;
      done();
    },
  });
  const received = pipeline(server, sink);
  await pipeline(readableChunks(), client);
  await received;
  if (bytes !== BULK_BYTES) throw new Error(`${bytes} bytes came`);
}

async function bulkByWebStreams({ client, server }: Ends<Socket>): Promise<void> {
  const near = Duplex.toWeb(client) as unknown as { writable: WritableStream<Uint8Array> };
  const far = Duplex.toWeb(server) as unknown as { readable: ReadableStream<Uint8Array> };
  const writing = (async () => {
    const writer = near.writable.getWriter();
    for (let i = 0; i < CHUNKS; i += 1) await writer.write(CHUNK);
  })();
  let bytes = 0;
  const reader = far.readable.getReader();
  while (bytes < BULK_BYTES) bytes += (await reader.read()).value!.byteLength;
  await writing;
}

// ── proxy ────────────────────────────────────────────────────────────────────────────────────────────────────────

const proxying: Suite = {
  title: 'TCP proxy, 256 MiB through it',
  work: BULK_BYTES,
  unit: 'byte',
  contenders: [
    { name: 'rxjs-flow, proxy', run: proxied((inner, outer) => lastValueFrom(proxy(inner, outer)), tcpFlowPair) },
    { name: 'net, a.pipe(b).pipe(a)', run: proxied((inner, outer) => inner.pipe(outer).pipe(inner), socketPair) },
    {
      name: 'stream.pipeline, both ways',
      run: proxied((inner, outer) => Promise.allSettled([pipeline(inner, outer), pipeline(outer, inner)]), socketPair),
    },
  ],
  marks: [{ against: 'net, a.pipe(b).pipe(a)', atLeast: 1 }],
};

/** Plain sockets at both outer ends, so that only what stands between them differs. */
function proxied<T>(join: (inner: T, outer: T) => unknown, make: () => Promise<Ends<T>>): () => Promise<void> {
  return async () => {
    const [front, back] = [await make(), await make()];
    const arrived = drainOf(back.server, BULK_BYTES);
    const joined: unknown = join(front.server, back.client);
    if (joined instanceof Promise) joined.catch(() => undefined);
    await feedOf(front.client);
    await arrived;
    await Promise.all([front.stop(), back.stop()]);
  };
}

function feedOf(end: unknown): Promise<unknown> {
  return isFlow(end) ? lastValueFrom(copy(chunks(), end)) : feed(end as Socket);
}

function drainOf(end: unknown, expected: number): Promise<void> {
  return isFlow(end) ? countFlow(end, expected) : countSocket(end as Socket, expected);
}

function isFlow(end: unknown): end is Flow {
  return typeof (end as Partial<Flow>).writev === 'function';
}

// ── ping-pong ────────────────────────────────────────────────────────────────────────────────────────────────────

const TRIPS = 20_000;
const PING = new Uint8Array(64);

const pingPong: Suite = {
  title: 'TCP ping-pong, 64 bytes each way',
  work: TRIPS,
  unit: 'round trip',
  contenders: [
    { name: 'rxjs-flow', run: onFlows(pingPongByFlows) },
    { name: "net, write and 'data'", run: onSockets(pingPongBySockets) },
  ],
  marks: [{ against: "net, write and 'data'", atLeast: 1 }],
};

function pingPongByFlows({ client, server }: Ends<Flow>): Promise<void> {
  return new Promise((resolve, reject) => {
    let trips = 0;
    server.read().subscribe({ next: (buffer) => void server.write(buffer), error: () => undefined });
    client.read().subscribe({
      next: () => {
        trips += 1;
        if (trips < TRIPS) client.write(PING);
        else resolve();
      },
      error: reject,
    });
    client.write(PING);
  });
}

function pingPongBySockets({ client, server }: Ends<Socket>): Promise<void> {
  return new Promise((resolve, reject) => {
    let trips = 0;
    client.on('error', reject);
    server.on('data', (buffer: Uint8Array) => server.write(buffer));
    client.on('data', () => {
      trips += 1;
      if (trips < TRIPS) client.write(PING);
      else resolve();
    });
    client.write(PING);
  });
}

// ── bursts ───────────────────────────────────────────────────────────────────────────────────────────────────────

const WRITES = 200_000;
const BURST = 1000;
const SMALL = new Uint8Array(64);

const bursts: Suite = {
  title: 'TCP, bursts of 1,000 writes of 64 bytes',
  work: WRITES,
  unit: 'write',
  contenders: [
    { name: 'rxjs-flow', run: onFlows(burstsByFlows) },
    { name: 'net, uncoalesced', work: WRITES / 4, run: onSockets(burstsBySockets) },
    { name: 'net, each burst corked', run: onSockets(burstsByCorkedSockets) },
  ],
  marks: [{ against: 'net, uncoalesced', atLeast: 15 }],
};

async function burstsByFlows({ client, server }: Ends<Flow>): Promise<void> {
  const arrived = countFlow(server, WRITES * SMALL.byteLength);
  for (let written = 0; written < WRITES; written += BURST) {
    let last: Observable<unknown> | undefined;
    for (let i = 0; i < BURST; i += 1) last = client.write(SMALL);
    await firstValueFrom(last!);
    await new Promise(setImmediate);
  }
  await arrived;
}

function socketBursts(writes: number, corked: boolean) {
  return async ({ client, server }: Ends<Socket>): Promise<void> => {
    const arrived = countSocket(server, writes * SMALL.byteLength);
    for (let written = 0; written < writes; written += BURST) {
      let open = true;
      if (corked) client.cork();
      for (let i = 0; i < BURST; i += 1) open = client.write(SMALL);
      if (corked) client.uncork();
      if (!open) await once(client, 'drain');
      await new Promise(setImmediate);
    }
    await arrived;
  };
}

function burstsBySockets(ends: Ends<Socket>): Promise<void> {
  return socketBursts(WRITES / 4, false)(ends);
}

function burstsByCorkedSockets(ends: Ends<Socket>): Promise<void> {
  return socketBursts(WRITES, true)(ends);
}
