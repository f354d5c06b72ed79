/** What the marks of a column are called in a text picture, and what the signs that were used mean. */
import { formatCount } from './format-count.js';
import { formatDuration } from './format-duration.js';
import { formatSize } from './format-size.js';
import type { Column, InMark, LaneStates, OutMark } from './marble-sheet.js';

export interface TextLabels {
  readonly in: string;
  readonly out: string;
  readonly flow: string;
}

export function textLabels(column: Column): TextLabels {
  return {
    in: column.in === undefined ? '' : inLabel(column.in),
    out: column.out === undefined ? '' : outLabel(column.out),
    flow: column.flow.map(({ label, count }) => (count === 1 ? label : `${formatCount(count)} ${label}`)).join(' '),
  };
}

function inLabel({ reads, bytes, unreadMs, end, code }: InMark): string {
  const held = unreadMs > 0 ? `(${span(unreadMs)})` : '';
  const ends = { eof: '|', failed: `#${code ?? ''}`, stop: 'x' };
  return held + data(reads, bytes) + (end === undefined ? '' : ends[end]);
}

function outLabel({ writes, bytes, accepted, acceptedMs, failed, failedMs, code, end }: OutMark): string {
  const ok = accepted > 0 ? `${times(accepted)}ok(${span(acceptedMs)})` : '';
  const no = failed > 0 ? `${times(failed)}!${code ?? ''}${failedMs > 0 ? `(${span(failedMs)})` : ''}` : '';
  return [data(writes, bytes), ok, no].filter((part) => part !== '').join('~') + (end === 'eof' ? '|' : end === 'called' ? '>' : '');
}

function data(count: number, bytes: number): string {
  if (count === 0) return '';
  return `${times(count)}${formatSize(bytes).replace(' ', '')}`;
}

function times(count: number): string {
  return count === 1 ? '' : `${formatCount(count)}x:`;
}

function span(ms: number): string {
  return formatDuration(ms).replaceAll(' ', '');
}

/** The signs, each with its meaning, that stand in a picture. */
export function legendOf(columns: readonly Column[], before: LaneStates): string[] {
  const has = (test: (column: Column) => boolean) => columns.some(test);
  const isIn = (state: LaneStates['in']) => columns.length > 0 && (before.in === state || has(({ after }) => after.in === state));
  const signs: [boolean, string][] = [
    [has(({ in: mark }) => mark?.end === 'eof') || has(({ out }) => out?.end === 'eof'), '|  EOF'],
    [has(({ out }) => out?.end === 'called'), ">  shutdown('write'), EOF follows what is pending"],
    [has(({ in: mark }) => mark?.end === 'failed'), '#  the read failed'],
    [has(({ in: mark }) => mark?.end === 'stop'), "x  shutdown('read')"],
    [has(({ out }) => (out?.failed ?? 0) > 0), '!  a write failed'],
    [has(({ after }) => after.out === 'pending'), '~~ a write is pending'],
    [has(({ out }) => (out?.accepted ?? 0) > 0), 'ok(time)  a pending write was accepted after that time'],
    [isIn('stalled'), '== data waits for a reader'],
    [has(({ in: mark }) => (mark?.unreadMs ?? 0) > 0), '(time)  so long, at most, the data after it had waited for a reader'],
    [isIn('idle'), '.. no reader waits'],
    [has(({ in: mark, out }) => (mark?.reads ?? 0) > 1 || (out?.writes ?? 0) > 1), '12x:48KiB  12 buffers, 48 KiB in all'],
  ];
  return signs.flatMap(([used, sign]) => (used ? [sign] : []));
}
