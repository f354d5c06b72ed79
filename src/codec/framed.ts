import { defer, throwError, type Observable } from 'rxjs';
import type { ByteQueue } from '../flow/byte-queue.js';
import { checkFlow } from '../flow/check-flow.js';
import { describe } from '../flow/describe.js';
import { DETACH, detachFlow } from '../flow/detached.js';
import type { Flow, ShutdownMode, WriteResult } from '../flow/flow.js';
import { FlowError, isFlowError } from '../flow/flow-error.js';
import { isBytes } from '../flow/is-bytes.js';
import { refused } from '../flow/write-result.js';
import { checkCodec } from './check-codec.js';
import type { Codec, Decoder } from './codec.js';
import type { Inbox } from './inbox.js';
import { InboxRead } from './inbox-read.js';
import { inboxOf, unreadFlow, type UnreadOf } from './unread-flow.js';

/** A flow of items instead of bytes. */
export interface Framed<T, F extends Flow = Flow> {
  /** The flow's name. */
  readonly name: string;
  /** As the flow's. */
  readonly closed: Observable<void>;

  /**
   * Cold, as the flow's `read()`: each subscription goes on where the last one stopped, also between two items of one
   * chunk. Items are decoded one by one as they are taken: `take(1)` takes one, and what follows it stays bytes. While
   * a `drainMap` downstream is busy, neither the next item is decoded nor the flow pulled.
   *
   * Errors, after the items before it, as the flow does, with the codec's own errors, and with `truncated` when the
   * flow ends inside a frame. The codec's errors are sticky. `busy` for a second subscription while one is active.
   */
  read(): Observable<T>;

  /**
   * Writes one item's bytes, as one write. An item that cannot be encoded fails this write, by its result, and nothing
   * is sent; later writes go on.
   */
  write(item: T): Observable<WriteResult>;

  /** Several items as one write. If one of them cannot be encoded, none is sent. */
  writev(items: readonly T[]): Observable<WriteResult>;

  /** As the flow's; `'read'` drops what is not decoded yet as well. */
  shutdown(mode: ShutdownMode): Observable<void>;
  /** As the flow's. */
  close(): Observable<void>;
  /** As the flow's. */
  abort(reason?: unknown): void;

  /**
   * The flow, to go on with another protocol: its unread bytes come first, an unfinished frame's among them, whenever
   * this was called. Unsubscribe from `read()` before reading it.
   */
  unframed(): UnreadOf<F>;
}

/**
 * Items over a flow: what is written is encoded, what is read is decoded. What was read of the flow for them is here:
 * an abort of the flow drops it, but a `shutdown('read')` does so only when called here.
 *
 * @example
 * const messages = framed(flow, jsonLinesCodec<Message>());
 * messages.write({ hello: 'world' });
 * messages.read().pipe(drainMap((message) => handle(message))).subscribe();
 */
export function framed<T, F extends Flow = Flow>(flow: F, codec: Codec<T>): Framed<T, F> {
  checkFlow('framed: flow', flow);
  checkCodec('framed: codec', codec);
  return new FramedFlow(flow, codec);
}

class FramedFlow<T, F extends Flow> implements Framed<T, F> {
  readonly name: string;
  readonly #flow: Flow;
  readonly #codec: Codec<T>;
  readonly #inbox: Inbox;
  readonly #read: Observable<T>;

  constructor(flow: Flow, codec: Codec<T>) {
    this.name = flow.name;
    this.#codec = codec;
    this.#inbox = inboxOf(flow);
    this.#flow = this.#inbox.flow;
    const decoder = new StickyDecoder(codec.decoder());
    const items = new InboxRead(this.#inbox, `${flow.name}: ${codec.name}`, decoder);
    this.#read = defer(() => (decoder.failure === null ? items : throwError(() => decoder.failure?.reason)));
  }

  get closed(): Observable<void> {
    return this.#flow.closed;
  }

  read(): Observable<T> {
    return this.#read;
  }

  write(item: T): Observable<WriteResult> {
    let buffers: readonly Uint8Array[];
    try {
      buffers = this.#encode(item);
    } catch (error) {
      return refused(this.#encodeError(error));
    }
    const [only] = buffers;
    return buffers.length === 1 && only !== undefined ? this.#flow.write(only) : this.#flow.writev(buffers);
  }

  writev(items: readonly T[]): Observable<WriteResult> {
    if (!Array.isArray(items)) throw new TypeError(`${this.name}: writev() takes an array of items, not ${describe(items)}`);
    let buffers: Uint8Array[];
    try {
      buffers = items.flatMap((item: T) => this.#encode(item));
    } catch (error) {
      return refused(this.#encodeError(error));
    }
    return this.#flow.writev(buffers);
  }

  shutdown(mode: ShutdownMode): Observable<void> {
    if (mode === 'read' || mode === 'read_write') this.#inbox.bytes.clear();
    return this.#flow.shutdown(mode);
  }

  close(): Observable<void> {
    return this.#flow.close();
  }

  abort(reason?: unknown): void {
    this.#inbox.bytes.clear();
    this.#flow.abort(reason);
  }

  [DETACH](): void {
    detachFlow(this.#flow);
  }

  unframed(): UnreadOf<F> {
    return unreadFlow<F>(this.#inbox);
  }

  #encode(item: T): readonly Uint8Array[] {
    const buffers: unknown = this.#codec.encode(item);
    if (Array.isArray(buffers) && buffers.every(isBytes)) return buffers;
    throw new TypeError(`encode() must return an array of Uint8Arrays, not ${describe(buffers)}`);
  }

  #encodeError(error: unknown): FlowError {
    if (isFlowError(error)) return error;
    return new FlowError('failed', `${this.name}: ${this.#codec.name} cannot encode the item`, { cause: error });
  }
}

/** After the first bytes that are no item there is no telling where the next one starts: the failure stays. */
class StickyDecoder<T> implements Decoder<T> {
  failure: { readonly reason: unknown } | null = null;

  constructor(private readonly decoder: Decoder<T>) {}

  decode(bytes: ByteQueue): T | undefined {
    try {
      return this.decoder.decode(bytes);
    } catch (reason) {
      this.failure = { reason };
      throw reason;
    }
  }

  finish(bytes: ByteQueue): T | undefined {
    try {
      return this.decoder.finish?.(bytes);
    } catch (reason) {
      this.failure = { reason };
      throw reason;
    }
  }
}
