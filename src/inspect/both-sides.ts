/** Bytes that should be the same and are not, under each other for a person: hex and text of what is near the place. */

/**
 * Three lines: the tape's bytes, those that came, and a mark under the first that differs, at offset `at` of both.
 *
 * @example
 * //   tape     47 45 54 20 2f     GET /
 * //   written  50 55 54 20 2f     PUT /
 * //            ^^
 */
export function bothSides(expected: Uint8Array, came: Uint8Array, at: number): string {
  const from = Math.max(0, at - BEFORE);
  const mark = `${' '.repeat((at - from) * 3)}^^`;
  return `  tape     ${row(expected, from)}\n  written  ${row(came, from)}\n           ${mark}`;
}

/** The first offset at which the shorter of both differs from the other; its length if it does not. */
export function commonLength(expected: Uint8Array, came: Uint8Array): number {
  const shorter = Math.min(expected.byteLength, came.byteLength);
  for (let at = 0; at < shorter; at += 1) if (expected[at] !== came[at]) return at;
  return shorter;
}

/** Some bytes in hex and, where printable, as text; what is cut off shows as `…`. */
export function row(bytes: Uint8Array, from = 0): string {
  if (bytes.byteLength <= from) return '(nothing)';
  const shown = [...bytes.subarray(from, from + WIDTH)];
  const rest = bytes.byteLength > from + WIDTH ? ' …' : '';
  const text = shown.map((byte) => (byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : '·')).join('');
  return `${shown.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}${rest}   ${text}${rest}`;
}

const BEFORE = 8;
const WIDTH = 24;
