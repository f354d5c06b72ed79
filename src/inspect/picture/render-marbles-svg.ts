import type { Observable, ObservableInput } from 'rxjs';
import type { TapeEvent } from '../tape/tape-event.js';
import { drawTape } from './draw-tape.js';
import { formatCount } from './format-count.js';
import { groupColumns } from './group-columns.js';
import type { MarbleSheet } from './marble-sheet.js';
import { summarize } from './sheet-summary.js';
import { svgCell } from './svg-cell.js';
import { element, escaped, text } from './svg-element.js';
import { drawLegend } from './svg-legend.js';
import { drawOverview, OVERVIEW_HEIGHT } from './svg-overview.js';
import { drawRow, svgRows } from './svg-row.js';
import { STYLE } from './svg-style.js';

/**
 * A tape as a picture, a whole SVG document: marbles with their sizes on a timeline for each direction, pending writes
 * and unread data (as `renderMarbles` counts it) as bands, ends and failures as signs; above it a summary, and for a long
 * tape the bytes over time. Light or dark as the reader prefers. Long tapes are drawn in groups, which the picture says.
 *
 * An array of events gives the picture at once, anything else an Observable of it, which emits when the tape completes
 * (and errors as it does); payloads are not kept. All text of the tape is escaped. A `TypeError` names what is no event of
 * a tape, or cannot follow those before it.
 *
 * @example
 * writeFileSync('login.svg', renderMarblesSvg(events));
 */
export function renderMarblesSvg(tape: readonly TapeEvent[]): string;
export function renderMarblesSvg(tape: ObservableInput<TapeEvent>): Observable<string>;
export function renderMarblesSvg(tape: readonly TapeEvent[] | ObservableInput<TapeEvent>): string | Observable<string> {
  return drawTape('renderMarblesSvg', tape, draw);
}

const WIDTH = 1100;
const MARGIN = 24;
const ROOM = { columns: 110, groups: 32 };
/** Of the whole time: a pause that is said, and not only drawn. */
const LONG_PAUSE = 0.15;
/** All groups are equally wide, so that those of one row stand under those of the other. */
const GROUP_WIDTH = 107;
/** Two totals in words, each as long as a text may be. */
const LONGEST_DESCRIPTION = 420;
/** From so many columns on there is an overview. */
const MANY = 36;

function draw(sheet: MarbleSheet): string {
  const { title, in: inbound, out } = summarize(sheet);
  const columns = groupColumns(sheet.columns, ROOM);
  const isGrouped = columns !== sheet.columns;
  const parts = [text(MARGIN, 38, 'title ink', title), ...drawTotals('in', inbound, 64), ...drawTotals('out', out, 84)];
  let y = 100;
  if (isGrouped) {
    const note = `${formatCount(sheet.events)} events, drawn in ${columns.length} groups: each marble is all that was read or written in its time`;
    parts.push(text(MARGIN, y + 6, 'faint', note));
    y += 20;
  }
  if (sheet.columns.length > MANY && sheet.endsAt > 0) {
    parts.push(drawOverview(sheet, y, WIDTH - MARGIN));
    y += OVERVIEW_HEIGHT;
  }
  const pauses = columns.map((column, index) => (isGrouped ? 0 : (columns[index + 1]?.from ?? column.to) - column.to));
  const cells = columns.map((column, index) => svgCell(column, pauses[index]!, isGrouped ? GROUP_WIDTH : 30, pauses[index]! > sheet.endsAt * LONG_PAUSE));
  for (const row of svgRows(cells, sheet.before, WIDTH - MARGIN)) {
    const { svg, bottom } = drawRow(row, y + 8);
    parts.push(svg);
    y = bottom;
  }
  const legend = drawLegend(columns, sheet, { top: y + 20, left: MARGIN, right: WIDTH - MARGIN });
  return svgDocument(title, `in: ${inbound}. out: ${out}`, legend.bottom + MARGIN, [...parts, legend.svg]);
}

function drawTotals(lane: 'in' | 'out', totals: string, y: number): string[] {
  return [text(MARGIN, y, `strong ${lane} text`, lane), text(MARGIN + 36, y, `${lane} text`, totals)];
}

function svgDocument(title: string, description: string, height: number, parts: readonly string[]): string {
  const root = { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height, role: 'img' };
  const paper = element('rect', { width: WIDTH, height, class: 'paper' });
  const head = [element('title', {}, escaped(title)), element('desc', {}, escaped(description, LONGEST_DESCRIPTION)), element('style', {}, STYLE)];
  return `${element('svg', root, ...head, paper, ...parts)}\n`;
}
