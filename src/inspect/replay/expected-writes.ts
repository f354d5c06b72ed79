/**
 * The write side of a tape that is replayed: what has to be written, compared with what is. The bytes count, not how they
 * are cut into writes. It knows no flow and no timer.
 */
import { bothSides, commonLength, row } from '../both-sides.js';
import type { TapeFailure } from '../tape/tape-event.js';

/** What becomes of bytes that are written, or of the end of writing. */
export type Verdict =
  /** As on the tape, where it was pending until then (0: it was not). */
  | { readonly kind: 'through'; readonly pendingUntil: number }
  /** On the tape it was under way when the program aborted the flow: that is left to the program. */
  | { readonly kind: 'lost' }
  /** As far as the tape is known; `rest` has to be asked about again when there is more of it. */
  | { readonly kind: 'unknown'; readonly rest: Uint8Array | 'end' }
  /** On the tape, writes fail from here on: the first of them did then. */
  | Refusal
  | { readonly kind: 'deviates'; readonly how: string };

interface Refusal {
  readonly kind: 'refused';
  readonly at: number;
  readonly error: TapeFailure;
}

/** A write, or the end of writing where `data` is missing. */
interface Entry {
  readonly at: number;
  readonly data: Uint8Array | undefined;
  /** When its result came, or the end was flushed; its own time until that is known, and where the tape does not say. */
  acceptedAt: number;
  /** As far as the tape has it; `lost`: it was pending when the program aborted the flow. */
  outcome: 'unknown' | 'accepted' | 'failed' | 'lost';
}

export class ExpectedWrites {
  readonly #entries: Entry[] = [];
  readonly #open = new Map<number, Entry>();
  /** The number of entries that are behind us, and how much of the next. */
  #done = 0;
  #offset = 0;
  #bytes = 0;
  /** The end of writing. */
  #end: Entry | undefined;
  #complete = false;
  /** When the end of writing was through on the tape, once that is known; `Infinity` for never. */
  endedAt: number | undefined;
  /** The tape has whoever asked for the end of writing by itself: it says when that was told. */
  #isEndTold = false;
  #isAborted = false;
  #hasEof = false;
  #refusal: Refusal | undefined;
  /** When the last write was accepted on the tape. */
  #turnAt = 0;
  /** How late the program is, in comparison with the tape. */
  lateMs = 0;

  // ── the tape ───────────────────────────────────────────────────────────────────────────────────────────────────

