/** Frames of 64 bytes out of chunks of 64 KiB, cut where they happen to be cut: decoders against each other. */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { decode } from 'it-length-prefixed';
import { from, type Observable } from 'rxjs';
import { flowPair } from 'rxjs-flow';
import { decodeWith, framed, lengthPrefixedCodec, linesCodec } from 'rxjs-flow/codec';
import split2 from 'split2';
import type { Suite } from './harness.js';

const FRAMES = 1_000_000;
const FEWER = 200_000;
const FRAME = 64;
const CHUNK = 65536;

export function suites(): readonly Suite[] {
  return [lengthPrefixed, lines];
}

// ── the bytes ────────────────────────────────────────────────────────────────────────────────────────────────────

/** A varint prefix of one byte, then the rest of the 64. */
const prefixedFrame = Uint8Array.from({ length: FRAME }, (_, at) => (at === 0 ? FRAME - 1 : at));
/** Words of an ASCII log, with the line's number in front: no two are alike, so that no string can be shared. */
const line = (at: number) => `${at} GET /index.html 200 some more words of a log line, as they come`.slice(0, FRAME - 1).padEnd(FRAME - 1) + '\n';

const prefixed = (frames: number) => chunksOf(frames, (at, into) => into.set(prefixedFrame, at * FRAME));
const text = (frames: number) => chunksOf(frames, (at, into) => new TextEncoder().encodeInto(line(at), into.subarray(at * FRAME)));

function chunksOf(frames: number, fill: (at: number, into: Uint8Array) => void): readonly Uint8Array[] {
  const bytes = new Uint8Array(frames * FRAME);
  for (let at = 0; at < frames; at += 1) fill(at, bytes);
  // A few bytes off, so that frames lie across the cuts.
  const chunks: Uint8Array[] = [bytes.slice(0, FRAME / 2 + 1)];
  for (let at = FRAME / 2 + 1; at < bytes.byteLength; at += CHUNK) chunks.push(bytes.slice(at, at + CHUNK));
  return chunks;
}

const prefixedChunks = prefixed(FRAMES);
const fewerPrefixed = prefixed(FEWER);
const textChunks = text(FRAMES);
const fewerText = text(FEWER);

// ── the suites ───────────────────────────────────────────────────────────────────────────────────────────────────

const prefixCodec = lengthPrefixedCodec({ lengthBytes: 'varint' });
const lineCodec = linesCodec();

const lengthPrefixed: Suite = {
  title: 'length-prefixed frames of 64 bytes out of 64 KiB chunks',
  work: FRAMES,
  unit: 'frame',
  contenders: [
    { name: 'rxjs-flow, framed(flow)', run: () => countBytes(overFlow(prefixedChunks, prefixCodec), FRAMES) },
    { name: 'rxjs-flow, decodeWith', run: () => countBytes(from(prefixedChunks).pipe(decodeWith(prefixCodec)), FRAMES) },
    { name: 'it-length-prefixed, synchronous', work: FEWER, run: prefixedByIt },
    { name: 'it-length-prefixed, asynchronous', work: FEWER, run: prefixedByAsyncIt },
  ],
  marks: [
    { against: 'it-length-prefixed, synchronous', atLeast: 2 },
    { against: 'it-length-prefixed, asynchronous', atLeast: 2 },
  ],
};

const lines: Suite = {
  title: 'lines of 64 bytes out of 64 KiB chunks',
  work: FRAMES,
  unit: 'frame',
  contenders: [
    { name: 'rxjs-flow, framed(flow)', run: () => countText(overFlow(textChunks, lineCodec), FRAMES) },
    { name: 'rxjs-flow, decodeWith', run: () => countText(from(textChunks).pipe(decodeWith(lineCodec)), FRAMES) },
    { name: 'split2', work: FEWER, run: linesBySplit2 },
    { name: "Node's readline", work: FEWER, run: linesByReadline },
  ],
  marks: [
    { against: 'split2', atLeast: 2 },
    { against: "Node's readline", atLeast: 2 },
  ],
};

/** Every frame is looked at: its length counts. */
function expectFrames(frames: number, bytes: number, expected: number): void {
  if (frames !== expected || bytes !== expected * (FRAME - 1)) throw new Error(`${frames} frames of ${bytes} bytes came`);
}

// ── ours ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function overFlow<T>(chunks: readonly Uint8Array[], codec: Parameters<typeof framed<T>>[1]): Observable<T> {
  const [near, far] = flowPair();
  for (const chunk of chunks) near.write(chunk);
  near.shutdown('write');
  return framed(far, codec).read();
}

function countBytes(frames: Observable<Uint8Array>, expected: number): void {
  let count = 0;
  let bytes = 0;
  frames.subscribe((frame) => {
    count += 1;
    bytes += frame.byteLength;
  });
  expectFrames(count, bytes, expected);
}

function countText(frames: Observable<string>, expected: number): void {
  let count = 0;
  let bytes = 0;
  frames.subscribe((frame) => {
    count += 1;
    bytes += frame.length;
  });
  expectFrames(count, bytes, expected);
}

// ── theirs ───────────────────────────────────────────────────────────────────────────────────────────────────────

function prefixedByIt(): void {
  let count = 0;
  let bytes = 0;
  for (const frame of decode(fewerPrefixed)) {
    count += 1;
    bytes += frame.byteLength;
  }
  expectFrames(count, bytes, FEWER);
}

async function prefixedByAsyncIt(): Promise<void> {
  let count = 0;
  let bytes = 0;
  const source = (async function* () {
    yield* fewerPrefixed;
  })();
  for await (const frame of decode(source)) {
    count += 1;
    bytes += frame.byteLength;
  }
  expectFrames(count, bytes, FEWER);
}

/** Chunk by chunk, as from a socket. */
function readableOf(chunks: readonly Uint8Array[]): Readable {
  let at = 0;
  return new Readable({
    read() {
      this.push(chunks[at] ?? null);
      at += 1;
    },
  });
}

async function linesBySplit2(): Promise<void> {
  let count = 0;
  let bytes = 0;
  const frames = readableOf(fewerText).pipe(split2());
  frames.on('data', (frame: string) => {
    count += 1;
    bytes += frame.length;
  });
  await new Promise((resolve) => frames.once('end', resolve));
  expectFrames(count, bytes, FEWER);
}

async function linesByReadline(): Promise<void> {
  let count = 0;
  let bytes = 0;
  const frames = createInterface({ input: readableOf(fewerText), crlfDelay: Infinity });
  frames.on('line', (frame) => {
    count += 1;
    bytes += frame.length;
  });
  await new Promise((resolve) => frames.once('close', resolve));
  expectFrames(count, bytes, FEWER);
}
