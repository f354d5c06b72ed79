/**
 * One generator, sync or async, driven a turn at a time: started by its first turn, ended by `return()` so that its
 * `finally` runs, and never left with a promise that nobody listens to. What goes in and comes out is its user's.
 */
import { describe } from '../flow/describe.js';
import { isPromise } from '../flow/is-promise.js';
import { Answers, type AnswerListener, type LATER } from './answers.js';

/** A generator that is resumed with `Sent`. */
export type AnyGenerator<Sent> = Iterator<unknown, unknown, Sent> | AsyncIterator<unknown, unknown, Sent>;
export type Turn = IteratorResult<unknown, unknown>;

/** Hears of the turns that come later; see {@link GeneratorRun.next}. */
export interface TurnListener {
  onTurn(turn: Turn): void;
  onThrow(cause: unknown): void;
}

export class GeneratorRun<Sent> implements AnswerListener<Turn> {
  readonly #answers = new Answers<Turn>(this);
  #generator: AnyGenerator<Sent> | undefined;
  #state: 'unstarted' | 'suspended' | 'running' | 'over' = 'unstarted';

  constructor(
    private readonly start: () => AnyGenerator<Sent>,
    private readonly listener: TurnListener,
  ) {}

  get isStarted(): boolean {
    return this.#state !== 'unstarted';
  }

  /** It has returned, thrown or been stopped. */
  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** Runs to the next `yield`: answers what came, or `LATER`; throws what the generator throws at once. */
  next(...sent: [] | [Sent]): Turn | typeof LATER {
    this.#state = 'running';
    try {
      this.#generator ??= checked(this.start());
      const answer = this.#generator.next(...sent);
      if (isPromise(answer)) return this.#answers.take(answer);
      this.#pause(answer);
      return answer;
    } catch (cause) {
      this.#state = 'over';
      throw cause;
    }
  }

  /**
   * Ends the generator where it stands, and calls `done` once its `finally` has run, or `failed` if that threw. In the
   * middle of a turn it ends when the turn does, and nobody waits for that: it may be waiting for ever.
   */
  stop(done: () => void, failed: (cause: unknown) => void): void {
    const state = this.#state;
    this.#state = 'over';
    this.#answers.cancel();
    if (state === 'suspended') this.#return(done, failed);
    else {
      // An asynchronous one takes note; a synchronous one, stopped from inside its own turn, refuses: `#pause` tells it.
      if (state === 'running') this.#return(ignore, ignore);
      done();
    }
  }

  onAnswer(turn: Turn): void {
    this.#pause(turn);
    this.listener.onTurn(turn);
  }

  onFailure(cause: unknown): void {
    this.#state = 'over';
    this.listener.onThrow(cause);
  }

  /** The turn is over; so may be the generator, or it may have been stopped meanwhile. */
  #pause(turn: Turn): void {
    if (this.#state === 'over') this.#return(ignore, ignore);
    else this.#state = turn.done === true ? 'over' : 'suspended';
  }

  #return(done: () => void, failed: (cause: unknown) => void): void {
    let answer: unknown;
    try {
      answer = this.#generator?.return?.();
    } catch (cause) {
      failed(cause);
      return;
    }
    if (isPromise(answer)) answer.then(done, failed);
    else done();
  }
}

function checked<Sent>(generator: AnyGenerator<Sent>): AnyGenerator<Sent> {
  if (typeof (generator as Partial<AnyGenerator<Sent>> | null | undefined)?.next === 'function') return generator;
  throw new TypeError(`a generator function is needed, not one that returns ${describe(generator)}`);
}

function ignore(): void {
  // nobody waits
}
