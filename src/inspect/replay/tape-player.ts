/**
 * The transport behind `replay`: gives what the peer sent on a tape, in its order and at its times, and takes what the
 * tape has written. Comparing is the expected writes' job, and the contract of flows the engine's.
 */
import { type Observable, Subscription, timer } from 'rxjs';
import { LONGEST_TIMER_MS } from '../../flow/check-duration.js';
import { FlowError, type FlowErrorCode, isFlowError } from '../../flow/flow-error.js';
import { isBytes } from '../../flow/is-bytes.js';
import { Stopwatch } from '../../flow/stopwatch.js';
import type { FlowLink, Transport } from '../../flow/transport.js';
import { plainText } from '../plain-text.js';
import type { TapeEvent } from '../tape/tape-event.js';
import { fromTapeFailure } from '../tape/tape-failure.js';
import { ExpectedWrites } from './expected-writes.js';
import { PeerSteps } from './peer-steps.js';

/** What the program wants judged: bytes, or the end of writing. */
type Written = Uint8Array | 'end';

export class TapePlayer implements Transport {
  name = 'replay';

  readonly #clock = new Stopwatch();
  readonly #running = new Subscription();
  readonly #writes = new ExpectedWrites();
  readonly #steps = new PeerSteps();
  #link: FlowLink | undefined;

  #advancing = false;
  /** The engine has given what the tape took, and has not heard so yet. */
  #accepting = false;
  #waiting = false;
  /** The engine wants bytes. */
  #pulled = false;

  #tape: 'running' | 'complete' | FlowError = 'running';
  #lastAt = 0;
  /** The end of writing is as on the tape, which does not say yet when it was through. */
  #isEnding = false;
  /** In hand since the tape is not known that far, and since when. */
  #unjudged: { readonly written: Written; readonly since: number } | undefined;

  constructor(private readonly immediate: boolean) {}

  /** Takes in what of the tape is there already, and the rest as it comes. */
  load(tape: Observable<TapeEvent>): void {
    const failed = (error: unknown): FlowError => (isFlowError(error) ? error : this.#error('failed', 'the tape cannot be read', error));
    this.#running.add(
      tape.subscribe({
        next: (event) => this.#take(event),
        error: (error: unknown) => this.#endTape(failed(error)),
        complete: () => this.#endTape('complete'),
      }),
    );
  }

  // ── the transport ──────────────────────────────────────────────────────────────────────────────────────────────

  open(link: FlowLink): void {
    this.#link = link;
    this.#advance();
  }

  pull(): void {
    this.#pulled = true;
    this.#advance();
  }

  write(buffer: Uint8Array): boolean {
    return this.#judge(buffer);
  }

  end(): void {
    if (this.#judge('end')) this.#tellEnd();
  }

  abort(): void {
    this.#running.unsubscribe();
  }

  free(done: () => void): void {
    this.#running.unsubscribe();
    done();
  }

  // ── the tape ───────────────────────────────────────────────────────────────────────────────────────────────────

  #take(event: TapeEvent): void {
    this.#lastAt = event.at;
    if (event.kind === 'start') this.name = `replay of ${plainText(event.name)}`;
    this.#takeWriting(event);
    this.#steps.take(event, this.#writes.count);
    this.#settle();
  }

