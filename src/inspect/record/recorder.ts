/**
 * Turns what is done to a flow, and what comes of it, into events of a tape. It looks on: nothing here calls the flow.
 */
import type { Observable, TapObserver } from 'rxjs';
import { isFlowError } from '../../flow/flow-error.js';
import type { ShutdownMode, WriteResult } from '../../flow/flow.js';
import { sizeOf } from '../../flow/size-of.js';
import { toTapeFailure } from '../tape/tape-failure.js';
import { DIRECTION_OF } from '../tape/tape-kinds.js';
import type { Tape } from '../tape/tape.js';

export class Recorder {
  #writes = 0;
  /** Subscriptions to `read()` that have not ended; those of them that wait for bytes. */
  #readers = 0;
  #waiting = 0;
  #wanted = false;
  /** The end of the read side is on the tape. */
  #readEnded = false;
  #flushed = false;
  #flowOver = false;
  /** Calls that have not returned. */
  #calls = 0;

  constructor(private readonly tape: Tape) {}

  watchClosed(closed: Observable<void>): void {
    closed.subscribe({
      error: (error: unknown) => this.#over(() => this.tape.add({ kind: 'broken', direction: 'both', error: toTapeFailure(error) })),
      complete: () => this.#over(() => this.tape.add({ kind: 'closed', direction: 'both' })),
    });
  }

  // ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** One subscription: what it gets, and when it comes, is held, and goes. */
  watchRead(): { readonly observer: Partial<TapObserver<Uint8Array>>; readonly onHold: (held: boolean) => void } {
    let state: 'waiting' | 'held' | 'gone' = 'gone';
    const become = (next: typeof state): void => {
      this.#readers += Number(next !== 'gone') - Number(state !== 'gone');
      this.#waiting += Number(next === 'waiting') - Number(state === 'waiting');
      state = next;
      this.#noteDemand();
    };
    const end = (note: () => void): void => {
      if (!this.#readEnded) note();
      become('gone');
      this.#endTape();
    };
    return {
      observer: {
        subscribe: () => become('waiting'),
        next: (buffer) => this.tape.add({ kind: 'read', direction: 'in', data: keepable(buffer) }),
        complete: () => end(() => this.#noteEof()),
        error: (error: unknown) => end(() => this.#noteReadError(error)),
        unsubscribe: () => end(() => {}),
      },
      onHold: (held) => {
        if (state !== 'gone') become(held ? 'held' : 'waiting');
      },
    };
  }

  // ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The write comes before what it causes, its result when `call` has returned. */
  write(buffers: readonly Uint8Array[], call: () => Observable<WriteResult>): Observable<WriteResult> {
    const data = joined(buffers); // or it throws, where there is no memory for it, and takes no number
    this.#writes += 1;
    const id = this.#writes;
    this.tape.add({ kind: 'write', direction: 'out', id, data });
    return this.#during(call, (result) => {
      result.subscribe({ next: (value) => this.#noteResult(id, value) });
    });
  }

  // ── ending ─────────────────────────────────────────────────────────────────────────────────────────────────────

  shutdown(mode: ShutdownMode, call: () => Observable<void>): Observable<void> {
    this.tape.add({ kind: 'shutdown', direction: DIRECTION_OF[mode], mode });
    if (mode !== 'write') this.#readEnded = true;
    return this.#during(call, (done) => {
      // A failure is on the tape as `broken`.
      if (mode !== 'read') done.subscribe({ complete: () => this.#noteFlush(), error: () => {} });
    });
  }

  close(call: () => Observable<void>): Observable<void> {
    this.tape.add({ kind: 'close', direction: 'both' });
    return this.#during(call, () => {});
  }

  abort(reason: unknown, call: () => void): void {
    const text = reason === undefined ? {} : { reason: toTapeFailure(reason).message };
    this.tape.add({ kind: 'abort', direction: 'both', ...text });
    this.#during(call, () => {});
  }

  // ── inside ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #noteDemand(): void {
    const wanted = this.#waiting > 0;
    if (wanted === this.#wanted || this.#readEnded) return;
    this.#wanted = wanted;
    this.tape.add({ kind: 'demand', direction: 'in', wanted });
  }

  #noteEof(): void {
    this.#readEnded = true;
    this.tape.add({ kind: 'eof', direction: 'in' });
  }

  #noteReadError(error: unknown): void {
    if (isRefusal(error)) return; // of this one subscription: the flow and its reader go on
    this.#readEnded = true;
    this.tape.add({ kind: 'read-error', direction: 'in', error: toTapeFailure(error) });
  }

  #noteResult(id: number, result: WriteResult): void {
    const outcome = result.ok ? { ok: true as const } : { ok: false as const, error: toTapeFailure(result.error) };
    this.tape.add({ kind: 'write-result', direction: 'out', id, ...outcome });
  }

  #noteFlush(): void {
    if (this.#flushed) return;
    this.#flushed = true;
    this.tape.add({ kind: 'flushed', direction: 'out' });
  }

  #over(note: () => void): void {
    this.tape.gate.end(); // first: a reader who waits to be let in is one of this moment
    note();
    this.#flowOver = true;
    this.#endTape();
  }

  /** A call may end the flow before it has returned, and with it the results that belong on the tape. */
  #during<T>(call: () => T, note: (result: T) => void): T {
    this.#calls += 1;
    try {
      const result = call();
      note(result);
      return result;
    } finally {
      this.#calls -= 1;
      this.#endTape();
    }
  }

  /** Data that came before the end may still be read by who is reading: the tape waits for that reader, and for no other. */
  #endTape(): void {
    if (this.#flowOver && this.#readers === 0 && this.#calls === 0) this.tape.end();
  }
}

/** Of a second reader: as the flow says it, or as one that gives it another code (`concrete`) does. */
function isRefusal(error: unknown): boolean {
  return isFlowError(error, 'busy') || (isFlowError(error) && isFlowError(error.cause, 'busy'));
}

/** A small view would keep the whole of the large memory it was carved from. */
function keepable(buffer: Uint8Array): Uint8Array {
  return buffer.byteLength * 2 < buffer.buffer.byteLength ? Uint8Array.from(buffer) : buffer;
}

function joined(buffers: readonly Uint8Array[]): Uint8Array {
  if (buffers.length === 1) return keepable(buffers[0] as Uint8Array);
  const whole = new Uint8Array(sizeOf(buffers));
  let at = 0;
  for (const buffer of buffers) {
    whole.set(buffer, at);
    at += buffer.byteLength;
  }
  return whole;
}
