/**
 * Plays a script as the peer of a flow: hands out what is to be read, compares what is written, and fails the flow at
 * the first deviation. One script, one transport; the queueing is the engine's.
 */
import { asapScheduler, Subscription } from 'rxjs';
import { FlowError } from '../../flow/flow-error.js';
import { isBytes } from '../../flow/is-bytes.js';
import type { FlowLink, Transport } from '../../flow/transport.js';
import { asFlowError } from '../as-flow-error.js';
import { firstDifference, joinBytes } from '../bytes.js';
import { difference, surplus } from '../difference.js';
import { longTimer } from '../long-timer.js';
import { nameOfStep, type Step } from './step.js';

export class ScriptedTransport implements Transport {
  #link!: FlowLink;
  readonly #timers = new Subscription();

  /** How many bytes of each step have been matched; `DONE` once the step is. */
  readonly #progress: number[];
  /** The first step that is not done. Writes may be ahead of it, reads never are. */
  #at = 0;
  /** Where writes got to: what they have passed stays passed, though a reader may still have to take it. */
  #writerAt = 0;
  #isWaiting = false;
  #isReadWanted = false;
  #isAdvancing = false;
  /** Inside a `write` of the engine's, whose result is not out yet. */
  #isWriting = false;
  /** What was written, or EOF, and has not been compared, or not all of it: a pause comes first. */
  #inHand: Uint8Array | 'eof' | undefined = undefined;
  /** How many of its bytes have been compared. */
  #compared = 0;
  #deviation: FlowError | undefined = undefined;

  constructor(
    readonly name: string,
    private readonly steps: readonly Step[],
  ) {
    this.#progress = steps.map(() => 0);
  }

  open(link: FlowLink): void {
    this.#link = link;
  }

  pull(): void {
    this.#isReadWanted = true;
    this.#advance();
  }

  write(buffer: Uint8Array): boolean {
    this.#inHand = buffer;
    this.#compared = 0;
    this.#isWriting = true;
    this.#advance();
    this.#isWriting = false;
    return this.#inHand === undefined;
  }

  end(): void {
    this.#inHand = 'eof';
    this.#advance();
  }

  abort(): void {
    this.#timers.unsubscribe();
  }

