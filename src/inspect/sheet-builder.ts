/** Makes a sheet of a tape's events, one by one, keeping what is drawn of each: no payload. */
import { InLane } from './in-lane.js';
import { canJoin, joinColumns } from './join-columns.js';
import type { Column, FlowMark, LaneStates, MarbleSheet } from './marble-sheet.js';
import { OutLane } from './out-lane.js';
import { plainText } from './plain-text.js';
import type { TapeEvent } from './tape-event.js';

export class SheetBuilder {
  readonly #in = new InLane();
  readonly #out = new OutLane();
  readonly #columns: Column[] = [];
  #name: string | undefined;
  #events = 0;
  #endsAt = 0;
  /** The last column before the reader went. */
  #idleFrom = 0;

  add(event: TapeEvent): void {
    this.#events += 1;
    this.#endsAt = event.at;
    if (event.kind === 'start') this.#name = plainText(event.name, 56);
    const before = this.#in.state;
    const mark = { in: this.#in.take(event), out: this.#out.take(event), flow: flowMarksOf(event) };
    if (before !== 'idle' && this.#in.state === 'idle') this.#idleFrom = Math.max(0, this.#columns.length - 1);
    if (mark.in !== undefined && mark.in.unreadMs > 0) this.#markStall();
    const after = { in: this.#in.state, out: this.#out.state };
    const isSeen = mark.in !== undefined || mark.out !== undefined || mark.flow.length > 0;
    if (isSeen) this.#place({ from: event.at, to: event.at, events: 1, ...mark, after });
    else this.#setAfter(this.#columns.length - 1, after);
  }

  sheet(): MarbleSheet {
    return {
      name: this.#name,
      endsAt: this.#endsAt,
      events: this.#events,
      unsettled: this.#out.unsettled,
      columns: this.#columns,
    };
  }

  #place(column: Column): void {
    const last = this.#columns.at(-1);
    if (last !== undefined && canJoin(last, column)) this.#columns[this.#columns.length - 1] = joinColumns(last, column);
    else this.#columns.push(column);
  }

  /** Data was there all the time that nobody read. */
  #markStall(): void {
    for (let at = this.#idleFrom; at < this.#columns.length; at += 1) {
      this.#setAfter(at, { in: 'stalled', out: this.#columns[at]!.after.out });
    }
  }

  #setAfter(at: number, after: LaneStates): void {
    const column = this.#columns[at];
    if (column !== undefined) this.#columns[at] = { ...column, after };
  }
}

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
