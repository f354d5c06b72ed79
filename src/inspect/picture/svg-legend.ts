/** What the signs of a picture mean: those that are in it. */
import type { Column, LaneStates, MarbleSheet } from './marble-sheet.js';
import { element, line, text } from './svg-element.js';
import { SMALL_CHARACTER } from './svg-style.js';

interface Entry {
  readonly isUsed: boolean;
  readonly meaning: string;
  readonly width: number;
  readonly draw: (x: number, y: number) => string;
}

export interface LegendPlace {
  readonly top: number;
  readonly left: number;
  readonly right: number;
}

/**
 * In as many lines as it takes; `bottom` is that of the last. `drawn` are the columns of the rows, those of the sheet are
 * what the overview shows.
 */
export function drawLegend(drawn: readonly Column[], sheet: MarbleSheet, place: LegendPlace): { readonly svg: string; readonly bottom: number } {
  const { left, right } = place;
  const parts: string[] = [];
  let x = left;
  let y = place.top;
  for (const { isUsed, meaning, width, draw } of entriesOf(drawn, sheet)) {
    if (!isUsed) continue;
    const whole = width + 8 + meaning.length * SMALL_CHARACTER;
    if (x > left && x + whole > right) {
      x = left;
      y += 20;
    }
    parts.push(draw(x, y), text(x + width + 8, y + 4, 'small faint', meaning));
    x += whole + 26;
  }
  return { svg: parts.join(''), bottom: y };
}

function entriesOf(drawn: readonly Column[], { before, columns }: MarbleSheet): Entry[] {
  const has = (test: (column: Column) => boolean) => drawn.some(test);
  const isIn = (state: LaneStates['in'], those: readonly Column[]) => those.length > 0 && (before.in === state || those.some(({ after }) => after.in === state));
  const isPending = columns.some(({ after }) => after.out === 'pending');
  const isUnread = isIn('stalled', columns);
  const band = [isUnread && 'data waits for a reader (in)', isPending && 'a write is pending (out)'].filter((part) => part !== false);
  return [
    { isUsed: band.length > 0, meaning: band.join(', '), ...lane('wait line') },
    { isUsed: isIn('idle', drawn), meaning: 'no reader waits', ...lane('quiet') },
    { isUsed: has(({ in: mark }) => (mark?.unreadMs ?? 0) > 0), meaning: 'waited so long, at most, for a reader', ...word('unread', 'wait') },
    { isUsed: has(({ out }) => (out?.accepted ?? 0) > 0), meaning: 'a pending write was accepted after so long', ...word('ok +', 'wait') },
    { isUsed: has(({ out }) => (out?.failed ?? 0) > 0), meaning: 'a write failed, with this code', ...cross() },
    { isUsed: has(({ out }) => out?.end === 'called'), meaning: "shutdown('write'), EOF to come", ...called() },
  ];
}

type Sign = Pick<Entry, 'width' | 'draw'>;

function lane(style: string): Sign {
  return { width: 28, draw: (x, y) => line(x, y, x + 28, y, style) };
}

function word(content: string, tone: string): Sign {
  return { width: content.length * SMALL_CHARACTER, draw: (x, y) => text(x, y + 4, `small ${tone} text`, content) };
}

function cross(): Sign {
  return { width: 12, draw: (x, y) => element('path', { d: `M${x} ${y - 5}l10 10m0-10l-10 10`, class: 'bad mark' }) };
}

function called(): Sign {
  return { width: 8, draw: (x, y) => line(x + 4, y - 9, x + 4, y + 9, 'out mark dashed') };
}
