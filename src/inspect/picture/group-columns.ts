/** Few columns of many, so that a long tape is readable: neighbours become groups, ends and failures of the flow stay. */
import { joinColumns } from './join-columns.js';
import type { Column, LaneStates } from './marble-sheet.js';

/** How many columns a picture takes one by one, and how many groups it makes of more. */
export interface Room {
  readonly columns: number;
  readonly groups: number;
}

/**
 * The columns themselves, if they are few, or so many groups of them (and those that stand alone). Groups are cut by time
 * and by number in equal parts: a burst does not end up in one group, nor is a pause spread over many.
 */
export function groupColumns(columns: readonly Column[], room: Room): readonly Column[] {
  if (columns.length <= room.columns) return columns;
  const areLandmarksFew = columns.filter(isLandmark).length * 2 <= room.groups;
  const groupOf = cutsOf(columns, room.groups);
  const shortest = (columns.at(-1)!.to - columns[0]!.from) / room.groups / 2;
  const grouped: Column[] = [];
  let current = -1;
  withoutShortWaits(columns, shortest).forEach((column, index) => {
    const last = grouped.at(-1);
    const group = groupOf(column, index);
    const stands = areLandmarksFew && (isLandmark(column) || (last !== undefined && isLandmark(last)));
    if (last === undefined || group !== current || stands) grouped.push(column);
    else grouped[grouped.length - 1] = joinColumns(last, column);
    current = group;
  });
  return grouped;
}

/** Groups are not parted by what a lane happened to be like in the instant between them, but by a wait that lasts. */
function withoutShortWaits(columns: readonly Column[], shortest: number): Column[] {
  const inSpans = spansOf(columns, (after) => after.in);
  const outSpans = spansOf(columns, (after) => after.out);
  return columns.map((column, index) => {
    const { in: inbound, out } = column.after;
    const isShortIdle = (inbound === 'stalled' || inbound === 'idle') && inSpans[index]! < shortest;
    const isShortWait = out === 'pending' && outSpans[index]! < shortest;
    return isShortIdle || isShortWait ? { ...column, after: { in: isShortIdle ? 'waiting' : inbound, out: isShortWait ? 'free' : out } } : column;
  });
}

/** For each column, how long the state that its lane is in after it lasts in all, from column to column. */
function spansOf(columns: readonly Column[], stateOf: (after: LaneStates) => string): number[] {
  const spans: number[] = [];
  columns.forEach(({ after }, index) => {
    const next = columns[index + 1];
    if (next !== undefined && stateOf(next.after) === stateOf(after)) return;
    const since = columns[spans.length]!.to;
    const span = next === undefined ? Infinity : next.from - since;
    while (spans.length <= index) spans.push(span);
  });
  return spans;
}

function cutsOf(columns: readonly Column[], groups: number): (column: Column, index: number) => number {
  const start = columns[0]!.from;
  const span = columns.at(-1)!.from - start;
  return ({ from }, index) => {
    const byNumber = index / columns.length;
    const byTime = span === 0 ? byNumber : (from - start) / span;
    return Math.min(groups - 1, Math.floor(((byNumber + byTime) / 2) * groups));
  };
}

function isLandmark({ in: inbound, out, flow }: Column): boolean {
  return flow.length > 0 || inbound?.end !== undefined || out?.end !== undefined;
}