  #takeWriting(event: TapeEvent): void {
    if (event.kind === 'write') this.#writes.write(event.id, event.at, event.data);
    else if (event.kind === 'write-result') this.#writes.result(event.id, event.at, event.ok ? undefined : event.error);
    else if (event.kind === 'flushed') this.#writes.flushed(event.at);
    else if (event.kind === 'eof') this.#writes.eof();
    else if (event.kind === 'closed') this.#writes.closed(event.at);
    else if (event.kind === 'broken') this.#writes.broken();
    else if (event.kind === 'abort') this.#writes.abort();
    else if (event.kind === 'close' || (event.kind === 'shutdown' && event.mode !== 'read')) this.#writes.end(event.at, event.kind === 'shutdown');
  }

  #endTape(how: 'complete' | FlowError): void {
    this.#tape = how;
    if (how === 'complete') {
      this.#writes.complete();
      this.#steps.complete();
    }
    this.#settle();
  }

  /** There is more of the tape: what waited for it goes on. */
  #settle(): void {
    const unjudged = this.#unjudged;
    this.#unjudged = undefined;
    if (unjudged !== undefined && this.#judge(unjudged.written, unjudged.since)) {
      if (unjudged.written === 'end') this.#tellEnd();
      else this.#link?.ready();
    } else if (this.#isEnding) this.#tellEnd();
    this.#advance();
  }

  // ── the peer's side ────────────────────────────────────────────────────────────────────────────────────────────

  /** Does what is due. A reader may write or read on meanwhile: the loop sees to what has become due by that. */
  #advance(): void {
    if (this.#advancing || this.#link === undefined) return;
    this.#advancing = true;
    while (this.#advanceOne(this.#link)) {
      // until nothing is due
    }
    this.#advancing = false;
  }

  #advanceOne(link: FlowLink): boolean {
    if (this.#running.closed) return false;
    if (isFlowError(this.#tape)) return this.#fail(this.#tape);
    const step = this.#steps.peek();
    if (step === undefined) return this.#runOut();
    const isHeld = !this.#writes.areDone(step.afterWrites, step.at) || (step.needsReader && !this.#pulled);
    if (isHeld || !this.#isDue(step.at)) return false;
    // A write that went well before the flow broke does so here.
    if (this.#accepting && isFlowError(step.what)) return this.#lookAgain(0);
    this.#steps.shift();
    if (step.what === 'eof') link.end();
    else if (isBytes(step.what)) this.#pulled = link.push(step.what);
    else link.fail(step.what);
    return true;
  }

  /** If not, it is looked at again then. */
  #isDue(at: number): boolean {
    const delay = this.#delayUntil(at);
    return delay <= 0 || this.#lookAgain(delay);
  }

  #lookAgain(delay: number): false {
    if (this.#waiting) return false;
    this.#waiting = true;
    this.#after(delay, () => {
      this.#waiting = false;
      this.#advance();
    });
    return false;
  }

  /**
   * A reader wants what is not on the tape: what the peer did then nobody knows. It is asked again in a turn of its own,
   * since the program may be about to end the flow, or to stop reading.
   */
  #runOut(): false {
    if (this.#isAtEnd() && this.#isDue(this.#lastAt)) {
      this.#after(0, () => {
        if (this.#isAtEnd()) this.#fail(this.#error('truncated', `the tape ends at ${this.#lastAt} ms, before the peer's end`));
      });
    }
    return false;
  }

  #isAtEnd(): boolean {
    const isPlayed = this.#steps.peek() === undefined && this.#writes.areDone(this.#writes.count);
    return this.#tape === 'complete' && isPlayed && !this.#steps.isOver && this.#link?.wanted === true;
  }

  // ── the program's side ─────────────────────────────────────────────────────────────────────────────────────────

  /** Whether the engine may go on: if not, it hears of that later. */
  #judge(written: Written, since = this.#clock.elapsed()): boolean {
    const verdict = written === 'end' ? this.#writes.takeEnd(since) : this.#writes.take(written, since);
    if (verdict.kind === 'through') return this.#acknowledge(verdict.pendingUntil);
    this.#advance();
    switch (verdict.kind) {
      case 'lost':
        return false;
      case 'unknown':
        this.#unjudged = { written: verdict.rest, since };
        return false;
      case 'refused':
        return this.#refuse(verdict.at, fromTapeFailure(verdict.error));
      case 'deviates':
        this.#fail(this.#error('protocol', verdict.how));
        return true;
    }
  }

  /** First the acknowledgement, then what else is due: it may be that the flow breaks. */
  #acknowledge(pendingUntil: number): boolean {
    const isAccepted = this.#at(pendingUntil, () => this.#link?.ready());
    const wasAccepting = this.#accepting;
    this.#accepting ||= isAccepted;
    this.#advance();
    this.#accepting = wasAccepting;
    return isAccepted;
  }

  /** When it was, and not before the tape says when that was. */
  #tellEnd(): void {
    const at = this.#writes.endedAt;
    this.#isEnding = at === undefined;
    if (at === undefined || at === Infinity) return;
    const finish = () => this.#link?.finished();
    if (this.#at(at, finish)) finish();
  }

  #refuse(at: number, error: FlowError): boolean {
    const isRefused = this.#at(at, () => {
      // First what else is due: a flow that breaks with this write must not be found to have ended in order.
      this.#advance();
      this.#link?.refuse(error);
    });
    if (isRefused) this.#link?.refuse(error);
    return isRefused;
  }

  // ── inside ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Whether that time of the tape has come; if not, `action` is called when it does. */
  #at(at: number, action: () => void): boolean {
    const delay = this.#delayUntil(at);
    if (delay <= 0) return true;
    this.#after(delay, () => {
      if (this.#at(at, action)) action();
    });
    return false;
  }

  /** From now to a time of the tape. */
  #delayUntil(at: number): number {
    return this.immediate ? 0 : at + this.#writes.lateMs - this.#clock.elapsed();
  }

  /** Or as soon as a timer can: who has to wait for longer looks again then. */
  #after(ms: number, action: () => void): void {
    this.#running.add(timer(Math.min(ms, LONGEST_TIMER_MS)).subscribe(action));
  }

  #fail(error: FlowError): false {
    this.#running.unsubscribe();
    this.#link?.fail(error);
    return false;
  }

  #error(code: FlowErrorCode, message: string, cause?: unknown): FlowError {
    return new FlowError(code, `${this.name}: ${message}`, { cause });
  }
}
