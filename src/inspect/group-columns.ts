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
  const grouped: Column[] = [];
  let current = -1;
  columns.forEach((column, index) => {
    const last = grouped.at(-1);
    const group = groupOf(column, index);
    const stands = areLandmarksFew && (isLandmark(column) || (last !== undefined && isLandmark(last)));
    if (last === undefined || group !== current || stands) grouped.push(column);
    else grouped[grouped.length - 1] = joinColumns(last, column);
    current = group;
  });
  const shortest = (columns.at(-1)!.to - columns[0]!.from) / room.groups / 2;
  return grouped.map((column, index) => ({ ...column, after: between(column, grouped[index + 1], shortest) }));
}

/** Groups that follow closely are not parted by what the lanes happened to be like in the instant between them. */
function between({ to, after }: Column, next: Column | undefined, shortest: number): LaneStates {
  if (next === undefined || next.from - to >= shortest) return after;
  return { in: after.in === 'stalled' ? 'waiting' : after.in, out: after.out === 'pending' ? 'free' : after.out };
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
