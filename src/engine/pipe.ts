/**
 * One direction of a flow: a byte-bounded queue with at most one reader. It orders, queues, ends and trampolines;
 * it knows no RxJS, no timer, no platform and no error class (reasons are opaque values, made above).
 *
 *     producer ── push / end / fail ──▶ [ ring ] ──▶ onData / onEnd / onFailure ── reader
 *              ◀── OK / FULL, onRoom ──          ◀── claim / resume / release / discard ──
 *
 *     OPEN ── end() ──▶ ENDING ── at most `capacity` bytes left ──▶ ENDED      (EOF stands behind the queued data)
 *       └──── fail(), or cut() ──▶ FAILED      (so does a failure; from ENDED only by cut(), and while data is unread)
 */
import { Ring } from './ring.js';
import { CLOSED, FULL, OK, OVERFLOW, type PushStatus } from './status.js';

/** Takes what a pipe delivers. A claimed reader waits for data until it answers `false`, and again after `resume`. */
export interface Reader {
  /** One buffer. `true`: give the next as it comes. `false`: nothing more until `resume` (or ever, if released). */
  onData(buffer: Uint8Array): boolean;
  /** Several queued buffers at once, in order; a reader without it gets them one by one. */
  onBatch?(buffers: Uint8Array[]): boolean;
  /** EOF: the reader is released already. */
  onEnd(): void;
  /** The direction broke: the reader is released already. */
  onFailure(reason: unknown): void;
  /** Another reader is active and goes on: this one is not let in. */
  onBusy(): void;
  /** Whether this reader is about to release the pipe: it gets nothing more, and its successor may come in now. */
  isEnding(): boolean;
}

/** Waits for room in a pipe that answered FULL. */
export interface RoomWaiter {
  /** The pipe's own note: how far in the stream this waiter waits for room. */
  mark: number;
  onRoom(): void;
  onRefused(reason: unknown): void;
}

/** Where a pipe's data comes from, if it must be asked for. */
export interface Source {
  /** Data is wanted: push now or later, and go on while pushing answers that more is wanted. */
  pull(): void;
}

const OPEN = 0;
const ENDING = 1;
const ENDED = 2;
const FAILED = 3;

export class Pipe {
  /** Bytes that may wait; above it a push answers FULL. */
  readonly capacity: number;
  /** Bytes that may wait at all; above it a push answers OVERFLOW and takes nothing. */
  readonly limit: number;
  /** Asked for data when a reader waits; a pipe that is only pushed into has none. */
  source: Source | null = null;
  /** Told once, when EOF stands in the pipe: the end has arrived, though data before it may be unread. */
  onEnded: () => void = nothing;

  /** Bytes waiting here, those in the hand of an acknowledging reader included. */
  bytes = 0;

  #state: typeof OPEN | typeof ENDING | typeof ENDED | typeof FAILED = OPEN;
  #readFailure: unknown = undefined;
  #writeFailure: unknown = undefined;

  readonly #ring = new Ring<Uint8Array>();
  readonly #waiters = new Ring<RoomWaiter>();
  /** Bytes ever queued. */
  pushed = 0;
  /** Where in the stream the push that returned last ended; pushes made inside its delivery end further on. */
  #mark = 0;
  /** Where in the stream the reader was when the queue was dropped. */
  #through = 0;

  #reader: Reader | null = null;
  /** Came while the reader was delivering: takes over if that delivery ends the reader, is busy if not. */
  #parked: Reader | null = null;
  #waiting = false;
  #delivering = false;
  /** Something happened inside the delivery that the straight path does not expect. */
  #disturbed = false;
  #resumedInside = false;

  /** A reader that answers `false` still has the buffer in hand, until it resumes. */
  readonly #acknowledged: boolean;
  #inHand = 0;
  /** What is pushed counts as arrived: no producer waits for room, so that `end()` takes effect at once. */
  readonly #arrived: boolean;

  #discarding = false;
  #prefetching = false;
  /** The source was told to go on and has not been told to stop. */
  #flowing = false;

  constructor(capacity: number, options: { readonly limit?: number | undefined; readonly acknowledged?: boolean; readonly arrived?: boolean } = {}) {
    this.capacity = capacity;
    this.limit = options.limit ?? DEFAULT_LIMIT;
    this.#acknowledged = options.acknowledged === true;
    this.#arrived = options.arrived === true;
  }

