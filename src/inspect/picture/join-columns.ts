/** Two columns as one: of one instant, so that they take less room, or of a group, so that there are fewer. */
import type { Column, FlowMark, InMark, OutMark } from './marble-sheet.js';

/** Whether both may share a place: the later is the earlier's result, or one of them concerns the whole flow. */
export function canJoin(earlier: Column, later: Column): boolean {
  if (earlier.to !== later.from) return false;
  if (isOfFlow(later) || isOfFlow(earlier)) return true;
  const isResult = later.in === undefined && later.out?.writes === 0 && earlier.out !== undefined && earlier.in === undefined;
  return isResult && ((later.out.acceptedMs === 0 && later.out.failedMs === 0) || earlier.out.writes === 0);
}

function isOfFlow(column: Column): boolean {
  return column.in === undefined && column.out === undefined;
}

export function joinColumns(earlier: Column, later: Column): Column {
  return {
    from: earlier.from,
    to: later.to,
    events: earlier.events + later.events,
    in: joinIn(earlier.in, later.in),
    out: joinOut(earlier.out, later.out),
    flow: joinFlow(earlier.flow, later.flow),
    after: later.after,
  };
}

function joinIn(a: InMark | undefined, b: InMark | undefined): InMark | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    reads: a.reads + b.reads,
    bytes: a.bytes + b.bytes,
    unreadMs: Math.max(a.unreadMs, b.unreadMs),
    end: b.end ?? a.end,
    code: a.code ?? b.code,
  };
}

function joinOut(a: OutMark | undefined, b: OutMark | undefined): OutMark | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    writes: a.writes + b.writes,
    bytes: a.bytes + b.bytes,
    accepted: a.accepted + b.accepted,
    acceptedMs: Math.max(a.acceptedMs, b.acceptedMs),
    failed: a.failed + b.failed,
    failedMs: Math.max(a.failedMs, b.failedMs),
    code: a.code ?? b.code,
    end: b.end ?? a.end,
  };
}

function joinFlow(a: readonly FlowMark[], b: readonly FlowMark[]): readonly FlowMark[] {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
  const joined = new Map(a.map((mark) => [mark.label, mark]));
  for (const mark of b) joined.set(mark.label, { ...mark, count: mark.count + (joined.get(mark.label)?.count ?? 0) });
  return [...joined.values()];
}
