/** The lower lane of a picture: what went to the peer, and what became of each write. */
import type { LaneStates, OutMark } from './marble-sheet.js';
import type { TapeEvent } from './tape-event.js';

export class OutLane {
  /** Writes without a result yet, by their ids. */
  readonly #pending = new Map<number, number>();
  #end: 'none' | 'called' | 'over' = 'none';

  get state(): LaneStates['out'] {
    if (this.#end === 'over') return 'over';
    return this.#pending.size > 0 || this.#end === 'called' ? 'pending' : 'free';
  }

  get unsettled(): number {
    return this.#pending.size;
  }

  /** The mark of an event, if it has one in this lane: none for a result that came at once. */
  take(event: TapeEvent): OutMark | undefined {
    switch (event.kind) {
      case 'write':
        this.#pending.set(event.id, event.at);
        return { ...NOTHING, writes: 1, bytes: event.data.byteLength };
      case 'write-result':
        return this.#settle(event);
      case 'shutdown':
        if (event.mode === 'read' || this.#end !== 'none') return undefined;
        this.#end = 'called';
        return { ...NOTHING, end: 'called' };
      case 'flushed':
        this.#end = 'over';
        return { ...NOTHING, end: 'eof' };
      default:
        if (event.kind === 'closed' || event.kind === 'broken') this.#end = 'over';
        return undefined;
    }
  }

  #settle(event: Extract<TapeEvent, { kind: 'write-result' }>): OutMark | undefined {
    const writtenAt = this.#pending.get(event.id);
    this.#pending.delete(event.id);
    const pendingMs = writtenAt === undefined ? 0 : event.at - writtenAt;
    // After a failed write none succeeds.
    if (!event.ok) {
      this.#end = 'over';
      return { ...NOTHING, failed: 1, code: event.error.code, pendingMs };
    }
    return pendingMs > 0 ? { ...NOTHING, accepted: 1, pendingMs } : undefined;
  }
}

const NOTHING: OutMark = { writes: 0, bytes: 0, accepted: 0, pendingMs: 0, failed: 0, code: undefined, end: undefined };
