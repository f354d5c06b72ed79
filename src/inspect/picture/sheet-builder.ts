/** Makes a sheet of a tape's events, one by one, keeping what is drawn of each: no payload. */
import { plainText } from '../plain-text.js';
import type { TapeEvent } from '../tape/tape-event.js';
import { InLane } from './in-lane.js';
import { canJoin, joinColumns } from './join-columns.js';
import type { Column, FlowMark, LaneStates, MarbleSheet } from './marble-sheet.js';
import { OutLane } from './out-lane.js';
import { tidyTurns } from './tidy-turns.js';

export class SheetBuilder {
  readonly #in = new InLane();
  readonly #out = new OutLane();
  /** The first has no mark: it is there for what the lanes are like before the others. */
  readonly #columns: Column[] = [{ from: 0, to: 0, events: 0, ...NO_MARKS, after: { in: this.#in.state, out: this.#out.state } }];
  #name: string | undefined;
  #events = 0;
  #endsAt = 0;
  /** The column that no reader has waited since. */
  #idleFrom = 0;

  add(event: TapeEvent): void {
    this.#endsAt = event.at;
    if (event.kind === 'start') this.#name = plainText(event.name, 56);
    else this.#events += 1;
    const before = this.#in.state;
    const mark = { in: this.#in.take(event), out: this.#out.take(event), flow: flowMarksOf(event) };
    if (this.#in.past !== undefined) this.#markIdle(this.#in.past);
    const after = { in: this.#in.state, out: this.#out.state };
    const isSeen = mark.in !== undefined || mark.out !== undefined || mark.flow.length > 0;
    // Demand that turns has a place of its own, though no mark: one stretch may be without a reader, and the next with one.
    if (isSeen || after.in !== before) this.#place({ from: event.at, to: event.at, events: 1, ...mark, after });
    else this.#setAfter(this.#columns.length - 1, after);
    // A gap may have swallowed a reader, who then came after what the tape has said.
    const isReaderLost = event.kind === 'gap' && this.#idleFrom > 0;
    if (after.in === 'idle' && (before !== 'idle' || isReaderLost)) this.#idleFrom = this.#columns.length - 1;
  }

  sheet(): MarbleSheet {
    const [first, ...columns] = tidyTurns(this.#columns);
    return {
      name: this.#name,
      endsAt: this.#endsAt,
      events: this.#events,
      unsettled: this.#out.unsettled,
      before: first!.after,
      columns,
    };
  }

  #place(column: Column): void {
    const last = this.#columns.at(-1)!;
    if (this.#columns.length > 1 && canJoin(last, column)) this.#columns[this.#columns.length - 1] = joinColumns(last, column);
    else this.#columns.push(column);
  }

  /** A reader was there all the time, or data was. */
  #markIdle(state: 'waiting' | 'stalled'): void {
    for (let at = this.#idleFrom; at < this.#columns.length; at += 1) {
      this.#setAfter(at, { in: state, out: this.#columns[at]!.after.out });
    }
  }

  #setAfter(at: number, after: LaneStates): void {
    this.#columns[at] = { ...this.#columns[at]!, after };
  }
}

const NO_MARKS = { in: undefined, out: undefined, flow: [] };

function flowMarksOf(event: TapeEvent): FlowMark[] {
  switch (event.kind) {
    case 'close':
      return [{ label: 'close()', isBad: false, count: 1 }];
    case 'closed':
      return [{ label: 'closed', isBad: false, count: 1 }];
    case 'abort':
      return [{ label: 'abort()', isBad: true, count: 1 }];
    case 'broken':
      return [{ label: `broken: ${event.error.code}`, isBad: true, count: 1 }];
    case 'gap':
      return [{ label: 'events lost', isBad: true, count: event.events }];
    default:
      return [];
  }
}
