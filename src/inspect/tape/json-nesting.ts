/**
 * Follows a line of JSON piece by piece, and knows whether what came is an object from end to end. Each piece is looked at
 * once, however long the line grows. Whether it is JSON at all is for `JSON.parse` to say.
 */
export class JsonNesting {
  #place: 'tokens' | 'string' | 'whole' = 'tokens';
  /** Objects and lists that are open. */
  #depth = 0;
  /** Signs of the next piece that a backslash at the end of the last one has in its power. */
  #escaped = 0;

  /** The last that came, but for white space, closes an object that is in nothing else. */
  get isWholeObject(): boolean {
    return this.#place === 'whole';
  }

  take(piece: string): void {
    let at = this.#escaped;
    while (at < piece.length) at = this.#place === 'string' ? this.#takeString(piece, at) : this.#takeToken(piece, at);
    this.#escaped = at - piece.length;
  }

  /** Behind the string, or the piece: payload, so most of the line. */
  #takeString(piece: string, from: number): number {
    let at = from;
    for (; at < piece.length; at += 1) {
      const sign = piece.charCodeAt(at);
      if (sign === BACKSLASH) at += 1;
      else if (sign === QUOTE) {
        this.#place = 'tokens';
        return at + 1;
      }
    }
    return at;
  }

  #takeToken(piece: string, at: number): number {
    const sign = piece[at]!;
    if (this.#place === 'whole' && sign.trim() === '') return at + 1;
    this.#place = sign === '"' ? 'string' : 'tokens';
    if (sign === '{' || sign === '[') this.#depth += 1;
    else if (sign === '}' || sign === ']') this.#depth -= 1;
    if (sign === '}' && this.#depth === 0) this.#place = 'whole';
    return at + 1;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
