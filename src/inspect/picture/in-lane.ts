/** The upper lane of a picture: what came from the peer, and whether anybody waited for it. */
import { isInstant } from '../tape/is-instant.js';
import type { TapeEvent } from '../tape/tape-event.js';
import type { InMark, LaneStates } from './marble-sheet.js';

export class InLane {
  state: LaneStates['in'] = 'idle';
  /** What the last event shows of the time that seemed to have no reader: one waited after all, or data did. */
  past: 'waiting' | 'stalled' | undefined;
  /** Since when no reader waits. */
  #idleSince = 0;
  /** Since when one does, and for how long none had: what it gets at once has waited for it. */
  #waitsSince = 0;
  #unreadMs = 0;

  /** The mark of an event, if it has one in this lane. */
  take(event: TapeEvent): InMark | undefined {
    this.past = undefined;
    // Said again, demand is no news: since when it is as it is has been said before.
    if (event.kind === 'demand' && event.wanted === (this.state === 'waiting')) return undefined;
    switch (event.kind) {
      case 'demand':
        this.#turn(event.at, event.wanted);
        return undefined;
      case 'read':
        return { ...NOTHING, reads: 1, bytes: event.data.byteLength, unreadMs: this.#read(event.at) };
      case 'write':
        this.#unreadMs = 0; // what comes after it may be the answer
        return undefined;
      case 'gap':
        this.#idleSince = event.at;
        this.#unreadMs = 0;
        return undefined;
      case 'eof':
        return this.#end({ ...NOTHING, end: 'eof' });
      case 'read-error':
        return this.#end({ ...NOTHING, end: 'failed', code: event.error.code });
      case 'shutdown':
        return event.mode === 'write' || this.state === 'over' ? undefined : this.#end({ ...NOTHING, end: 'stop' });
      default:
        if (event.kind === 'closed' || event.kind === 'broken') this.#overWithoutReader();
        return undefined;
    }
  }

  #turn(at: number, wanted: boolean): void {
    if (this.state === 'over') return;
    this.state = wanted ? 'waiting' : 'idle';
    this.#unreadMs = wanted ? at - this.#idleSince : 0;
    if (wanted) this.#waitsSince = at;
    else this.#idleSince = at;
    if (wanted && this.#unreadMs === 0) this.past = 'waiting';
  }

  /** How long the bytes that are read now have waited, at most: none where the reader waited for them. */
  #read(at: number): number {
    const unreadMs = isInstant(at - this.#waitsSince, this.#unreadMs) ? this.#unreadMs : 0;
    this.#unreadMs = 0;
    if (unreadMs > 0) this.past = 'stalled';
    // Of a tape that says nothing of readers, or has lost it: there was one.
    if (this.state === 'idle') this.state = this.past = 'waiting';
    return unreadMs;
  }

  #end(mark: InMark): InMark {
    this.state = 'over';
    return mark;
  }

  /** A reader of that moment may still read what is left. */
  #overWithoutReader(): void {
    if (this.state === 'idle') this.state = 'over';
  }
}

const NOTHING: InMark = { reads: 0, bytes: 0, unreadMs: 0, end: undefined, code: undefined };
