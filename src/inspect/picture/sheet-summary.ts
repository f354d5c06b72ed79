/** A tape in three sentences, for the head of a picture. */
import { plainText } from '../plain-text.js';
import { formatCount } from './format-count.js';
import { formatDuration } from './format-duration.js';
import { formatSize } from './format-size.js';
import type { Column, MarbleSheet } from './marble-sheet.js';

export interface SheetSummary {
  readonly title: string;
  readonly in: string;
  readonly out: string;
}

export function summarize(sheet: MarbleSheet): SheetSummary {
  return { title: titleOf(sheet), in: inbound(sheet.columns), out: outbound(sheet) };
}

function titleOf({ name, endsAt, columns }: MarbleSheet): string {
  const flow = columns.flatMap((column) => column.flow);
  const lost = sum(flow.filter(({ label }) => label === 'events lost'), 'count');
  const end = flow.filter(({ label }) => label === 'closed' || label.startsWith('broken')).at(-1)?.label ?? 'still open';
  return [name ?? 'tape', formatDuration(endsAt), ...(lost === 0 ? [] : [`${many(lost, 'event')} lost`]), end].join(', ');
}

function inbound(columns: readonly Column[]): string {
  const marks = columns.flatMap((column) => column.in ?? []);
  const unreadMs = longest(marks, 'unreadMs');
  const end = columns.find((column) => column.in?.end !== undefined);
  return sentence([
    `${many(sum(marks, 'reads'), 'read')}, ${formatSize(sum(marks, 'bytes'))}`,
    unreadMs > 0 && `data waited for a reader up to ${formatDuration(unreadMs)}`,
    end?.in?.end === 'eof' && `EOF at ${formatDuration(end.to)}`,
    end?.in?.end === 'failed' && `failed (${end.in.code ?? ''}) at ${formatDuration(end.to)}`,
    end?.in?.end === 'stop' && `shut down at ${formatDuration(end.to)}`,
  ]);
}

function outbound({ columns, unsettled }: MarbleSheet): string {
  const marks = columns.flatMap((column) => column.out ?? []);
  const accepted = sum(marks, 'accepted');
  const failed = sum(marks, 'failed');
  const codes = [...new Set(marks.flatMap((mark) => mark.code ?? []))];
  const end = columns.find((column) => column.out?.end === 'eof');
  return sentence([
    `${many(sum(marks, 'writes'), 'write')}, ${formatSize(sum(marks, 'bytes'))}`,
    accepted > 0 && `${formatCount(accepted)} had to wait, up to ${formatDuration(longest(marks, 'acceptedMs'))}`,
    failed > 0 && `${formatCount(failed)} failed (${plainText(codes.join(', '))})`,
    unsettled > 0 && `${formatCount(unsettled)} still pending`,
    end !== undefined && `EOF at ${formatDuration(end.to)}`,
  ]);
}

function sentence(parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join('; ');
}

function sum<Field extends string>(marks: readonly Record<Field, number>[], field: Field): number {
  return marks.reduce((total, mark) => total + mark[field], 0);
}

function longest<Field extends string>(marks: readonly Record<Field, number>[], field: Field): number {
  return marks.reduce((most, mark) => Math.max(most, mark[field]), 0);
}

function many(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
