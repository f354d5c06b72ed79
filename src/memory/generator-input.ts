/** The input side of a generator function: one turn for each read, and no turn that nobody waits for. */
import { describe } from '../flow/describe.js';
import { FlowError } from '../flow/flow-error.js';
import type { FlowLink } from '../flow/transport.js';
import { LATER } from './answers.js';
import { failureOf } from './failure-of.js';
import type { InputPart } from './function-flow.js';
import { GeneratorRun, type AnyGenerator, type Turn, type TurnListener } from './generator-run.js';
import { bytesOf } from './pieces.js';

export class GeneratorInput implements InputPart, TurnListener {
  readonly #run: GeneratorRun<undefined>;

  constructor(
    private readonly link: FlowLink,
    private readonly where: string,
    start: () => AnyGenerator<undefined>,
  ) {
    this.#run = new GeneratorRun(start, this);
  }

  pull(): void {
    while (this.#advance());
  }

  stop(): void {
    this.#run.stop(
      () => this.link.end(),
      (cause) => this.onThrow(cause),
    );
  }

  cancel(): void {
    // What the generator's `finally` throws now has nobody left to tell: the flow is broken, and says why.
    this.#run.stop(
      () => {},
      () => {},
    );
  }

  onTurn(turn: Turn): void {
    if (this.#hand(turn)) this.pull();
  }

  onThrow(cause: unknown): void {
    this.link.fail(failureOf(`${this.where} failed`, cause));
  }

  /** One turn; whether to go on with the next at once. */
  #advance(): boolean {
    let turn: Turn | typeof LATER;
    try {
      turn = this.#run.next();
    } catch (cause) {
      this.onThrow(cause);
      return false;
    }
    return turn !== LATER && this.#hand(turn);
  }

  #hand(turn: Turn): boolean {
    if (turn.done === true) {
      this.link.end();
      return false;
    }
    const bytes = bytesOf(turn.value);
    if (bytes !== undefined) return this.link.push(bytes);
    const message = `${this.where} yielded ${describe(turn.value)}, not a string or a Uint8Array`;
    this.link.fail(new FlowError('failed', message));
    return false;
  }
}
