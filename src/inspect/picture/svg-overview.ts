/** The bytes of a tape over time, in equal steps: read upwards, written downwards, waiting in between. */
import { formatDuration } from './format-duration.js';
import { formatSize } from './format-size.js';
import type { LaneStates, MarbleSheet } from './marble-sheet.js';
import { element, line, text } from './svg-element.js';
import { LANES_X } from './svg-row.js';
import { SMALL_CHARACTER } from './svg-style.js';

export const OVERVIEW_HEIGHT = 130;
const STEP = 4;
const BAR = 34;
/** Both directions have one scale: what is little beside the other is seen all the same. */
const LEAST_BAR = 5;
const AXIS = 62;

export function drawOverview(sheet: MarbleSheet, y: number, right: number): string {
  const { endsAt } = sheet;
  const steps = Math.floor((right - LANES_X) / STEP);
  const stepOf = (at: number) => Math.min(steps - 1, Math.floor((at / endsAt) * steps));
  const bins = binsOf(sheet, steps, stepOf);
  const most = bins.reduce((largest, bin) => Math.max(largest, bin.in, bin.out), 1);
  const axis = y + AXIS;
  const drawn = [text(24, axis - 18, 'strong in text', 'in'), text(24, axis + 26, 'strong out text', 'out'), text(24, axis + 4, 'small faint', 'over time')];
  bins.forEach((bin, index) => {
    const x = LANES_X + index * STEP;
    if (bin.in > 0) drawn.push(bar('in', x, axis - 4 - height(bin.in, most), height(bin.in, most)));
    if (bin.out > 0) drawn.push(bar('out', x, axis + 4, height(bin.out, most)));
    if (bin.isUnread) drawn.push(bar('wait', x, axis - 3, 3, STEP));
    if (bin.isPending) drawn.push(bar('wait', x, axis, 3, STEP));
    if (bin.isBad) drawn.push(bar('bad', x, axis - BAR - 4, 2 * BAR + 8, 2));
  });
  drawn.push(text(right, y + 14, 'small faint end', `bars up to ${formatSize(most)}`));
  return [...drawn, line(LANES_X, axis, LANES_X + steps * STEP, axis, 'rule'), ...drawTicks(endsAt, axis + BAR + 22, steps * STEP)].join('');
}

interface Bin {
  in: number;
  out: number;
  isUnread: boolean;
  isPending: boolean;
  isBad: boolean;
}

function binsOf({ before, columns }: MarbleSheet, steps: number, stepOf: (at: number) => number): Bin[] {
  const bins = Array.from({ length: steps }, (): Bin => ({ in: 0, out: 0, isUnread: false, isPending: false, isBad: false }));
  columns.forEach(({ from, to, in: inbound, out, flow, after }, index) => {
    const bin = bins[stepOf(from)]!;
    bin.in += inbound?.bytes ?? 0;
    bin.out += out?.bytes ?? 0;
    bin.isBad ||= flow.some((mark) => mark.isBad);
    markWaits(after, to, columns[index + 1]?.from ?? to);
  });
  markWaits(before, 0, columns[0]!.from);
  return bins;

  function markWaits(states: LaneStates, from: number, to: number): void {
    for (let step = stepOf(from); step <= stepOf(to) && from < to; step += 1) {
      bins[step]!.isUnread ||= states.in === 'stalled';
      bins[step]!.isPending ||= states.out === 'pending';
    }
  }
}

function bar(tone: string, x: number, y: number, height: number, width = STEP - 1): string {
  return element('rect', { x, y, width, height, class: `${tone} bar` });
}

function height(bytes: number, most: number): number {
  return Math.max(LEAST_BAR, (bytes / most) * BAR);
}

function drawTicks(endsAt: number, y: number, width: number): string[] {
  const step = niceStep(endsAt / 8);
  const ticks: string[] = [];
  for (let at = 0; at <= endsAt; at += step) {
    const x = LANES_X + (at / endsAt) * width;
    const label = formatDuration(at);
    const isAtEdge = x + label.length * SMALL_CHARACTER > LANES_X + width;
    ticks.push(line(x, y - 16, x, y - 12, 'rule'), text(x, y, isAtEdge ? 'small faint end' : 'small faint', label));
  }
  return ticks;
}

/** The next longer step that a person would count in: never 0, which would lead nowhere. */
function niceStep(least: number): number {
  if (least > 12 * HOUR) return Math.ceil(least / DAY) * DAY;
  if (least > 30 * MINUTE) return [1, 2, 3, 6, 12].find((count) => count * HOUR >= least)! * HOUR;
  if (least >= MINUTE) return [1, 2, 5, 10, 15, 30].find((count) => count * MINUTE >= least)! * MINUTE;
  const unit = Math.max(Number.MIN_VALUE, 10 ** Math.floor(Math.log10(least)));
  return ([1, 2, 5, 10].find((count) => count * unit >= least) ?? 10) * unit;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
