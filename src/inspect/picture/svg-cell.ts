/** One column of a picture: how wide it is, and its marks at a place. The lanes between the columns are the row's. */
import { formatCount } from './format-count.js';
import { formatDuration } from './format-duration.js';
import type { Column, FlowMark } from './marble-sheet.js';
import { element, escaped, line, text } from './svg-element.js';
import { inParts, type LaneParts, outParts, type Sign } from './svg-parts.js';
import { CHARACTER, SMALL_CHARACTER } from './svg-style.js';

/** Where the lanes and what belongs to them are, from the top of the picture. */
export interface Levels {
  readonly in: number;
  readonly out: number;
  readonly flow: number;
}

export interface SvgCell {
  readonly column: Column;
  readonly in: LaneParts | undefined;
  readonly out: LaneParts | undefined;
  /** How long it is until the next, where that is worth saying. */
  readonly pauseNote: string;
  readonly width: number;
}

export const LINE_HEIGHT = 14;
export const PILL_HEIGHT = 22;

/** A cell with room for the pause after it: longer for a longer one, though not in proportion. */
export function svgCell(column: Column, pauseMs: number, leastWidth: number, isPauseNoted = false): SvgCell {
  const inbound = column.in === undefined ? undefined : inParts(column.in);
  const out = column.out === undefined ? undefined : outParts(column.out);
  const flow = Math.max(0, ...column.flow.map((mark) => flowLabel(mark).length * SMALL_CHARACTER));
  const contentWidth = Math.max(widthOf(inbound), widthOf(out));
  const pause = 12 + Math.min(60, 16 * Math.log10(1 + pauseMs));
  const pauseNote = isPauseNoted ? `pause ${formatDuration(pauseMs)}` : '';
  const times = isPauseNoted ? (formatDuration(column.from).length + pauseNote.length + 5) * SMALL_CHARACTER : 0;
  return { column, in: inbound, out, pauseNote, width: Math.max(contentWidth + pause, flow + 10, times, leastWidth) };
}

export function drawCell({ column, in: inbound, out }: SvgCell, x: number, levels: Levels): string {
  if (inbound === undefined && out === undefined && column.flow.length === 0) return '';
  const parts = [element('title', {}, escaped(describeColumn(column)))];
  if (column.flow.length > 0) parts.push(...drawFlow(column.flow, x - 4, levels));
  if (inbound !== undefined) {
    parts.push(...drawLane(inbound, 'in', x, levels.in), ...drawNotes(inbound, x, levels.in - PILL_HEIGHT / 2 - 6, -LINE_HEIGHT));
  }
  if (out !== undefined) {
    parts.push(...drawLane(out, 'out', x, levels.out), ...drawNotes(out, x, levels.out + PILL_HEIGHT / 2 + 14, LINE_HEIGHT));
  }
  return element('g', {}, ...parts);
}

function widthOf(parts: LaneParts | undefined): number {
  if (parts === undefined) return 0;
  const notes = parts.notes.map((note) => note.text.length * SMALL_CHARACTER);
  return Math.max(pillWidth(parts.pill) + (parts.sign === undefined ? 0 : SIGN), ...notes);
}

function pillWidth(label: string): number {
  return label === '' ? 0 : label.length * CHARACTER + 16;
}

const SIGN = 14;

// ── drawing ──────────────────────────────────────────────────────────────────────────────────────────────────────

function drawLane(parts: LaneParts, lane: 'in' | 'out', x: number, y: number): string[] {
  const width = pillWidth(parts.pill);
  const sign = parts.sign === undefined ? [] : [drawSign(parts.sign, lane, x + (width === 0 ? 3 : width + 6), y)];
  if (width === 0) return sign;
  const pill = { x, y: y - PILL_HEIGHT / 2, width, height: PILL_HEIGHT, rx: PILL_HEIGHT / 2, class: `${parts.tone} pill` };
  return [element('rect', pill), text(x + width / 2, y + 4, `${parts.tone} text middle`, parts.pill), ...sign];
}

function drawNotes(parts: LaneParts, x: number, y: number, step: number): string[] {
  return parts.notes.map((note, index) => text(x, y + index * step, `small ${note.tone === 'faint' ? 'faint' : `${note.tone} text`}`, note.text));
}

function drawSign(sign: Sign, lane: 'in' | 'out', x: number, y: number): string {
  switch (sign) {
    case 'eof':
      return line(x, y - 11, x, y + 11, `${lane} mark`);
    case 'called':
      return line(x, y - 10, x, y + 10, `${lane} mark dashed`);
    case 'ok':
      return element('path', { d: `M${x - 1} ${y}l4 5 8-10`, class: `${lane} mark` });
    case 'stop':
      return element('path', { d: `M${x - 3} ${y - 8}h7v16h-7z`, class: `${lane} mark` });
    case 'failed':
      return element('path', { d: `M${x - 2} ${y - 5}l10 10m0-10l-10 10`, class: 'bad mark' });
  }
}

function drawFlow(marks: readonly FlowMark[], x: number, levels: Levels): string[] {
  const tone = marks.some((mark) => mark.isBad) ? 'bad mark dashed' : 'edge';
  return [
    line(x, levels.in - 14, x, levels.flow - 12, tone),
    ...marks.map((mark, index) => text(x, levels.flow + index * LINE_HEIGHT, `small ${mark.isBad ? 'bad text' : 'ink'}`, flowLabel(mark))),
  ];
}

function flowLabel({ label, count }: FlowMark): string {
  return count === 1 ? label : `${formatCount(count)} ${label}`;
}

/** For the tooltip. */
function describeColumn({ from, to, in: inbound, out, flow }: Column): string {
  const time = from === to ? formatDuration(from) : `${formatDuration(from)} to ${formatDuration(to)}`;
  const parts = [
    inbound !== undefined && inbound.reads > 0 && `${formatCount(inbound.reads)} read, ${formatCount(inbound.bytes)} B`,
    out !== undefined && out.writes > 0 && `${formatCount(out.writes)} written, ${formatCount(out.bytes)} B`,
    out !== undefined && out.accepted > 0 && `${formatCount(out.accepted)} accepted after up to ${formatDuration(out.acceptedMs)}`,
    out !== undefined && out.failed > 0 && `${formatCount(out.failed)} failed (${out.code ?? ''})${out.failedMs > 0 ? ` after up to ${formatDuration(out.failedMs)}` : ''}`,
    ...flow.map(flowLabel),
  ];
  return `${time}: ${parts.filter((part) => part !== false).join('; ')}`;
}
