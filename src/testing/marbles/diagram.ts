/**
 * Two rows of moments as marble diagrams, one above the other, each frame in the same column of both. For a person to
 * read: a group is as wide as it is written, and long silences are shortened.
 */
import { formatError } from '../../flow/format-error.js';
import { isBytes } from '../../flow/is-bytes.js';
import { toText } from '../bytes.js';
import { difference } from '../difference.js';
import type { Moment } from './moment.js';
import { sameValue } from './same-value.js';
import { showValue } from './show-value.js';

/**
 * What was expected above what came; letters that do not stand for themselves are explained below.
 *
 * @example
 * // expected  -a-b-|
 * // came      -a--b|
 * //   a = "hello"
 * //   b = "world"
 */
export function compareDiagrams(expected: readonly Moment[], came: readonly Moment[]): string {
  const letters = new Letters(expected);
  const rows = [new Row(expected, letters), new Row(came, letters)] as const;
  let before = 0;
  for (const frame of framesOf(expected, came)) {
    for (const row of rows) row.silence(frame - before);
    const width = Math.max(...rows.map((row) => row.cell(frame).length), 1);
    for (const row of rows) row.draw(frame, width);
    before = frame + 1;
  }
  const lines = [`expected  ${rows[0].text()}`, `came      ${rows[1].text()}`, ...letters.legend()];
  return [...lines, ...closerLook(expected, came)].join('\n');
}

/** The first two buffers that differ, byte by byte, where their texts alone would not show it. */
function closerLook(expected: readonly Moment[], came: readonly Moment[]): string[] {
  for (const [at, { value: due, frame }] of expected.entries()) {
    const one = came[at]?.value;
    if (!isBytes(due) || !isBytes(one) || sameValue(due, one)) continue;
    const isPlain = [due, one].every((bytes) => bytes.byteLength <= LONGEST_PLAIN && !toText(bytes).includes('\ufffd'));
    return isPlain ? [] : [`at frame ${frame}: ${difference(due, one)}`];
  }
  return [];
}

function framesOf(...rows: readonly (readonly Moment[])[]): number[] {
  return [...new Set(rows.flatMap((row) => row.map((moment) => moment.frame)))].sort((one, other) => one - other);
}

class Row {
  #drawn = '';
  #isOver = false;
  readonly #end: number;

  constructor(
    private readonly moments: readonly Moment[],
    private readonly letters: Letters,
  ) {
    // The last one: of a writer's row, an abort may come after the end of its writes.
    this.#end = moments.filter((moment) => moment.kind !== 'next').at(-1)?.frame ?? Infinity;
  }

  cell(frame: number): string {
    const letters = this.moments.filter((moment) => moment.frame === frame).map((moment) => this.letters.of(moment));
    return letters.length > 1 ? `(${letters.join('')})` : letters.join('');
  }

  silence(frames: number): void {
    if (frames <= 0) return;
    const drawn = frames > LONGEST_SILENCE ? ` ${frames}ms ` : '-'.repeat(frames);
    this.#drawn += this.#isOver ? ' '.repeat(drawn.length) : drawn;
  }

  draw(frame: number, width: number): void {
    const cell = this.cell(frame) || (frame > this.#end ? ' ' : '-');
    this.#drawn += cell.padEnd(width);
    this.#isOver ||= frame >= this.#end;
  }

  text(): string {
    return this.#drawn.trimEnd() || '(nothing)';
  }
}

/** A character for each value: that of the expected diagram, else one that is still free. */
class Letters {
  readonly #named: { readonly letter: string; readonly value: unknown }[] = [];
  readonly #failures = new Set<unknown>();

  constructor(expected: readonly Moment[]) {
    for (const { kind, letter, value } of expected) {
      if (kind === 'next' && letter !== undefined && this.#find(value) === undefined) this.#named.push({ letter, value });
    }
  }

  of(moment: Moment): string {
    if (moment.kind === 'complete') return '|';
    if (moment.kind === 'error') {
      this.#failures.add(moment.value);
      return '#';
    }
    return this.#find(moment.value) ?? this.#free(moment.value);
  }

  legend(): string[] {
    const failures = [...this.#failures].filter((value) => value !== undefined).map((value) => `  # = ${showFailure(value)}`);
    // Beside strings, bytes are told from them: what a flow emits never equals a string.
    const isMixed = this.#named.some(({ value }) => isBytes(value)) && this.#named.some(({ value }) => typeof value === 'string');
    const named = this.#named.filter(({ letter, value }) => isMixed || letter !== textOf(value));
    return [...named.map(({ letter, value }) => `  ${letter} = ${isMixed && isBytes(value) ? 'the bytes of ' : ''}${showValue(value)}`), ...failures];
  }

  #find(value: unknown): string | undefined {
    return this.#named.find((one) => sameValue(one.value, value))?.letter;
  }

  #free(value: unknown): string {
    const text = textOf(value);
    const wanted = /^[^-|#()^!\s\p{Cc}\ufffd]$/u.test(text) ? text : '';
    const letter = Array.from(wanted + ALPHABET).find((one) => this.#named.every((named) => named.letter !== one)) ?? '?';
    this.#named.push({ letter, value });
    return letter;
  }

}

/** Of bytes and strings; nothing for what is neither. */
function textOf(value: unknown): string {
  if (isBytes(value)) return toText(value);
  return typeof value === 'string' ? value : '';
}

/** A code is no text: it comes without quotes. */
function showFailure(value: unknown): string {
  return typeof value === 'string' ? formatError(value) : showValue(value);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LONGEST_SILENCE = 12;
/** Bytes of a text that is shown whole. */
const LONGEST_PLAIN = 64;
