import type { Observable, ObservableInput } from 'rxjs';
import { checkOptions } from '../../flow/check-options.js';
import { checkWhole } from '../../flow/check-whole.js';
import type { TapeEvent } from '../tape/tape-event.js';
import { drawTape } from './draw-tape.js';
import { formatCount } from './format-count.js';
import { groupColumns } from './group-columns.js';
import type { MarbleSheet } from './marble-sheet.js';
import { summarize } from './sheet-summary.js';
import { legendOf } from './text-labels.js';
import { textRows } from './text-rows.js';
import { wrapLine } from './wrap-line.js';

/** How wide a picture in text may be. */
export interface RenderMarblesOptions {
  /** Characters in a line, at most (default 100, at least 40). */
  readonly width?: number;
}

/**
 * A tape as marble timelines in text, for a terminal: what came in and went out with sizes, pending writes, stalls, ends
 * and failures, and above it three lines that sum it up, wrapped where they are too wide. Long tapes are drawn in groups,
 * which the text says. Data counts as having waited where a reader who comes gets it at once, or within 5 milliseconds
 * and within a quarter of the time that there was none: a tape does not say when it came.
 *
 * An array of events gives the text at once, anything else an Observable of it, which emits when the tape completes (and
 * errors as it does); payloads are not kept. Names are made harmless to a terminal. A `TypeError` names what is no event
 * of a tape, or cannot follow those before it.
 *
 * @example
 * tape.pipe(toArray()).subscribe((events) => console.log(renderMarbles(events)));
 */
export function renderMarbles(tape: readonly TapeEvent[], options?: RenderMarblesOptions): string;
export function renderMarbles(tape: ObservableInput<TapeEvent>, options?: RenderMarblesOptions): Observable<string>;
export function renderMarbles(
  tape: readonly TapeEvent[] | ObservableInput<TapeEvent>,
  options: RenderMarblesOptions = {},
): string | Observable<string> {
  checkOptions('renderMarbles', options);
  const { width = 100 } = options;
  checkWhole('renderMarbles: width', width, 40);
  return drawTape('renderMarbles', tape, (sheet) => draw(sheet, width));
}

const ROOM = { columns: 90, groups: 32 };

function draw(sheet: MarbleSheet, width: number): string {
  const columns = groupColumns(sheet.columns, ROOM);
  const { title, in: inbound, out } = summarize(sheet);
  const totals = [`  in   peer -> here   ${inbound}`, `  out  here -> peer   ${out}`];
  const head = [...wrapLine(title, width, 2), ...totals.flatMap((line) => wrapLine(line, width, 7))];
  const areGroups = columns !== sheet.columns;
  if (areGroups) head.push(...wrapLine(`  ${formatCount(sheet.events)} events, drawn in ${columns.length} groups`, width, 4));
  const legend = legendOf(columns, sheet.before).flatMap((sign) => wrapLine(`  ${sign}`, width, 5));
  return `${[head, ...textRows(columns, sheet.before, width, areGroups), legend].map((lines) => lines.join('\n')).filter((block) => block !== '').join('\n\n')}\n`;
}
