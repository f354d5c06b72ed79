/**
 * The read side of a tape that is replayed: what the peer did, in order, and behind which writes of the program it stands.
 * It knows no flow and no timer.
 */
import { FlowError } from '../../flow/flow-error.js';
import type { TapeEvent } from '../tape/tape-event.js';
import { fromTapeFailure } from '../tape/tape-failure.js';

/** What the peer does next, once the writes before it are done and its time has come. */
export interface Step extends Place {
  readonly what: Uint8Array | FlowError | 'eof';
  /** It comes only when a reader waits for it, as it did. */
  readonly needsReader: boolean;
}

interface Place {
  readonly at: number;
  readonly afterWrites: number;
}

export class PeerSteps {
  readonly #steps: Step[] = [];
  #next = 0;
  /** The tape has an end of the read side, or the abort of the program it was recorded of. */
  isOver = false;
  #isAborted = false;
  /** The last step, wherever it is on the tape: what is read after it had come before it, and was there unread. */
  #flowEnd: Step | undefined;

  /** `writes`: how many the tape has had so far. */
  take(event: TapeEvent, writes: number): void {
    const place = this.#flowEnd ?? { at: event.at, afterWrites: writes };
    if (event.kind === 'read') this.#steps.push({ ...place, what: event.data, needsReader: this.#flowEnd === undefined });
    else if (event.kind === 'eof') this.#endReading(place, 'eof');
    else if (event.kind === 'read-error') this.#endReading(place, fromTapeFailure(event.error));
    else if (event.kind === 'gap') this.#endReading(place, missing(event.events));
    else if (event.kind === 'closed') this.#endFlow(place, 'eof');
    else if (event.kind === 'broken') this.#endFlow(place, fromTapeFailure(event.error));
    else if (event.kind === 'abort') this.#abort();
  }

  /** The tape has no more. */
  complete(): void {
    if (this.#flowEnd === undefined) return;
    this.isOver = true;
    this.#steps.push(this.#flowEnd);
  }

  /** `undefined` where the tape has, or has had, no more. */
  peek(): Step | undefined {
    return this.#steps[this.#next];
  }

  shift(): void {
    this.#next += 1;
  }

  #endReading(place: Place, how: 'eof' | FlowError): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#steps.push({ ...place, what: how, needsReader: false });
  }

  #endFlow(place: Place, how: 'eof' | FlowError): void {
    if (this.#isAborted) return;
    this.#flowEnd ??= { ...place, what: how, needsReader: false };
  }

  /** What it brings about is left to the program. */
  #abort(): void {
    if (this.#flowEnd !== undefined) return;
    this.#isAborted = true;
    this.isOver = true;
  }
}

function missing(events: number): FlowError {
  return new FlowError('truncated', `replay: ${events} events are missing on the tape`);
}
