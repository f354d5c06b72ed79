/**
 * A flow as a pair of web streams, for `fetch` bodies, `pipeTo`, workers and whatever speaks them. It pulls one buffer
 * at a time, and only when the stream is read. Source: WHATWG Streams Standard, readable byte streams.
 */
import { firstValueFrom, take, type Observable, type Subscription } from 'rxjs';
import { checkFlow } from '../flow/check-flow.js';
import { checkOptions } from '../flow/check-options.js';
import { checkWhole } from '../flow/check-whole.js';
import type { Flow, WriteResult } from '../flow/flow.js';
import { chunkBytes, describeChunk } from '../protocol/chunk-bytes.js';

/** How much the writable stream takes before it asks its writer to wait. */
export interface ToWebStreamsOptions {
  /** Bytes that may wait in the writable before its `desiredSize` says to stop (default 65536). */
  readonly highWaterMark?: number;
}

/** A flow as web streams: the one gives what it reads, the other takes what it writes. */
export interface WebStreams {
  /** A byte stream: BYOB readers are served. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Takes `Uint8Array`s, other views and `ArrayBuffer`s, counted in bytes. */
  readonly writable: WritableStream<Uint8Array | ArrayBuffer | ArrayBufferView>;
}

/**
 * Gives a flow the shape of two web streams. From then on they are its reader and writer.
 *
 * - `readable`: each pull reads one buffer, and copies it once: byte streams take the memory of what they are given,
 *   and a buffer read from a flow is not the reader's to give away. The flow's EOF closes it, its failure errors it,
 *   after the data before. `cancel()` is `shutdown('read')`.
 * - `writable`: a write settles when the flow's result does, and rejects with its `FlowError`. `close()` is
 *   `shutdown('write')`, `abort(reason)` is the flow's `abort(reason)`, and a flow that breaks errors it at once.
 *   A chunk that is no bytes, or whose memory was transferred, rejects with a `TypeError` and aborts the flow.
 *
 * Throws a `TypeError` for anything but a flow, or options of the wrong types.
 *
 * @example
 * const { readable, writable } = toWebStreams(flow);
 * await readable.pipeThrough(new DecompressionStream('gzip')).pipeTo(file);
 */
export function toWebStreams(flow: Flow, options: ToWebStreamsOptions = {}): WebStreams {
  checkFlow('toWebStreams: flow', flow);
  checkOptions('toWebStreams', options);
  const { highWaterMark = 65536 } = options;
  checkWhole('toWebStreams: highWaterMark', highWaterMark, 0);
  return {
    readable: new ReadableStream(new FlowSource(flow), { highWaterMark: 0 }),
    writable: new WritableStream(flowSink(flow), { highWaterMark, size: sizeOf }),
  };
}

/** As ByteLengthQueuingStrategy counts, but for what has no bytes: that must get through to the sink, to end the flow. */
function sizeOf(chunk: unknown): number {
  return chunkBytes(chunk)?.byteLength ?? 1;
}

class FlowSource implements UnderlyingByteSource {
  readonly type = 'bytes';
  #reading: Subscription | undefined;

  constructor(private readonly flow: Flow) {}

  /** The stream does not pull again before the promise settles: one buffer a pull. */
  pull(controller: ReadableByteStreamController): Promise<void> {
    return new Promise((resolve) => {
      let came = false;
      const reading = this.flow.read().pipe(take(1));
      this.#reading = reading.subscribe({
        next: (buffer) => {
          came = true;
          deliver(controller, buffer);
        },
        error: (error: unknown) => controller.error(error),
        complete: () => {
          if (!came) finish(controller);
        },
      });
      this.#reading.add(resolve);
    });
  }

  cancel(): void {
    this.#reading?.unsubscribe();
    this.flow.shutdown('read');
  }
}

/** Straight into the reader's own view as far as that goes; what is left, or nobody's view, as a copy. */
function deliver(controller: ReadableByteStreamController, buffer: Uint8Array): void {
  const view = controller.byobRequest?.view;
  let rest = buffer;
  if (view) {
    const taken = Math.min(view.byteLength, buffer.byteLength);
    new Uint8Array(view.buffer, view.byteOffset, taken).set(buffer.subarray(0, taken));
    rest = buffer.subarray(taken);
    controller.byobRequest?.respond(taken);
  }
  if (rest.byteLength > 0) controller.enqueue(new Uint8Array(rest));
}

function finish(controller: ReadableByteStreamController): void {
  try {
    controller.close();
  } catch {
    return; // EOF inside an element of the BYOB reader's array: the stream has errored, which tells its reader.
  }
  // A BYOB reader that waits gets its view back, with what it holds.
  controller.byobRequest?.respond(0);
}

function flowSink(flow: Flow): UnderlyingSink<Uint8Array | ArrayBuffer | ArrayBufferView> {
  return {
    start(controller) {
      const { signal } = controller;
      // At once, whereas a sink's `abort` is called only after the write that is under way, which may be stalled.
      signal.addEventListener('abort', () => flow.abort(signal.reason));
      flow.closed.subscribe({
        error: (error: unknown) => {
          if (!signal.aborted) controller.error(error);
        },
      });
    },
    write: (chunk) => accepted(flow.write(bytesOf(flow, chunk))),
    close: () => firstValueFrom(flow.shutdown('write'), { defaultValue: undefined }),
  };
}

async function accepted(result: Observable<WriteResult>): Promise<void> {
  const outcome = await firstValueFrom(result);
  if (!outcome.ok) throw outcome.error;
}

function bytesOf(flow: Flow, chunk: unknown): Uint8Array {
  const buffer = chunkBytes(chunk);
  if (buffer !== undefined) return buffer;
  // The stream is errored by this throw, so that nobody could end the flow through it any more.
  const error = new TypeError(`${flow.name}: the writable stream takes bytes, not ${describeChunk(chunk)}`);
  flow.abort(error);
  throw error;
}