  // ── the producer's side ────────────────────────────────────────────────────────────────────────────────────────

  /** Hands one buffer (not empty) to the waiting reader, or queues it. */
  push(buffer: Uint8Array): PushStatus {
    if (this.#state !== OPEN) return CLOSED;
    const reader = this.#reader as Reader;
    // Between two deliveries a reader waits though the ring is not empty: what is pushed then stands behind it.
    if (!this.#waiting || this.#delivering || this.#acknowledged || this.#ring.length > 0 || reader.isEnding()) return this.#enqueue(buffer);
    this.#delivering = true;
    const more = reader.onData(buffer);
    this.#delivering = false;
    if (more && !this.#disturbed) return OK;
    this.#afterReader(reader, this.#answerOf(more));
    const status = this.#isFailed() ? CLOSED : OK; // what is delivered now is of other writes
    this.#pump();
    return status;
  }

  /** Several buffers (none empty) with nothing in between; one status for them all. */
  pushAll(buffers: readonly Uint8Array[]): PushStatus {
    if (this.#state !== OPEN) return CLOSED;
    if (this.#discarding) return OK;
    let size = 0;
    for (const buffer of buffers) size += buffer.length;
    if (this.#isOverLimit(size)) return OVERFLOW;
    for (const buffer of buffers) this.#ring.push(buffer);
    return this.#pushedOn(size);
  }

  /**
   * Calls `waiter` once, as soon as all bytes up to `mark` in the stream have room, by default those of the last push
   * and all before them: at once if they have.
   */
  awaitRoom(waiter: RoomWaiter, mark = this.#mark): void {
    waiter.mark = mark;
    if (this.#isFailed()) {
      waiter.onRefused(this.#writeFailure);
      return;
    }
    // Writes made inside the delivery of this one have come to wait before it, but stand behind it.
    const behind: RoomWaiter[] = [];
    while (this.#waiters.length > 0 && this.#waiters.last().mark > mark) behind.push(this.#waiters.pop());
    this.#waiters.push(waiter);
    for (const one of behind.reverse()) this.#waiters.push(one);
    this.#admit();
  }

  /** EOF: takes its place once what waits for room has found it. */
  end(): void {
    if (this.#state !== OPEN) return;
    this.#state = ENDING;
    this.#disturbed = this.#delivering;
    this.#settleEnding();
    this.#pump();
  }

  /**
   * The direction broke: the reader gets the data that had room, then the failure; the producer's waiters at once.
   * `also` is what else breaks with it: done before anybody hears of this, so that nobody finds half a flow to write to.
   */
  fail(forReader: unknown, forWriter: unknown = forReader, also = nothing): void {
    if (this.#state >= ENDED) {
      also(); // EOF has arrived: it stays the end
      return;
    }
    // What had no room has not arrived; what is pushed by a source that has none has.
    while (!this.#arrived && this.bytes > this.capacity && this.#ring.length > 0) this.bytes -= this.#ring.pop().length;
    this.#breakWith(forReader, forWriter, also);
    this.#pump();
  }

  // ── the reader's side ──────────────────────────────────────────────────────────────────────────────────────────

  /** Makes `reader` the reader, waiting for data; a second one is refused unless the first is ending. */
  claim(reader: Reader): void {
    if (this.#reader !== null) {
      if (this.#delivering && this.#parked === null) {
        this.#parked = reader;
        this.#disturbed = true;
        return;
      }
      if (this.#delivering || !this.#reader.isEnding()) {
        reader.onBusy();
        return;
      }
    }
    this.#reader = reader;
    this.#waiting = true;
    this.#pump();
  }

  /** The reader wants to go on after it answered `false`. */
  resume(reader: Reader): void {
    if (reader !== this.#reader) return;
    if (this.#delivering) {
      // Inside its own delivery, before it answered: counts as `true`, whatever the answer.
      this.#resumedInside = true;
      this.#disturbed = true;
      return;
    }
    this.#waiting = true;
    this.#putDown();
    this.#pump();
  }

  /** The reader goes; what comes later waits for the next one. */
  release(reader: Reader): void {
    if (reader === this.#parked) {
      this.#parked = null;
      return;
    }
    if (reader !== this.#reader) return;
    this.#disturbed = this.#delivering;
    this.#reader = this.#parked;
    this.#parked = null;
    this.#waiting = this.#reader !== null; // only inside a delivery, which goes on with it
  }

  /**
   * Nobody will read: the reader ends, queued and later data is dropped, and the producer always finds room. A direction
   * that had failed before drops its data too, but stays failed: giving up reading makes no broken stream look whole.
   */
  discard(): void {
    if (this.#discarding) return;
    this.#discarding = !this.#isFailed();
    this.#dropQueue();
    this.#settleReaders();
    this.#admit();
    this.#request();
  }

  /** As {@link fail}, but at once: queued data is dropped too. */
  cut(forReader: unknown, forWriter: unknown = forReader, also = nothing): void {
    if (this.#state >= ENDED && this.#ring.length === 0) {
      also(); // nothing is lost: the end stays what it was
      return;
    }
    this.#dropQueue();
    this.#breakWith(forReader, forWriter, also);
    this.#settleReaders();
  }

  /** Lets the source go on up to the capacity though no reader waits, so that an EOF close behind can arrive. */
  prefetch(): void {
    this.#prefetching = true;
    this.#request();
  }

  /** Whether the source should go on pushing. */
  get wanted(): boolean {
    return this.#state === OPEN && (this.#waiting || this.#discarding || (this.#prefetching && this.bytes <= this.capacity));
  }

  /** The source's part of a push: pushing answered; is more wanted? If not, the source is asked again later. */
  keepFlowing(): boolean {
    return (this.#flowing = this.wanted);
  }

  get isOpen(): boolean {
    return this.#state === OPEN;
  }

  /** Why pushes are refused; `undefined` where the pipe just ended. */
  get writeFailure(): unknown {
    return this.#writeFailure;
  }

  // ── inside ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #enqueue(buffer: Uint8Array): PushStatus {
    if (this.#discarding) return OK;
    const size = buffer.length;
    if (this.#isOverLimit(size)) return OVERFLOW;
    this.#ring.push(buffer);
    return this.#pushedOn(size);
  }

  /** The ring has `size` bytes more: counts them, delivers, and says what has become of them. */
  #pushedOn(size: number): PushStatus {
    this.bytes += size;
    const mark = (this.pushed += size);
    if (this.#delivering) this.#disturbed = true;
    else this.#pump();
    this.#mark = mark;
    if (this.#isFailed()) return mark > this.#through ? CLOSED : OK;
    return this.#hasRoom(mark) ? OK : FULL;
  }

  /** What the reader answered, once what happened inside the delivery is taken in. */
  #answerOf(answer: boolean): boolean {
    const more = answer || this.#resumedInside;
    this.#resumedInside = false;
    this.#disturbed = false;
    return more;
  }

  /** Delivers while the reader wants and the ring has; then the end, or a request for more. */
  #pump(): void {
    if (this.#delivering) return;
    while (this.#waiting && this.#ring.length > 0) {
      const reader = this.#reader as Reader;
      if (reader.isEnding()) break; // the rest is its successor's
      this.#delivering = true;
      const more = reader.onBatch && this.#ring.length > 1 ? this.#deliverAll(reader) : this.#deliverOne(reader);
      // Writers let in now still find a delivery under way: what they push is queued, and the loop goes on with it.
      this.#admit();
      this.#delivering = false;
      const resumed = this.#hasResumed();
      this.#afterReader(reader, more || resumed);
    }
    const isOver = this.#state >= ENDED || this.#discarding;
    if (this.#waiting && isOver) this.#settleReaders();
    else this.#request();
  }

  #deliverOne(reader: Reader): boolean {
    const buffer = this.#ring.shift();
    return this.#take(buffer.length, reader.onData(buffer));
  }

  #deliverAll(reader: Reader): boolean {
    const buffers: Uint8Array[] = [];
    let size = 0;
    while (this.#ring.length > 0 && buffers.length < MOST_AT_ONCE) {
      const buffer = this.#ring.shift();
      size += buffer.length;
      buffers.push(buffer);
    }
    return this.#take(size, reader.onBatch!(buffers));
  }

  /** Counts delivered bytes as gone, or as in hand where the reader still has to say that it is through with them. */
  #take(size: number, answer: boolean): boolean {
    const more = this.#answerOf(answer);
    if (!more && this.#acknowledged && !this.#isFailed()) this.#inHand = size;
    else this.bytes = Math.max(0, this.bytes - size); // a cut inside the delivery has cleared the count already
    return more;
  }

  /** Whether the reader, after its answer, was told to go on by a writer that was let in. */
  #hasResumed(): boolean {
    if (!this.#resumedInside) return false;
    this.#resumedInside = false;
    this.#putDown();
    return true;
  }

  /** What the reader's answer, or its going, means for who waits next. */
  #afterReader(reader: Reader, more: boolean): void {
    if (reader === this.#reader && !more) this.#waiting = false; // else released inside the delivery: its successor, if any, is in place
    const parked = this.#parked;
    if (parked === null || this.#discarding) return; // where all is dropped, both are about to hear of the end
    this.#parked = null;
    parked.onBusy();
  }

  /** The bytes in hand are through. */
  #putDown(): void {
    if (this.#inHand === 0) return;
    this.bytes -= this.#inHand;
    this.#inHand = 0;
    const nested = this.#delivering;
    this.#delivering = true;
    this.#admit();
    this.#delivering = nested;
    this.#resumedInside = false; // the reader has resumed already, or this would not be called
  }

  /** Tells the reader, and one that came while it was delivering, how the direction ended. */
  #settleReaders(): void {
    const reader = this.#reader;
    const parked = this.#parked;
    this.#reader = null;
    this.#parked = null;
    this.#waiting = false;
    this.#disturbed = this.#delivering;
    if (reader !== null) this.#tellEnd(reader);
    if (parked !== null) this.#tellEnd(parked);
  }

  #tellEnd(reader: Reader): void {
    if (this.#state === FAILED && !this.#discarding) reader.onFailure(this.#readFailure);
    else reader.onEnd();
  }

  /**
   * Lets in the waiters whose bytes have room now, oldest first, and none while they are refused; then the end, if it waits
   * for the same.
   */
  #admit(): void {
    while (!this.#isFailed() && this.#waiters.length > 0 && this.#hasRoom(this.#waiters.peek().mark)) this.#waiters.shift().onRoom();
    this.#settleEnding();
  }

  #settleEnding(): void {
    if (this.#state !== ENDING || (this.bytes > this.capacity && !this.#arrived)) return;
    this.#state = ENDED;
    this.onEnded();
  }

  #breakWith(forReader: unknown, forWriter: unknown, also: () => void): void {
    this.#state = FAILED;
    this.#readFailure = forReader;
    this.#writeFailure = forWriter;
    this.#disturbed = this.#delivering;
    also();
    while (this.#waiters.length > 0) this.#waiters.shift().onRefused(forWriter);
  }

  #dropQueue(): void {
    if (!this.#isFailed()) this.#through = this.pushed - this.bytes;
    if (this.#ring.length > 0) this.#ring.clear();
    this.bytes = 0;
    this.#inHand = 0;
  }

  #request(): void {
    if (this.source === null || this.#flowing || !this.wanted) return;
    this.#flowing = true;
    this.source.pull();
  }

  #hasRoom(mark: number): boolean {
    return mark - (this.pushed - this.bytes) <= this.capacity;
  }

  #isOverLimit(size: number): boolean {
    // A buffer that an acknowledging reader can take at once waits in no queue, however large it is.
    const isQueued = this.bytes > 0 || !this.#acknowledged;
    return (isQueued && this.bytes + size > this.limit) || this.#ring.length >= MOST_BUFFERS;
  }

  #isFailed(): boolean {
    return this.#state === FAILED;
  }
}

/** A caller that never looks at its results meets this limit, and not the end of the process's memory. */
const DEFAULT_LIMIT = 2 ** 30;
const MOST_BUFFERS = 2 ** 24;
/** Buffers handed over in one batch: as many as `writev` takes (IOV_MAX). */
const MOST_AT_ONCE = 1024;

function nothing(): void {
  // nobody listens
}
