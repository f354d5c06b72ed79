/** The upper lane of a picture: what came from the peer, and whether anybody waited for it. */
import type { InMark, LaneStates } from './marble-sheet.js';
import type { TapeEvent } from './tape-event.js';

export class InLane {
  state: LaneStates['in'] = 'idle';
  /** Since when no reader waits. */
  #idleSince = 0;
  /** A reader has come with the last event: what it gets with the next has waited so long. */
  #unreadMs = 0;

  /** The mark of an event, if it has one in this lane. */
  take(event: TapeEvent): InMark | undefined {
    // Said again, demand is no news: since when it is as it is has been said before.
    if (event.kind === 'demand' && event.wanted === (this.state === 'waiting')) return undefined;
    const unreadMs = this.#unreadMs;
    this.#unreadMs = 0;
    switch (event.kind) {
      case 'demand':
        this.#turn(event.at, event.wanted);
        return undefined;
      case 'read':
        // Of a tape that says nothing of readers, or has lost it: there was one.
        if (this.state === 'idle') this.state = 'waiting';
        return { ...NOTHING, reads: 1, bytes: event.data.byteLength, unreadMs };
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
    if (wanted) this.#unreadMs = at - this.#idleSince;
    else this.#idleSince = at;
    this.state = wanted ? 'waiting' : 'idle';
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
