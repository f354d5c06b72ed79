/** The input side of a `Refill`: called while bytes are wanted, each time with a new buffer of 4096 bytes. */
import type { FlowLink } from '../flow/transport.js';
import { Answers, LATER, type AnswerListener } from './answers.js';
import { countError } from './count-error.js';
import { failureOf } from './failure-of.js';
import type { InputPart } from './function-flow.js';
import type { Refill } from './refill.js';

/** As many as Mirage's flows read at a time. */
const READ_BYTES = 4096;

export class RefillInput implements InputPart, AnswerListener<number> {
  readonly #answers = new Answers<number>(this);
  /** The buffer being filled. The reader owns it afterwards, so each is a new one. */
  #buffer = new Uint8Array(0);

  constructor(
    private readonly link: FlowLink,
    private readonly where: string,
    private readonly refill: Refill,
  ) {}

  pull(): void {
    while (this.#fill());
  }

  stop(): void {
    this.cancel();
    this.link.end();
  }

  cancel(): void {
    this.#answers.cancel();
  }

  onAnswer(count: number): void {
    if (this.#hand(count)) this.pull();
  }

  onFailure(cause: unknown): void {
    this.link.fail(failureOf(`${this.where} failed`, cause));
  }

  /** One call; whether to go on with the next at once. */
  #fill(): boolean {
    this.#buffer = new Uint8Array(READ_BYTES);
    let count: number | typeof LATER;
    try {
      const answer = this.refill(this.#buffer);
      count = typeof answer === 'number' ? answer : this.#answers.take(answer);
    } catch (cause) {
      this.onFailure(cause);
      return false;
    }
    return count !== LATER && this.#hand(count);
  }

  #hand(count: number): boolean {
    const error = countError(this.where, count, READ_BYTES);
    if (error !== undefined) this.link.fail(error);
    else if (count > 0) return this.link.push(this.#buffer.subarray(0, count));
    else this.link.end();
    return false;
  }
}
