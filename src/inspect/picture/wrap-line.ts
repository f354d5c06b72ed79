import { cutAt } from './cut-at.js';

/**
 * A line as several, none wider than `width`: cut where one of its parts ends, or else between words, or else anywhere.
 * All but the first are indented.
 *
 * @example
 * wrapLine('2 reads, 50 B; EOF at 160 ms', 20, 2) // ['2 reads, 50 B;', '  EOF at 160 ms']
 */
export function wrapLine(line: string, width: number, indent: number): string[] {
  const lines: string[] = [];
  let rest = line.trimEnd();
  while (rest.length > width) {
    const at = breakOf(rest, width);
    const head = rest.slice(0, at).trimEnd();
    if (head !== '') lines.push(head);
    rest = ' '.repeat(indent) + rest.slice(at).trimStart();
  }
  return [...lines, rest];
}

/** Behind something of the line in any case, so that each line has less to go than the one before. */
function breakOf(line: string, width: number): number {
  const least = line.search(/\S/);
  for (const place of PLACES) {
    const found = [...line.matchAll(place)].map(({ index }) => index).filter((index) => index > least && index <= width);
    if (found.length > 0) return found.at(-1)!;
  }
  return cutAt(line, width);
}

/** The best first. A number stays with its unit. */
const PLACES = [/(?<=;) /g, /(?<=,) /g, /(?<!\d) /g];