  write(id: number, at: number, data: Uint8Array): void {
    // Empty writes send nothing, and one after the end fails here as it did there.
    if (data.byteLength === 0 || this.#end !== undefined) return;
    this.#open.set(id, this.#add(at, data));
  }

  result(id: number, at: number, error: TapeFailure | undefined): void {
    const entry = this.#open.get(id);
    if (entry === undefined) return;
    this.#open.delete(id);
    entry.acceptedAt = at;
    entry.outcome = error === undefined ? 'accepted' : this.#isAborted ? 'lost' : 'failed';
    if (error === undefined || this.#isAborted) return;
    this.#refusal ??= { kind: 'refused', at, error };
    this.#skipFailed();
  }

  /** By `shutdown` or by `close`, whose end of writing nobody is told of. */
  end(at: number, isTold: boolean): void {
    this.#isEndTold ||= isTold;
    if (this.#end !== undefined) return;
    this.#end = this.#add(at, undefined);
    this.#skipFailed();
  }

  flushed(at: number): void {
    if (this.endedAt !== undefined) return;
    this.closed(at);
    if (this.#end !== undefined) this.#end.acceptedAt = at;
  }

  /** The peer's. */
  eof(): void {
    this.#hasEof = true;
  }

  abort(): void {
    this.#isAborted = true;
    this.broken();
  }

  /**
   * Whoever asked for the end was never told of it: behind the peer's EOF it was not through, or the flow would have closed.
   * Otherwise it may have been.
   */
  broken(): void {
    if (this.#end !== undefined) this.endedAt ??= this.#isEndTold || this.#hasEof ? Infinity : 0;
  }

  /** The end was through by then at the latest. 0: at once. */
  closed(at: number): void {
    if (this.#end !== undefined) this.endedAt ??= at > this.#end.at ? at : 0;
  }

  complete(): void {
    this.#complete = true;
    this.endedAt ??= 0;
  }

  /** How many entries the tape has had so far: what comes next on it waits until as many are done. */
  get count(): number {
    return this.#entries.length;
  }

  /** Whether the first `count` entries are done, or were still pending on the tape at that time, and so not waited for. */
  areDone(count: number, at = Infinity): boolean {
    if (this.#done >= count) return true;
    return Math.max(this.#turnAt, this.#entries[this.#done]!.acceptedAt) > at;
  }

  // ── the program ────────────────────────────────────────────────────────────────────────────────────────────────

  take(buffer: Uint8Array, now: number): Verdict {
    let rest = buffer;
    let pendingUntil = 0;
    while (rest.byteLength > 0) {
      const entry = this.#entries[this.#done];
      if (entry?.data === undefined) return this.#beyond(entry, rest);
      const expected = entry.data.subarray(this.#offset);
      const same = commonLength(expected, rest);
      if (same < expected.byteLength && same < rest.byteLength) return this.#differs(entry.data, rest, same);
      // What became of it there is not known yet, and what becomes of it here is not taken back.
      if (entry.outcome === 'unknown' && !this.#complete) return { kind: 'unknown', rest };
      if (entry.outcome === 'lost') return { kind: 'lost' };
      this.#offset += same;
      this.#bytes += same;
      rest = rest.subarray(same);
      if (same < expected.byteLength) continue;
      if (entry.acceptedAt > entry.at) pendingUntil = entry.acceptedAt;
      this.#next(entry, now);
    }
    return { kind: 'through', pendingUntil };
  }

  /** Whether it is told then is another question: {@link endedAt}. */
  takeEnd(now: number): Verdict {
    const entry = this.#entries[this.#done];
    if (entry?.data !== undefined) {
      const rest = entry.data.subarray(this.#offset);
      return { kind: 'deviates', how: `the write side ended after ${this.#bytes} bytes, where the tape goes on\n  tape     ${row(rest)}` };
    }
    if (entry !== undefined) this.#next(entry, now);
    else if (!this.#complete) return { kind: 'unknown', rest: 'end' };
    return { kind: 'through', pendingUntil: 0 };
  }

  // ── inside ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #add(at: number, data: Uint8Array | undefined): Entry {
    const entry: Entry = { at, data, acceptedAt: at, outcome: 'unknown' };
    this.#entries.push(entry);
    return entry;
  }

  #next(entry: Entry, now: number): void {
    this.#done += 1;
    this.#offset = 0;
    // One write is taken after the other: its turn came when the one before it was accepted, there as here.
    this.lateMs = Math.max(this.lateMs, now - Math.max(entry.at, this.#turnAt));
    this.#turnAt = Math.max(this.#turnAt, entry.acceptedAt);
    this.#skipFailed();
  }

  /** A write that failed on the tape sent nothing that anybody waits for, nor did an end after it. */
  #skipFailed(): void {
    for (let entry = this.#entries[this.#done]; entry !== undefined; entry = this.#entries[this.#done]) {
      const isMoot = entry.outcome === 'failed' || (entry.data === undefined && this.#refusal !== undefined);
      if (!isMoot) return;
      this.#done += 1;
      this.#offset = 0;
    }
  }

  #beyond(end: Entry | undefined, rest: Uint8Array): Verdict {
    if (this.#refusal !== undefined) return this.#refusal;
    if (end === undefined && !this.#complete) return { kind: 'unknown', rest };
    const where = end === undefined ? 'where the tape ends' : 'where the tape ends its write side';
    return { kind: 'deviates', how: `something is written after ${this.#bytes} bytes, ${where}\n  written  ${row(rest)}` };
  }

  #differs(data: Uint8Array, rest: Uint8Array, same: number): Verdict {
    // As much of what was right before it as there is, so that a person sees where in the message it is.
    const came = new Uint8Array(this.#offset + rest.byteLength);
    came.set(data.subarray(0, this.#offset));
    came.set(rest, this.#offset);
    const how = `byte ${this.#bytes + same} of what is written differs from the tape\n${bothSides(data, came, this.#offset + same)}`;
    return { kind: 'deviates', how };
  }
}
