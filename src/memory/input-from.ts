import { oneOrMore, type Piece } from './pieces.js';
import type { Refill } from './refill.js';

/**
 * An input that gives the source's bytes once: `input_string(s)` and `input_cstruct(s)` of `Mirage_flow_combinators.F`.
 * A string is given in UTF-8; empty pieces are ignored. Each call copies from one piece as much as there is room for,
 * so that a piece of up to 4096 bytes is one read, and a longer one several. Throws a `TypeError` for any other source.
 *
 * @example
 * const flow = refillFlow({ input: inputFrom(['hello ', Uint8Array.of(119, 111, 114, 108, 100)]) });
 */
export function inputFrom(source: Piece | readonly Piece[]): Refill {
  const pieces = oneOrMore('inputFrom: source', source);
  let at = 0;
  let offset = 0;
  return (buffer) => {
    const piece = pieces[at];
    if (piece === undefined) return 0;
    const part = piece.subarray(offset, offset + buffer.length);
    buffer.set(part);
    offset += part.length;
    if (offset === piece.length) {
      at += 1;
      offset = 0;
    }
    return part.length;
  };
}
