/** What this room's creators take as bytes: strings (in UTF-8) and buffers, one or many. */
import { describe } from '../flow/describe.js';
import { isBytes } from '../flow/is-bytes.js';
import { utf8 } from '../flow/utf8.js';

/** One piece of data; a string stands for its UTF-8 bytes. */
export type Piece = string | Uint8Array;

/** A string's bytes, or the buffer itself; `undefined` for anything else. */
export function bytesOf(piece: unknown): Uint8Array | undefined {
  if (typeof piece === 'string') return utf8(piece);
  return isBytes(piece) ? piece : undefined;
}

/** The buffers of a list, without the empty ones. */
export function piecesOf(argument: string, list: readonly Piece[]): Uint8Array[] {
  if (!Array.isArray(list)) throw new TypeError(`${argument} must be an array, not ${describe(list)}`);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < list.length; at += 1) {
    const piece: unknown = list[at];
    const bytes = bytesOf(piece);
    if (bytes === undefined) {
      throw new TypeError(`${argument} must hold strings and Uint8Arrays, not ${describe(piece)} (at ${at})`);
    }
    if (bytes.length > 0) pieces.push(bytes);
  }
  return pieces;
}

/** As {@link piecesOf}, of one piece or a list of them. */
export function oneOrMore(argument: string, source: Piece | readonly Piece[]): Uint8Array[] {
  const one = bytesOf(source);
  if (one !== undefined) return one.length > 0 ? [one] : [];
  if (Array.isArray(source)) return piecesOf(argument, source as readonly Piece[]);
  throw new TypeError(`${argument} must be a string, a Uint8Array or an array of them, not ${describe(source)}`);
}
