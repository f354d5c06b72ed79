/**
 * What holds for the events of a tape beyond the fields of each (`docs/tape-format.md`): whoever takes a tape refuses
 * what breaks it. Of the events it keeps the ids of the writes that are pending, and nothing else.
 */
import type { TapeEvent } from './tape-event.js';
import { LineFault } from './tape-fields.js';

export class TapeRules {
  #isFirst = true;
  #lastAt = 0;
  #lastId = 0;
  readonly #pending = new Set<number>();
  /** Of writes with lower ids nothing is known: a gap may have swallowed them, or their results. */
  #knownFrom = 0;
  #readEnd: 'eof' | 'read-error' | undefined;
  #flowEnd: 'closed' | 'broken' | undefined;

  /** Throws a `LineFault` that says which rule the event breaks. */
  take(event: TapeEvent): void {
    if (event.at < this.#lastAt) throw new LineFault(`at ${event.at} comes after ${this.#lastAt}`);
    this.#lastAt = event.at;
    if (event.kind === 'start') this.#takeStart();
    else if (event.kind === 'gap') this.#takeGap();
    else if (event.kind === 'write') this.#takeWrite(event.id);
    else if (event.kind === 'write-result') this.#takeResult(event.id);
    else if (event.kind === 'read' || event.kind === 'eof' || event.kind === 'read-error') this.#takeReading(event);
    else if (event.kind === 'closed' || event.kind === 'broken') this.#takeEnd(event.kind);
    this.#isFirst = false;
  }

  #takeStart(): void {
    if (!this.#isFirst) throw new LineFault('a start event can only be the first of a tape');
  }

  /** Any of the writes so far may have its result in it, and further writes be in it with theirs. */
  #takeGap(): void {
    this.#pending.clear();
    this.#knownFrom = Infinity;
  }

  #takeWrite(id: number): void {
    const isAfterGap = this.#knownFrom === Infinity;
    if (isAfterGap ? id <= this.#lastId : id !== this.#lastId + 1) {
      throw new LineFault(`id is ${id}, where ${this.#lastId + 1} comes next`);
    }
    if (isAfterGap) this.#knownFrom = id;
    this.#lastId = id;
    this.#pending.add(id);
  }

  #takeResult(id: number): void {
    if (!this.#pending.delete(id) && id >= this.#knownFrom) throw new LineFault(`id is ${id}, which is no write that is pending`);
  }

  #takeReading(event: Extract<TapeEvent, { kind: 'read' | 'eof' | 'read-error' }>): void {
    if (this.#readEnd !== undefined) throw new LineFault(`${event.kind} comes after ${this.#readEnd}`);
    if (event.kind !== 'read') this.#readEnd = event.kind;
    else if (event.data.byteLength === 0) throw new LineFault('has no bytes: a read has at least one');
  }

  #takeEnd(kind: 'closed' | 'broken'): void {
    if (this.#flowEnd !== undefined) throw new LineFault(`${kind} comes after ${this.#flowEnd}`);
    this.#flowEnd = kind;
  }
}
