/** The output side of a `Refill`: offered what is left of a written buffer until all of it is taken. */
import { FlowError } from '../flow/flow-error.js';
import type { FlowLink } from '../flow/transport.js';
import { Answers, LATER, type AnswerListener } from './answers.js';
import { countError } from './count-error.js';
import { failureOf } from './failure-of.js';
import type { OutputPart } from './function-flow.js';
import type { Refill } from './refill.js';

export class RefillOutput implements OutputPart, AnswerListener<number> {
  readonly #answers = new Answers<number>(this);
  /** What is left of the buffer in hand. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly link: FlowLink,
    private readonly where: string,
    private readonly refill: Refill,
  ) {}

  write(buffer: Uint8Array): boolean {
    this.#rest = buffer;
    return this.#offer();
  }

  end(): void {
    this.link.finished();
  }

  cancel(): void {
    this.#answers.cancel();
  }

  onAnswer(count: number): void {
    if (this.#took(count) && this.#offer()) this.link.ready();
  }

  /** The output is broken, and the input may well go on. */
  onFailure(cause: unknown): void {
    this.link.refuse(failureOf(`${this.where} failed`, cause));
  }

  /** Offers the rest until it is gone or refused (`true`), or an answer has to be waited for (`false`). */
  #offer(): boolean {
    while (this.#rest.length > 0) {
      let count: number | typeof LATER;
      try {
        const answer = this.refill(this.#rest);
        count = typeof answer === 'number' ? answer : this.#answers.take(answer);
      } catch (cause) {
        this.onFailure(cause);
        return true;
      }
      if (count === LATER) return false;
      if (!this.#took(count)) return true;
    }
    return true;
  }

  /** Whether the output goes on. */
  #took(count: number): boolean {
    const error = countError(this.where, count, this.#rest.length);
    if (error !== undefined) this.link.refuse(error);
    else if (count === 0) this.link.refuse(new FlowError('closed', `${this.where} has ended: it takes no more bytes`));
    else {
      this.#rest = this.#rest.subarray(count);
      return true;
    }
    return false;
  }
}