  /** Throws what deviated, or an error that names the steps left over. */
  verify(): void {
    if (this.#deviation !== undefined) throw this.#deviation;
    let count = this.steps.length;
    // A pause that nothing was to follow is no step that somebody failed to take.
    while (this.steps[count - 1]?.kind === 'wait') count -= 1;
    const left = this.steps.slice(0, count).flatMap((step, at) => (this.#isDone(at) ? [] : [this.#leftOver(step, at)]));
    const steps = `${left.length} of ${this.steps.length} ${this.steps.length === 1 ? 'step' : 'steps'}`;
    const faults = left.length === 0 ? [] : [`${steps} left over`, ...left.map((step) => `  ${step}`)];
    // EOF may always come at the end; bytes may not.
    const hand = this.#inHand;
    if (isBytes(hand)) faults.push(`a write was compared with no step, as a pause came first\n${surplus(hand, this.#compared)}`);
    if (faults.length > 0) throw new FlowError('protocol', `${this.name}: ${faults.join('\n')}`);
  }

  // ── inside ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Goes on for as long as anything can be taken; what comes in meanwhile is taken in by the same loop. */
  #advance(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    while (this.#deviation === undefined && (this.#takeHand() || this.#takeStep()));
    this.#isAdvancing = false;
  }

  /** Compares what was written with the next step for it. `false` if there is nothing to compare, or not yet. */
  #takeHand(): boolean {
    const came = this.#inHand;
    if (came === undefined) return false;
    const at = this.#nextForWriter();
    const step = this.steps[at];
    if (step?.kind === 'wait') return false;
    if (came === 'eof') this.#takeEof(step, at);
    else this.#takeBytes(came, step, at);
    return true;
  }

  /** Writes look past reads that are still to be taken, but not past a pause. */
  #nextForWriter(): number {
    let at = this.#writerAt;
    while (at < this.steps.length && (this.#isDone(at) || FOR_READER.has(this.steps[at]!.kind))) at += 1;
    this.#writerAt = at;
    return at;
  }

  #takeBytes(written: Uint8Array, step: Step | undefined, at: number): void {
    if (step === undefined) {
      this.#deviate(`unexpected write\n  expected  no more writes\n${surplus(written, this.#compared)}`);
    } else if (step.kind === 'write') {
      this.#match(written, step.bytes, at);
    } else if (step.kind === 'writeError') {
      this.#done(at);
      this.#inHand = undefined;
      this.#link.refuse(this.#asFlowError(step.error));
    } else {
      this.#deviate(`${nameOfStep(step, at)}\n  expected  EOF\n${surplus(written, this.#compared)}`);
    }
  }

  #match(written: Uint8Array, bytes: Uint8Array, at: number): void {
    const came = written.subarray(this.#compared);
    const matched = this.#progress[at]!;
    const shorter = Math.min(came.byteLength, bytes.byteLength - matched);
    const expected = bytes.subarray(matched, matched + shorter);
    if (firstDifference(came.subarray(0, shorter), expected) >= 0) {
      this.#deviate(`${nameOfStep(this.steps[at]!, at)} ${difference(bytes, joinBytes([bytes.subarray(0, matched), came]))}`);
      return;
    }
    this.#progress[at] = matched + shorter;
    if (matched + shorter === bytes.byteLength) this.#done(at);
    this.#compared += shorter;
    if (shorter === came.byteLength) this.#inHand = undefined;
    if (this.#inHand === undefined && !this.#isWriting) this.#link.ready();
  }

  #takeEof(step: Step | undefined, at: number): void {
    if (step !== undefined && step.kind !== 'expectEof') {
      this.#deviate(`${this.#leftOver(step, at)}\n  expected  a write\n  came      EOF`);
      return;
    }
    if (step !== undefined) this.#done(at);
    this.#inHand = undefined;
    this.#link.finished();
  }

  /** Does the next step if it is the reader's, or time's, turn. */
  #takeStep(): boolean {
    while (this.#isDone(this.#at)) this.#at += 1;
    const step = this.steps[this.#at];
    if (step === undefined) return false;
    if (step.kind === 'wait') return this.#wait(step.ms);
    if (!FOR_READER.has(step.kind) || !this.#hasReader()) return false;
    if (step.kind === 'readError' && this.#isWriting) {
      // The write before it has gone well, and its result must be out first.
      this.#timers.add(asapScheduler.schedule(() => this.#advance()));
      return false;
    }
    this.#done(this.#at);
    if (step.kind === 'read') this.#isReadWanted = this.#link.push(step.bytes.slice());
    else if (step.kind === 'eof') this.#link.end();
    else if (step.kind === 'readError') this.#link.fail(this.#asFlowError(step.error));
    return true;
  }

  /** The one who asked may have left meanwhile; then the step is the next one's, whose coming `pull` will tell. */
  #hasReader(): boolean {
    if (this.#isReadWanted) this.#isReadWanted = this.#link.push(NOTHING);
    return this.#isReadWanted;
  }

  #wait(ms: number): boolean {
    if (this.#isWaiting) return false;
    this.#isWaiting = true;
    this.#timers.add(
      longTimer(ms).subscribe(() => {
        this.#isWaiting = false;
        this.#done(this.#at);
        this.#advance();
      }),
    );
    return false;
  }

  #deviate(text: string): void {
    this.#deviation = new FlowError('protocol', `${this.name}: ${text}`);
    this.#link.fail(this.#deviation);
  }

  #asFlowError(error: unknown): FlowError {
    return asFlowError(error, `${this.name}: failed by its script`);
  }

  #leftOver(step: Step, at: number): string {
    const progress = this.#progress[at]!;
    const came = step.kind === 'write' && progress > 0 ? `: ${progress} of ${step.bytes.byteLength} bytes came` : '';
    return `${nameOfStep(step, at)}${came}`;
  }

  #isDone(at: number): boolean {
    return this.#progress[at] === DONE;
  }

  #done(at: number): void {
    this.#progress[at] = DONE;
  }
}

const DONE = Infinity;
const NOTHING = new Uint8Array(0);
const FOR_READER: ReadonlySet<Step['kind']> = new Set<Step['kind']>(['read', 'eof', 'readError']);
