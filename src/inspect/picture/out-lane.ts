/** The lower lane of a picture: what went to the peer, and what became of each write. */
import type { TapeEvent } from '../tape/tape-event.js';
import type { LaneStates, OutMark } from './marble-sheet.js';

export class OutLane {
  /** When the writes without a result yet were made, by their ids. */
  readonly #writtenAt = new Map<number, number>();
  /** Those of them that are pending; of the others a gap may have swallowed the result. */
  readonly #pending = new Set<number>();
  /** `lost`: it was called, and a gap may have swallowed what came of it. */
  #end: 'none' | 'called' | 'lost' | 'over' = 'none';
  /** The last write before the end was called. One that is made later fails, and what was made before goes on. */
  #lastId = 0;
  /** After a failed write nothing succeeds that was called later, the end neither. */
  #hasFailed = false;

  get state(): LaneStates['out'] {
    if (this.#end === 'over') return 'over';
    if (this.#pending.size > 0) return 'pending';
    if (this.#hasFailed) return 'over';
    return this.#end === 'called' ? 'pending' : 'free';
  }

  get unsettled(): number {
    return this.#pending.size;
  }

  /** The mark of an event, if it has one in this lane: none for a result that came at once. */
  take(event: TapeEvent): OutMark | undefined {
    switch (event.kind) {
      case 'write':
        this.#writtenAt.set(event.id, event.at);
        this.#pending.add(event.id);
        if (this.#end === 'none') this.#lastId = event.id;
        return { ...NOTHING, writes: 1, bytes: event.data.byteLength };
      case 'write-result':
        return this.#settle(event);
      case 'shutdown':
        if (event.mode === 'read' || this.#end !== 'none' || this.state === 'over') return undefined;
        this.#end = 'called';
        return { ...NOTHING, end: 'called' };
      case 'gap':
        this.#pending.clear();
        if (this.#end === 'called') this.#end = 'lost';
        return undefined;
      case 'flushed':
        this.#end = 'over';
        return { ...NOTHING, end: 'eof' };
      default:
        if (event.kind === 'closed' || event.kind === 'broken') this.#end = 'over';
        return undefined;
    }
  }

  #settle(event: Extract<TapeEvent, { kind: 'write-result' }>): OutMark | undefined {
    const writtenAt = this.#writtenAt.get(event.id);
    this.#writtenAt.delete(event.id);
    this.#pending.delete(event.id);
    const pendingMs = writtenAt === undefined ? 0 : event.at - writtenAt;
    if (!event.ok) {
      this.#hasFailed ||= this.#end === 'none' || event.id <= this.#lastId;
      return { ...NOTHING, failed: 1, code: event.error.code, failedMs: pendingMs };
    }
    return pendingMs > 0 ? { ...NOTHING, accepted: 1, acceptedMs: pendingMs } : undefined;
  }
}

const NOTHING: OutMark = { writes: 0, bytes: 0, accepted: 0, acceptedMs: 0, failed: 0, failedMs: 0, code: undefined, end: undefined };
