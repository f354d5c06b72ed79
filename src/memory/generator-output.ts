/**
 * The output side of a generator function: started by the first write, resumed with each buffer, ended by
 * shutdown('write'). A write is through when the generator has come back to a `yield`, or returned.
 */
import { FlowError } from '../flow/flow-error.js';
import type { FlowLink } from '../flow/transport.js';
import { LATER } from './answers.js';
import { failureOf } from './failure-of.js';
import type { OutputPart } from './function-flow.js';
import { GeneratorRun, type AnyGenerator, type Turn, type TurnListener } from './generator-run.js';

export class GeneratorOutput implements OutputPart, TurnListener {
  readonly #run: GeneratorRun<Uint8Array>;
  /** The buffer to hand over at the next `yield`; `undefined` once it is. */
  #inHand: Uint8Array | undefined;

  constructor(
    private readonly link: FlowLink,
    private readonly endOutput: () => void,
    private readonly where: string,
    start: () => AnyGenerator<Uint8Array>,
  ) {
    this.#run = new GeneratorRun(start, this);
  }

  write(buffer: Uint8Array): boolean {
    this.#inHand = buffer;
    // The first turn runs to the first `yield`, where the generator asks for a buffer.
    return this.#run.isStarted ? this.#hand() : this.#turn();
  }

  end(): void {
    this.#run.stop(
      () => this.link.finished(),
      // Too late for a write's result to say it, so the flow does.
      (cause) => this.link.fail(failureOf(`${this.where} failed`, cause)),
    );
  }

  cancel(): void {
    this.#run.stop(
      () => {},
      () => {},
    );
  }

  onTurn(): void {
    if (this.#afterTurn()) this.link.ready();
  }

  /** The output is broken, and the input may well go on. */
  onThrow(cause: unknown): void {
    this.link.refuse(failureOf(`${this.where} failed`, cause));
  }

  /** Hands over the buffer in hand. `true` when the write is through. */
  #hand(): boolean {
    if (this.#run.isOver) {
      this.link.refuse(new FlowError('closed', `${this.where} has returned: it takes no more bytes`));
      return true;
    }
    const buffer = this.#inHand!;
    this.#inHand = undefined;
    return this.#turn(buffer);
  }

  #turn(...sent: [] | [Uint8Array]): boolean {
    let turn: Turn | typeof LATER;
    try {
      turn = this.#run.next(...sent);
    } catch (cause) {
      this.onThrow(cause);
      return true;
    }
    return turn !== LATER && this.#afterTurn();
  }

  #afterTurn(): boolean {
    if (this.#inHand !== undefined) return this.#hand();
    if (this.#run.isOver) this.endOutput();
    return true;
  }
}
