/**
 * Reads the marble diagrams of flows: RxJS's syntax in run mode, with bytes for values. Unlike RxJS it refuses what makes
 * no sense, and names the column.
 *
 *     -        a frame in which nothing happens        a        a buffer (any other character)
 *     |        EOF, or shutdown('write')               #        failure, or abort()
 *     (ab|)    all in the frame of the parenthesis      9ms 2s   time that passes, between spaces
 */
import { describe } from '../../flow/describe.js';
import { isBytes } from '../../flow/is-bytes.js';
import { toBytes } from '../bytes.js';
import type { MarbleValues, Moment } from './moment.js';

/** The moments of `marbles`, their values as bytes. Throws a `TypeError` that names the column (from 1) of what is wrong. */
export function parseMarbles(marbles: string, values: MarbleValues = {}, error?: unknown): Moment[] {
  if (typeof marbles !== 'string') throw new TypeError(`marbles must be a string, not ${describe(marbles)}`);
  return new MarbleParser(marbles, bytesOfValues(values), error).parse();
}

function bytesOfValues(values: MarbleValues): Map<string, Uint8Array> {
  if (typeof values !== 'object' || values === null) throw new TypeError(`marble values must be an object, not ${describe(values)}`);
  const bytes = new Map<string, Uint8Array>();
  for (const [letter, value] of Object.entries(values)) {
    if (typeof value !== 'string' && !isBytes(value)) {
      throw new TypeError(`marble values: ${letter} must be a string or a Uint8Array, not ${describe(value)}`);
    }
    if (Array.from(letter).length !== 1) throw new TypeError(`marble values: ${JSON.stringify(letter)} is not one character`);
    bytes.set(letter, toBytes(value));
  }
  return bytes;
}

class MarbleParser {
  readonly #characters: readonly string[];
  readonly #moments: Moment[] = [];
  #at = 0;
  #frame = 0;
  /** Where the open group began: its column, and the frame of all that is in it. */
  #group: { readonly at: number; readonly frame: number } | undefined = undefined;
  #isOver = false;

  constructor(
    private readonly marbles: string,
    private readonly values: ReadonlyMap<string, Uint8Array>,
    private readonly error: unknown,
  ) {
    this.#characters = Array.from(marbles);
  }

  parse(): Moment[] {
    while (this.#at < this.#characters.length) {
      this.#take(this.#characters[this.#at]!);
      this.#at += 1;
    }
    if (this.#group !== undefined) this.#fail("'(' is never closed", this.#group.at);
    return this.#moments;
  }

  #take(character: string): void {
    if (character === ' ') return;
    if (character === '-') this.#frame += 1;
    else if (character === '(' || character === ')') this.#takeParenthesis(character);
    else if (character === '|') this.#takeMoment({ kind: 'complete', letter: '|' });
    else if (character === '#') this.#takeMoment({ kind: 'error', letter: '#', value: this.error });
    else if (character === '^' || character === '!') this.#fail(`'${character}' has no place in the marbles of a flow`);
    else if (!this.#takeTime()) this.#takeValue(character);
  }

  #takeParenthesis(character: '(' | ')'): void {
    if (character === '(') {
      if (this.#group !== undefined) this.#fail("'(' inside another '('");
      this.#group = { at: this.#at, frame: this.#frame };
    } else {
      if (this.#group === undefined) this.#fail("')' without '('");
      this.#group = undefined;
    }
    this.#frame += 1;
  }

  #takeValue(letter: string): void {
    const value = this.values.get(letter) ?? toBytes(letter);
    if (value.byteLength === 0) this.#fail(`${letter} is empty, and a buffer is at least 1 byte`);
    this.#takeMoment({ kind: 'next', letter, value });
  }

  #takeMoment(moment: Omit<Moment, 'frame'>): void {
    if (this.#isOver) this.#fail(`${moment.letter!} after the end`);
    if (moment.kind !== 'next') this.#isOver = true;
    this.#moments.push({ frame: this.#group?.frame ?? this.#frame, ...moment });
    this.#frame += 1;
  }

  /** `9ms`, `1.5s`, `2m`, with a space or an edge of the diagram on both sides. */
  #takeTime(): boolean {
    if (this.#at > 0 && this.#characters[this.#at - 1] !== ' ') return false;
    const match = /^(\d+(?:\.\d+)?)(ms|s|m)(?: |$)/.exec(this.#characters.slice(this.#at).join(''));
    if (match === null) return false;
    this.#frame += Number(match[1]) * UNIT_MS[match[2] as 'ms' | 's' | 'm'];
    this.#at += match[1]!.length + match[2]!.length - 1;
    return true;
  }

  #fail(text: string, at = this.#at): never {
    throw new TypeError(`marbles ${JSON.stringify(this.marbles)}, column ${at + 1}: ${text}`);
  }
}

const UNIT_MS = { ms: 1, s: 1000, m: 60_000 };
