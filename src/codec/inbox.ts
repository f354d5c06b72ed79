/**
 * A flow's unread bytes and the one reader at a time that takes from them: what a reader leaves is there for the next
 * one. It reads the flow only while a reader wants more than is there, and it knows no format: what an item is, its
 * readers decide.
 *
 *     flow.read() ──▶ [ bytes ] ──▶ reader: onBytes answers true: more bytes are wanted      ─▶ the flow is read
 *                                                        false: held, or released within it  ─▶ the flow is held
 */
import { Subscriber } from 'rxjs';
import { ByteQueue } from '../flow/byte-queue.js';
import type { Flow } from '../flow/flow.js';
import { isFlowError } from '../flow/flow-error.js';
import { Holds } from '../flow/holds.js';
import { originalOf } from '../flow/replaced-error.js';

/** Takes from an inbox, from `claim` to `release`; an end or a failure releases it before it is told. */
export interface InboxReader {
  /** Takes what it can of the bytes (never none). `false`: nothing more until `resume`. */
  onBytes(bytes: ByteQueue): boolean;
  /** EOF; bytes that no item was made of are still there. */
  onEnd(bytes: ByteQueue): void;
  onFailure(reason: unknown): void;
  /** Another reader is active and goes on: this one is not let in. */
  onBusy(): void;
  /** Whether this reader is about to be released, so that its successor may come in now. */
  isEnding(): boolean;
  /** Whether something downstream holds it. */
  readonly isHeld: boolean;
}

type End = { readonly failure?: unknown };

export class Inbox {
  readonly bytes = new ByteQueue();
  readonly #holds = new Holds();

  #reader: InboxReader | null = null;
  /** Came while the reader was taking: takes over if that ends the reader, is busy if not. */
  #parked: InboxReader | null = null;
  #delivering = false;
  /** The reader has taken what it can and waits for the flow. */
  #wanting = false;
  #source: FlowSubscriber | null = null;
  /** The flow's end, come while the reader was held or taking. */
  #end: End | null = null;

  constructor(readonly flow: Flow) {}

  /** Makes `reader` the reader; a second one is refused unless the first is ending. */
  claim(reader: InboxReader): void {
    if (this.#reader !== null) {
      if (this.#delivering && this.#parked === null) {
        this.#parked = reader;
        return;
      }
      if (this.#delivering || !this.#reader.isEnding()) {
        reader.onBusy();
        return;
      }
    }
    this.#reader = reader;
    if (!this.#delivering) this.#run();
  }

  /** The reader goes on after it answered `false`. */
  resume(reader: InboxReader): void {
    if (reader === this.#reader && !this.#delivering) this.#run();
  }

  release(reader: InboxReader): void {
    if (reader === this.#parked) this.#parked = null;
    if (reader !== this.#reader) return;
    this.#reader = this.#parked;
    this.#parked = null;
    if (!this.#delivering) this.#run();
  }

  // ── the flow's news ────────────────────────────────────────────────────────────────────────────────────────────

  /** @internal */
  onChunk(chunk: Uint8Array): void {
    this.bytes.push(chunk);
    if (!this.#delivering) this.#run();
    // Of a chunk that is not used up, the flow is not pulled for another; a flow that pushes all the same is queued.
    if (this.#source !== null && this.#reader !== null && !this.#wanting) this.#holds.take();
  }

  /** @internal */
  onSourceEnd(end: End): void {
    this.#source = null;
    this.#end = end;
    this.#dropAfter(end.failure);
    if (this.#delivering) return;
    if (this.#wanting || this.bytes.length === 0) this.#tellEnd();
  }

  // ── inside ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Lets the reader take, and its successors, until one is held or the bytes are used up. */
  #run(): void {
    this.#wanting = false;
    if (this.#source === null && this.#reader !== null && this.bytes.length > 0) this.#dropIfAborted();
    while (this.#reader !== null) {
      if (this.bytes.length > 0) {
        const reader = this.#reader;
        const more = this.#deliver(reader);
        this.#refuseParked();
        if (reader !== this.#reader) {
          // Released within the call: its successor, if any, is in place. What holds the one that has gone holds the reading
          // of the flow too, and not that of its successor.
          if (reader.isHeld && this.#end === null) this.#endReading();
          continue;
        }
        if (!more) return;
      }
      this.#wanting = true;
      if (this.#end === null) this.#pull();
      else this.#tellEnd();
      return;
    }
    this.#stop();
  }

  /** Of an abort that came while the flow was not read, only `closed` tells. */
  #dropIfAborted(): void {
    this.flow.closed.subscribe({ error: (failure: unknown) => this.#dropAfter(failure) }).unsubscribe();
  }

  /** What is unread goes with an abort. */
  #dropAfter(failure: unknown): void {
    if (isFlowError(originalOf(failure), 'aborted')) this.bytes.clear();
  }

  #deliver(reader: InboxReader): boolean {
    this.#delivering = true;
    const more = reader.onBytes(this.bytes);
    this.#delivering = false;
    return more;
  }

  #refuseParked(): void {
    const parked = this.#parked;
    this.#parked = null;
    parked?.onBusy();
  }

  #pull(): void {
    if (this.#source !== null) {
      this.#holds.release();
      return;
    }
    this.#source = new FlowSubscriber(this);
    this.flow.read().subscribe(this.#source);
  }

  #tellEnd(): void {
    const reader = this.#reader;
    const end = this.#end;
    this.#reader = null;
    this.#stop();
    if (reader === null || end === null) return;
    if ('failure' in end) reader.onFailure(end.failure);
    else reader.onEnd(this.bytes);
  }

  /** Nobody reads: the flow's own end is there for the next reader, as often as it asks. */
  #stop(): void {
    this.#wanting = false;
    this.#end = null;
    this.#endReading();
  }

  #endReading(): void {
    const source = this.#source;
    this.#source = null;
    source?.unsubscribe();
    this.#holds.release();
  }
}

/** The subscription to the flow; an object of its own, so that it can be ended within its first, synchronous emissions. */
class FlowSubscriber extends Subscriber<Uint8Array> {
  constructor(private readonly inbox: Inbox) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as RxJS's own operators are made
    super();
  }

  /** @internal RxJS's hook for subclasses of Subscriber. */
  protected override _next(chunk: Uint8Array): void {
    this.inbox.onChunk(chunk);
  }

  /** @internal RxJS's hook for subclasses of Subscriber. */
  protected override _error(failure: unknown): void {
    this.unsubscribe();
    this.inbox.onSourceEnd({ failure });
  }

  /** @internal RxJS's hook for subclasses of Subscriber. */
  protected override _complete(): void {
    this.unsubscribe();
    this.inbox.onSourceEnd({});
  }
}
