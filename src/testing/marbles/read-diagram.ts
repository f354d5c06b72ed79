/**
 * The syntax that marble diagrams have in common, RxJS's in run mode: frames, groups, time that passes. What the other
 * characters mean is for who reads them to say. Unlike RxJS it refuses what makes no sense, and names the column.
 */
import { describe } from '../../flow/describe.js';

/** Throws the `TypeError` about the character that is being read. */
type Fail = (text: string) => never;

/**
 * Calls `take` with each character that is none of the syntax, and the frame that it stands in. `what` is what errors
 * call the diagram; they are `TypeError`s, with the column from 1.
 */
export function readDiagram(what: string, diagram: string, take: (character: string, frame: number, fail: Fail) => void): void {
  if (typeof diagram !== 'string') throw new TypeError(`${what} must be a string, not ${describe(diagram)}`);
  new DiagramReader(what, diagram, take).read();
}

class DiagramReader {
  readonly #characters: readonly string[];
  #at = 0;
  #frame = 0;
  /** Where the open group began: its column, and the frame of all that is in it. */
  #group: { readonly at: number; readonly frame: number } | undefined = undefined;

  constructor(
    private readonly what: string,
    private readonly diagram: string,
    private readonly take: (character: string, frame: number, fail: Fail) => void,
  ) {
    this.#characters = Array.from(diagram);
  }

  read(): void {
    for (; this.#at < this.#characters.length; this.#at += 1) this.#read(this.#characters[this.#at]!);
    if (this.#group !== undefined) this.#fail("'(' is never closed", this.#group.at);
  }

  #read(character: string): void {
    if (character === ' ') return;
    if (character === '(') this.#openGroup();
    else if (character === ')') this.#closeGroup();
    else if (character !== '-') {
      if (this.#takeTime()) return;
      this.take(character, this.#group?.frame ?? this.#frame, (text) => this.#fail(text));
    }
    this.#frame += 1;
  }

  #openGroup(): void {
    if (this.#group !== undefined) this.#fail("'(' inside another '('");
    this.#group = { at: this.#at, frame: this.#frame };
  }

  #closeGroup(): void {
    if (this.#group === undefined) this.#fail("')' without '('");
    this.#group = undefined;
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
    throw new TypeError(`${this.what} ${JSON.stringify(this.diagram)}, column ${at + 1}: ${text}`);
  }
}

const UNIT_MS = { ms: 1, s: 1000, m: 60_000 };
