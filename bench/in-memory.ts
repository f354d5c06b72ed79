/** Buffers from a producer to a consumer in one process: the engine's own cost, against those who do the same work. */
import { createRequire } from 'node:module';
import { Duplex, PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { concatMap, of, Subject } from 'rxjs';
import { copy, flowPair } from 'rxjs-flow';
import type { Suite } from './harness.js';

const BUFFERS = 2_000_000;
const FEWER = 200_000;
const BUFFER = new Uint8Array(1024);

export function suites(): readonly Suite[] {
  return [transfer, pingPong, copying];
}

const transfer: Suite = {
  title: 'in memory, 1 KiB buffers: one producer, one consumer',
  work: BUFFERS,
  unit: 'buffer',
  contenders: [
    { name: 'rxjs-flow, flowPair', run: transferByFlowPair },
    { name: 'pull-stream', run: transferByPullStream },
    { name: 'Subject + concatMap', run: transferBySubject },
    { name: "Node's PassThrough", work: FEWER, run: transferByPassThrough },
    { name: 'WHATWG TransformStream', work: FEWER, run: transferByTransformStream },
  ],
  marks: [{ against: 'pull-stream', atLeast: 1 }],
};

const pingPong: Suite = {
  title: 'in memory, ping-pong of 1 byte between two ends',
  work: 1_000_000,
  unit: 'round trip',
  contenders: [
    { name: 'rxjs-flow, flowPair', run: pingPongByFlowPair },
    { name: "Node's Duplex pair", work: 100_000, run: pingPongByDuplexPair },
  ],
};

const copying: Suite = {
  title: 'in memory, 1 KiB buffers: copied from one stream into another',
  work: BUFFERS,
  unit: 'buffer',
  contenders: [
    { name: 'rxjs-flow, copy', run: copyByFlows },
    { name: 'pull-stream, source to through to sink', run: transferThroughPullStream },
    { name: 'stream.pipeline', work: FEWER, run: copyByPipeline },
    { name: 'WHATWG pipeTo', work: FEWER, run: copyByPipeTo },
  ],
  marks: [{ against: 'pull-stream, source to through to sink', atLeast: 1 }],
};

function expectBytes(came: number, buffers: number): void {
  if (came !== buffers * BUFFER.byteLength) throw new Error(`${came} bytes came`);
}

// ── transfer ─────────────────────────────────────────────────────────────────────────────────────────────────────

function transferByFlowPair(): void {
  const [near, far] = flowPair();
  let bytes = 0;
  far.read().subscribe((buffer) => (bytes += buffer.byteLength));
  for (let i = 0; i < BUFFERS; i += 1) near.write(BUFFER);
  expectBytes(bytes, BUFFERS);
}

type Answer<T> = (end: unknown, item?: T) => void;
type PullSource<T> = (abort: unknown, answer: Answer<T>) => void;

interface PullStream {
  (...stages: unknown[]): void;
  readonly drain: (each: (item: Uint8Array) => void, done: () => void) => unknown;
  readonly map: (project: (item: Uint8Array) => Uint8Array) => unknown;
}

const pull = createRequire(import.meta.url)('pull-stream') as PullStream;

function sameBuffer(times: number): PullSource<Uint8Array> {
  let left = times;
  return (abort, answer) => {
    if (abort !== null) answer(abort);
    else if (left === 0) answer(true);
    else {
      left -= 1;
      answer(null, BUFFER);
    }
  };
}

function transferByPullStream(): void {
  let bytes = 0;
  let done = false;
  pull(sameBuffer(BUFFERS), pull.drain((buffer) => (bytes += buffer.byteLength), () => (done = true)));
  if (!done) throw new Error('pull-stream has not finished');
  expectBytes(bytes, BUFFERS);
}

function transferThroughPullStream(): void {
  let bytes = 0;
  pull(sameBuffer(BUFFERS), pull.map((buffer) => buffer), pull.drain((buffer) => (bytes += buffer.byteLength), () => undefined));
  expectBytes(bytes, BUFFERS);
}

function transferBySubject(): void {
  let bytes = 0;
  const subject = new Subject<Uint8Array>();
  subject.pipe(concatMap((buffer) => of(buffer))).subscribe((buffer) => (bytes += buffer.byteLength));
  for (let i = 0; i < BUFFERS; i += 1) subject.next(BUFFER);
  expectBytes(bytes, BUFFERS);
}

async function transferByPassThrough(): Promise<void> {
  let bytes = 0;
  const stream = new PassThrough();
  stream.on('data', (buffer: Uint8Array) => (bytes += buffer.byteLength));
  for (let i = 0; i < FEWER; i += 1) {
    if (!stream.write(BUFFER)) await new Promise((resolve) => stream.once('drain', resolve));
  }
  stream.end();
  await new Promise((resolve) => stream.once('end', resolve));
  expectBytes(bytes, FEWER);
}

async function transferByTransformStream(): Promise<void> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writing = (async () => {
    const writer = writable.getWriter();
    for (let i = 0; i < FEWER; i += 1) await writer.write(BUFFER);
    await writer.close();
  })();
  let bytes = 0;
  const reader = readable.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) bytes += next.value.byteLength;
  await writing;
  expectBytes(bytes, FEWER);
}

