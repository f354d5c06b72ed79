/**
 * The read side of a tape that is replayed: what the peer did, in order, and behind which writes of the program it stands.
 * It knows no flow and no timer.
 */
import { FlowError } from '../flow/flow-error.js';
import type { TapeEvent } from './tape-event.js';
import { fromTapeFailure } from './tape-failure.js';

/** What the peer does next, once the writes before it are done and its time has come. */
export interface Step {
  readonly at: number;
  readonly afterWrites: number;
  readonly what: Uint8Array | FlowError | 'eof';
}

export class PeerSteps {
  readonly #steps: Step[] = [];
  #next = 0;
  /** The tape has an end of the read side, or the abort of the program it was recorded of. */
  isOver = false;

  /** `writes`: how many the tape has had so far. */
  take(event: TapeEvent, writes: number): void {
    if (event.kind === 'read') this.#add(event.at, writes, event.data);
    else if (event.kind === 'eof' || event.kind === 'closed') this.#end(event.at, writes, 'eof');
    else if (event.kind === 'read-error' || event.kind === 'broken') this.#end(event.at, writes, fromTapeFailure(event.error));
    else if (event.kind === 'gap') this.#end(event.at, writes, missing(event.events));
    else if (event.kind === 'abort') this.isOver = true;
  }

  /** `undefined` where the tape has, or has had, no more. */
  peek(): Step | undefined {
    return this.#steps[this.#next];
  }

  shift(): void {
    this.#next += 1;
  }

  #end(at: number, writes: number, how: 'eof' | FlowError): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#add(at, writes, how);
  }

  #add(at: number, afterWrites: number, what: Step['what']): void {
    this.#steps.push({ at, afterWrites, what });
  }
}

function missing(events: number): FlowError {
  return new FlowError('truncated', `replay: ${events} events are missing on the tape`);
}
