/** Drops the columns of a demand that turned for an instant, or back again, or together with what is drawn beside it. */
import { isInstant } from '../tape/is-instant.js';
import type { Column } from './marble-sheet.js';

export function tidyTurns(columns: readonly Column[]): Column[] {
  const tidied: Column[] = [];
  columns.forEach((column, index) => {
    const last = tidied.at(-1);
    if (last === undefined || !isTurn(column)) {
      tidied.push(column);
      return;
    }
    const { after } = column;
    const sinceMs = column.from - last.to;
    const untilMs = (columns[index + 1]?.from ?? Infinity) - column.to;
    if (after.in === last.after.in || isInstant(sinceMs, untilMs)) tidied[tidied.length - 1] = { ...last, after };
    else if (!isInstant(untilMs, sinceMs)) tidied.push(column);
  });
  return tidied;
}

function isTurn(column: Column): boolean {
  return column.in === undefined && column.out === undefined && column.flow.length === 0;
}
