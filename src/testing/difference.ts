/**
 * Two byte sequences side by side, for a person: as text, and as hex with the offset, around the place where they part.
 * It decides nothing; who compares does.
 */
import { firstDifference, toText } from './bytes.js';

/**
 * Several lines that show where `came` departs from `expected`.
 *
 * @example
 * difference(toBytes('hello'), toBytes('help'))
 * // differs at byte 3 (0x0003)
 * //   expected  "hello"
 * //   came      "help"
 * //   expected  0000  68 65 6c>6c 6f
 * //   came      0000  68 65 6c>70
 */
export function difference(expected: Uint8Array, came: Uint8Array): string {
  const at = firstDifference(came, expected);
  if (at < 0) return 'no difference';
  return [
    `differs at byte ${at} (0x${hex(at, 4)})`,
    `  expected  ${quote(expected, at)}`,
    `  came      ${quote(came, at)}`,
    `  expected  ${hexLine(expected, at)}`,
    `  came      ${hexLine(came, at)}`,
  ].join('\n');
}

/**
 * Two lines that show what `came` from offset `at` on, where there is nothing to compare it with.
 *
 * @example
 * surplus(toBytes('help'), 3)
 * //   came      "p" (1 byte)
 * //   came      0000  68 65 6c>70
 */
export function surplus(came: Uint8Array, at: number): string {
  const rest = came.subarray(at);
  // Of what it cuts, `quote` says the size itself.
  const size = rest.byteLength > TEXT_WIDTH ? '' : ` (${rest.byteLength} ${rest.byteLength === 1 ? 'byte' : 'bytes'})`;
  return `  came      ${quote(rest)}${size}\n  came      ${hexLine(came, at)}`;
}

/** The bytes as quoted text, cut to what is near offset `at`. */
export function quote(bytes: Uint8Array, at = 0): string {
  const from = Math.max(0, at - TEXT_BEFORE);
  const to = Math.min(bytes.byteLength, from + TEXT_WIDTH);
  const text = JSON.stringify(toText(bytes.subarray(from, to))).replace(UNSEEN, escapeOf);
  return `${from > 0 ? '…' : ''}${text}${to < bytes.byteLength ? `… (${bytes.byteLength} bytes)` : ''}`;
}

/** One row of a hex dump, that of the difference; `>` stands before the byte that differs, `--` for one that is missing. */
function hexLine(bytes: Uint8Array, at: number): string {
  const start = at - (at % HEX_WIDTH);
  const end = Math.min(Math.max(bytes.byteLength, at + 1), start + HEX_WIDTH);
  let row = `${hex(start, 4)} `;
  for (let place = start; place < end; place += 1) {
    row += (place === at ? '>' : ' ') + (place < bytes.byteLength ? hex(bytes[place]!, 2) : '--');
  }
  return row;
}

/** What changes how a terminal shows the text around it, beyond what JSON escapes: more controls, and directions of writing. */
const UNSEEN = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escapeOf = (character: string) => `\\u${hex(character.charCodeAt(0), 4)}`;

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

const TEXT_BEFORE = 24;
const TEXT_WIDTH = 64;
const HEX_WIDTH = 16;
