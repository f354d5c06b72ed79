/** Lays columns out in rows of characters: a line of times, one for each lane, and one for the flow where it has marks. */
import { cutAt } from './cut-at.js';
import type { Column, LaneStates } from './marble-sheet.js';
import { type Clock, clockFor } from './text-clock.js';
import { type TextLabels, textLabels } from './text-labels.js';

interface Cell extends TextLabels {
  readonly time: string;
  readonly width: number;
  readonly after: LaneStates;
}

const IN_LINES = { waiting: '-', idle: '.', stalled: '=', over: ' ' } as const;
const OUT_LINES = { free: '-', pending: '~', over: ' ' } as const;
const MARGIN = 8;

/** One block of lines for each row. */
export function textRows(columns: readonly Column[], before: LaneStates, width: number, areGroups: boolean): string[][] {
  const clock = clockFor(columns.at(-1)?.to ?? 0);
  const cells = columns.map((column, index) => cellOf(column, areGroups ? undefined : columns[index + 1], clock));
  let state = before;
  return rowsOf(cells, width - MARGIN).map((row) => {
    const lines = linesOf(row, state, clock.unit).map((line) => cut(line, width));
    state = row.at(-1)!.after;
    return lines;
  });
}

function cellOf(column: Column, next: Column | undefined, clock: Clock): Cell {
  const labels = textLabels(column);
  const time = clock.format(column.from);
  const pause = next === undefined ? 0 : next.from - column.to;
  // A pause is seen, but a hundred times the pause does not take a hundred times the room.
  const line = 1 + Math.min(8, Math.floor(Math.log10(1 + pause) * 2));
  const longest = Math.max(labels.in.length, labels.out.length, labels.flow.length, time.length);
  return { ...labels, time, width: longest + line, after: column.after };
}

function rowsOf(cells: readonly Cell[], width: number): Cell[][] {
  const rows: Cell[][] = [];
  let used = Infinity;
  for (const cell of cells) {
    if (used + cell.width > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)!.push(cell);
    used += cell.width;
  }
  return rows;
}

function linesOf(row: readonly Cell[], before: LaneStates, unit: string): string[] {
  const lines = [
    head(unit, ' ') + timesOf(row),
    head('in', IN_LINES[before.in]) + row.map((cell) => cell.in.padEnd(cell.width, IN_LINES[cell.after.in])).join(''),
    head('out', OUT_LINES[before.out]) + row.map((cell) => cell.out.padEnd(cell.width, OUT_LINES[cell.after.out])).join(''),
  ];
  const flow = row.map((cell) => cell.flow.padEnd(cell.width)).join('');
  if (flow.trim() !== '') lines.push(head('flow', ' ') + flow);
  return lines.map((line) => line.trimEnd());
}

function head(name: string, line: string): string {
  return `  ${name.padEnd(4)}${line.repeat(2)}`;
}

/** The time of each column, where it is another than that of the column before. */
function timesOf(row: readonly Cell[]): string {
  return row.map(({ time, width }, index) => (row[index - 1]?.time === time ? '' : time).padEnd(width)).join('');
}

/** Only a single cell can be wider than a row: one that joins many things that happened to the flow. */
function cut(line: string, width: number): string {
  return line.length > width ? `${line.slice(0, cutAt(line, width - 1))}…` : line;
}