// ── ping-pong ────────────────────────────────────────────────────────────────────────────────────────────────────

const PING = new Uint8Array(1);

function pingPongByFlowPair(): void {
  const [near, far] = flowPair();
  let trips = 0;
  far.read().subscribe((buffer) => void far.write(buffer));
  near.read().subscribe((buffer) => {
    trips += 1;
    if (trips < pingPong.work) near.write(buffer);
  });
  near.write(PING);
  if (trips !== pingPong.work) throw new Error(`${trips} trips`);
}

/** Two `Duplex` whose writes are the other's reads. */
function duplexPair(): [Duplex, Duplex] {
  const make = (peer: () => Duplex) =>
    new Duplex({
      read: () => undefined,
      write: (chunk, _encoding, done) => {
        peer().push(chunk);
        done();
      },
    });
  const near: Duplex = make(() => far);
  const far: Duplex = make(() => near);
  return [near, far];
}

function pingPongByDuplexPair(): Promise<void> {
  const [near, far] = duplexPair();
  let trips = 0;
  return new Promise((resolve) => {
    far.on('data', (buffer: Uint8Array) => far.write(buffer));
    near.on('data', (buffer: Uint8Array) => {
      trips += 1;
      if (trips < 100_000) near.write(buffer);
      else resolve();
    });
    near.write(PING);
  });
}

// ── copy ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function copyByFlows(): void {
  const [producer, upper] = flowPair();
  const [lower, consumer] = flowPair();
  let bytes = 0;
  consumer.read().subscribe((buffer) => (bytes += buffer.byteLength));
  copy(upper, lower).subscribe();
  for (let i = 0; i < BUFFERS; i += 1) producer.write(BUFFER);
  expectBytes(bytes, BUFFERS);
}

async function copyByPipeline(): Promise<void> {
  let bytes = 0;
  let left = FEWER;
  const source = new Readable({
    read() {
      this.push(left === 0 ? null : BUFFER);
      left -= 1;
    },
  });
  const sink = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.byteLength;
      done();
    },
  });
  await pipeline(source, sink);
  expectBytes(bytes, FEWER);
}

async function copyByPipeTo(): Promise<void> {
  let bytes = 0;
  let left = FEWER;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left === 0) controller.close();
      else controller.enqueue(BUFFER);
      left -= 1;
    },
  });
  await source.pipeTo(new WritableStream<Uint8Array>({ write: (chunk) => void (bytes += chunk.byteLength) }));
  expectBytes(bytes, FEWER);
}
