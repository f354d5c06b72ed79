/**
 * Reads a tape's file from chunks that are cut anywhere, and names the line where something is wrong. It keeps the line
 * that is not finished yet, and what the rules of a tape need.
 */
import { describe } from '../../flow/describe.js';
import { FlowError } from '../../flow/flow-error.js';
import { isBytes } from '../../flow/is-bytes.js';
import { JsonNesting } from './json-nesting.js';
import type { TapeEvent } from './tape-event.js';
import { LineFault } from './tape-fields.js';
import { MAX_LINE_LENGTH, parseEvent, parseHeader } from './tape-line.js';
import { TapeRules } from './tape-rules.js';

export class TapeReader {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  /** Added to, and not looked at until it is whole: for a look the pieces are put together anew. */
  #line = '';
  #nesting = new JsonNesting();
  #number = 1;
  #headed = false;
  readonly #rules = new TapeRules();
  /** The line was taken when it was whole: its newline may still come. */
  #taken = false;

  constructor(private readonly maxLineLength = MAX_LINE_LENGTH) {}

  *read(chunk: string | Uint8Array): Generator<TapeEvent> {
    if (typeof chunk === 'string') {
      for (const piece of chunk.split(AFTER_NEWLINE)) yield* this.#take(piece);
      // No object of JSON is the beginning of another, so one that is whole is a line, though its newline is missing.
      if (this.#nesting.isWholeObject) {
        yield* this.#takeLine();
        this.#taken = true;
      }
      return;
    }
    if (!isBytes(chunk)) throw new TypeError(`loadTape: takes strings and Uint8Arrays, not ${describe(chunk)}`);
    for (const piece of afterNewlines(chunk)) yield* this.#take(this.#named(() => this.#decoder.decode(piece, { stream: true })));
  }

  *end(): Generator<TapeEvent> {
    const rest = this.#line.trim();
    if (this.#endsInCharacter() || (rest.startsWith('{') && !this.#nesting.isWholeObject)) {
      throw this.#error(new LineFault('is cut off: the tape ends in it', 'truncated'));
    }
    if (rest !== '') yield* this.#takeLine();
    if (!this.#headed) throw this.#error(new LineFault('is missing: the tape is empty', 'truncated'));
  }

  *#take(piece: string): Generator<TapeEvent> {
    if (this.#taken && piece.trim() === '') {
      this.#taken = !piece.endsWith('\n');
      return;
    }
    this.#taken = false;
    this.#line += piece;
    if (this.#line.length > this.maxLineLength) {
      throw this.#error(new LineFault(`exceeds ${this.maxLineLength} characters`, 'too-large'));
    }
    if (piece.endsWith('\n')) yield* this.#takeLine();
    else this.#nesting.take(piece);
  }

  *#takeLine(): Generator<TapeEvent> {
    const line = this.#line.trim();
    this.#line = '';
    this.#nesting = new JsonNesting();
    const event = line === '' ? undefined : this.#named(() => this.#parse(line));
    this.#number += 1;
    if (event !== undefined) yield event;
  }

  #parse(line: string): TapeEvent | undefined {
    if (!this.#headed) {
      this.#headed = true;
      return parseHeader(line);
    }
    const event = parseEvent(line);
    this.#rules.take(event);
    return event;
  }

  #endsInCharacter(): boolean {
    try {
      this.#decoder.decode();
      return false;
    } catch {
      return true;
    }
  }

  #named<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      throw this.#error(error instanceof LineFault ? error : new LineFault('is not UTF-8'));
    }
  }

  #error({ code, message }: LineFault): FlowError {
    return new FlowError(code, `tape line ${this.#number}: ${message}`);
  }
}

const AFTER_NEWLINE = /(?<=\n)/;

function* afterNewlines(chunk: Uint8Array): Generator<Uint8Array> {
  let start = 0;
  for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
    yield chunk.subarray(start, at + 1);
    start = at + 1;
  }
  yield chunk.subarray(start);
}

const NEWLINE = 0x0a;
