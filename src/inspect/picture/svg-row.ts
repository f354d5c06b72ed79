/** One row of a picture: the times above, the lanes with what they were like in between, and the cells on them. */
import { formatDuration } from './format-duration.js';
import type { LaneStates } from './marble-sheet.js';
import { drawCell, type Levels, LINE_HEIGHT, PILL_HEIGHT, type SvgCell } from './svg-cell.js';
import { line, text } from './svg-element.js';
import { SMALL_CHARACTER } from './svg-style.js';

/** Where the lanes begin. */
export const LANES_X = 92;
const FIRST_X = LANES_X + 12;

export interface SvgRow {
  readonly cells: readonly SvgCell[];
  /** The lanes before the first cell. */
  readonly before: LaneStates;
}

/** Cells in rows, as many in each as there is room for. */
export function svgRows(cells: readonly SvgCell[], start: LaneStates, right: number): SvgRow[] {
  const rows: { cells: SvgCell[]; before: LaneStates }[] = [];
  let x = Infinity;
  let before = start;
  for (const cell of cells) {
    if (x + cell.width > right) {
      rows.push({ cells: [], before });
      x = FIRST_X;
    }
    rows.at(-1)!.cells.push(cell);
    x += cell.width;
    before = cell.column.after;
  }
  return rows;
}

/** Draws a row at `top` and says where the next one may begin. */
export function drawRow({ cells, before }: SvgRow, top: number): { readonly svg: string; readonly bottom: number } {
  const most = (count: (cell: SvgCell) => number) => Math.max(...cells.map(count));
  const inLevel = top + 34 + PILL_HEIGHT / 2 + LINE_HEIGHT * most((cell) => Math.max(1, cell.in?.notes.length ?? 0));
  const outLevel = inLevel + PILL_HEIGHT + 26;
  const flowLevel = outLevel + PILL_HEIGHT / 2 + 14 + LINE_HEIGHT * most((cell) => cell.out?.notes.length ?? 0);
  const levels = { in: inLevel, out: outLevel, flow: flowLevel };
  const places = placesOf(cells);
  const svg = [drawTimes(places, top), drawNames(levels), drawLanes(places, before, levels), ...places.map(({ cell, x }) => drawCell(cell, x, levels))];
  return { svg: svg.join(''), bottom: Math.max(outLevel + 36, flowLevel + LINE_HEIGHT * most((cell) => cell.column.flow.length)) };
}

interface Place {
  readonly cell: SvgCell;
  readonly x: number;
}

function placesOf(cells: readonly SvgCell[]): Place[] {
  let x = FIRST_X;
  return cells.map((cell) => {
    const place = { cell, x };
    x += cell.width;
    return place;
  });
}

function drawNames({ in: inLevel, out }: Levels): string {
  return [
    text(24, inLevel + 1, 'strong in text', 'in'),
    text(24, inLevel + 15, 'small faint', 'from peer'),
    text(24, out + 1, 'strong out text', 'out'),
    text(24, out + 15, 'small faint', 'to peer'),
  ].join('');
}

/** The time of each cell that has another than the one before, where there is room for it. */
function drawTimes(places: readonly Place[], top: number): string {
  const last = places.at(-1)!;
  const drawn = [line(LANES_X, top + 18, last.x + last.cell.width, top + 18, 'rule')];
  let free = -Infinity;
  let shown = '';
  for (const { cell, x } of places) {
    const time = formatDuration(cell.column.from);
    if (cell.pauseNote !== '') drawn.push(text(x + cell.width - 2 * SMALL_CHARACTER, top + 13, 'small ink end', cell.pauseNote));
    if (time === shown || x < free) continue;
    drawn.push(line(x, top + 18, x, top + 23, 'rule'), text(x, top + 13, 'small faint', time));
    free = x + (time.length + 1) * SMALL_CHARACTER;
    shown = time;
  }
  return drawn.join('');
}

/** Each stretch of one state as one line: seams would look like events. */
function drawLanes(places: readonly Place[], before: LaneStates, levels: Levels): string {
  const last = places.at(-1)!;
  const bounds = [LANES_X, ...places.map(({ x }) => x), last.x + last.cell.width];
  const states = [before, ...places.map(({ cell }) => cell.column.after)];
  return (['in', 'out'] as const)
    .flatMap((lane) => stretchesOf(states.map((state) => STYLES[lane][state[lane]]), bounds).map(({ style, from, to }) => line(from, levels[lane], to, levels[lane], style)))
    .join('');
}

const STYLES: Readonly<Record<'in' | 'out', Readonly<Record<string, string>>>> = {
  in: { waiting: 'in line', idle: 'quiet', stalled: 'wait line' },
  out: { free: 'out line', pending: 'wait line' },
};

function stretchesOf(styles: readonly (string | undefined)[], bounds: readonly number[]): { style: string; from: number; to: number }[] {
  const stretches: { style: string; from: number; to: number }[] = [];
  styles.forEach((style, index) => {
    if (style === undefined) return;
    const [from, to] = [bounds[index]!, bounds[index + 1]!];
    const last = stretches.at(-1);
    if (last?.style === style && last.to === from) last.to = to;
    else stretches.push({ style, from, to });
  });
  return stretches;
}
