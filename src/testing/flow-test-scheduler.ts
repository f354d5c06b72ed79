/**
 * RxJS's `TestScheduler` for flows: marbles that drive what a flow reads, and marbles for what is read from and written
 * to one. All of RxJS's own helpers stay what they are.
 */
import { Subscription } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import { checkFlow } from '../flow/check-flow.js';
import type { Flow } from '../flow/flow.js';
import { makeFlow } from '../flow/make-flow.js';
import { ColdTransport } from './marbles/cold-transport.js';
import { compareDiagrams } from './marbles/diagram.js';
import { asMoments } from './marbles/as-moments.js';
import type { MarbleValues, Moment } from './marbles/moment.js';
import { parseMarbles, type FlowSide } from './marbles/parse-marbles.js';
import { parseSubscription } from './marbles/parse-subscription.js';
import { matchesError, sameValue } from './marbles/same-value.js';

/** What an expectation about a flow is compared with; bad marbles throw here, and name the column. */
export interface FlowExpectation {
  /**
   * Letters stand for their `values` (a string in UTF-8, or bytes), or for themselves. A `#` is any failure, or the one
   * that `error` names: an error or its cause (the reason of an `abort`), a `FlowErrorCode`, or an object with the
   * fields that count.
   */
  toBe(marbles: string, values?: MarbleValues, error?: unknown): void;
}

/** The helpers of {@link FlowTestScheduler.run}: RxJS's, and three for flows. */
export interface FlowRunHelpers extends RunHelpers {
  /**
   * A flow whose reads are these marbles, from the frame of the first read on: a letter is a buffer, `|` is EOF, `#` is a
   * failure: with `error` if it is a `FlowError`, of that code if it is a `FlowErrorCode`, else `failed` with it as
   * the cause. It takes every write at once.
   */
  coldFlow(marbles: string, values?: MarbleValues, error?: unknown): Flow;
  /**
   * What `flow.read()` emits, subscribed to at frame 0, or as `subscription` says (`'--^---!'`), or now if that is over; a bad
   * `subscription` throws, and names the column.
   */
  expectReads(flow: Flow, subscription?: string): FlowExpectation;
  /**
   * What is done to a {@link coldFlow}: a letter is a written buffer, `|` the end of the write side, `#` an abort, which may
   * come after that end too (`'-a-|--#'`). Each buffer of a `writev` is a letter of its own; empty buffers are not shown.
   */
  expectWrites(flow: Flow): FlowExpectation;
}

/** Compares deeply, and throws (or answers `false`) if the two differ: `(actual, expected) => expect(actual).toEqual(expected)`. */
export type AssertDeepEqual = (actual: unknown, expected: unknown) => unknown;

/**
 * A `TestScheduler` whose `run` knows flows. An expectation that fails throws an error with both diagrams, the expected
 * one above the actual one, frame by frame in the same column: for the eye, not to be pasted, as a group takes the room
 * that it is written in, and long silences are shortened.
 *
 * @example
 * const scheduler = new FlowTestScheduler((actual, expected) => expect(actual).toEqual(expected));
 * scheduler.run(({ coldFlow, expectReads, expectWrites }) => {
 *   const flow = coldFlow('-a-b-|', { a: 'hello' });
 *   flow.read().subscribe({ next: (buffer) => flow.write(buffer), complete: () => flow.shutdown('write') });
 *   expectWrites(flow).toBe('-a-b-|', { a: 'hello' });
 * });
 */
export class FlowTestScheduler extends TestScheduler {
  readonly #cold = new WeakMap<Flow, ColdTransport>();
  #count = 0;
  #checks: (() => void)[] = [];
  /** Runs that are on, one inside the other. */
  #runs = 0;

  /**
   * `assertDeepEqual` judges what RxJS's own helpers expect. Without it, values are compared by structure and content, and
   * a difference throws; an object that shows none of it (private fields, a `Promise`) equals only itself. Reads and
   * writes of flows are always compared by this class: once they agree, `assertDeepEqual` is called with what came twice,
   * so that a test framework that counts its assertions counts this one.
   */
  constructor(assertDeepEqual: AssertDeepEqual = throwUnlessSame) {
    super((actual, expected) => withDiagrams(assertDeepEqual, actual, expected));
  }

  override run<T>(callback: (helpers: FlowRunHelpers) => T): T {
    // A scheduler that is run again starts again, if nothing of the run before is left.
    if (this.#runs === 0 && this.actions.length === 0) this.frame = 0;
    this.#runs += 1;
    let isOver = false;
    const during = <A extends unknown[], R>(name: string, helper: (...args: A) => R) => (...args: A): R => {
      if (isOver) throw new TypeError(`${name}: the run is over; a callback must not wait for a promise, since nothing behind that is checked`);
      return helper(...args);
    };
    const judged = (one: FlowExpectation): FlowExpectation => ({ toBe: during('toBe', (...marbles) => one.toBe(...marbles)) });
    try {
      return super.run((helpers) =>
        callback({
          ...helpers,
          coldFlow: during('coldFlow', (marbles, values, error) => this.#coldFlow(marbles, values, error)),
          expectReads: during('expectReads', (flow, subscription) => judged(this.#expectReads(flow, subscription))),
          expectWrites: during('expectWrites', (flow) => judged(this.#expectWrites(flow))),
        }),
      );
    } finally {
      isOver = true;
      this.#runs -= 1;
      // One inside another takes nothing from it.
      if (this.#runs === 0) this.#checks = [];
    }
  }

  override flush(): void {
    super.flush();
    // One by one: what is behind one that fails waits for the next flush.
    for (let check = this.#checks.shift(); check !== undefined; check = this.#checks.shift()) check();
  }

  #coldFlow(marbles: string, values?: MarbleValues, error?: unknown): Flow {
    this.#count += 1;
    const transport = new ColdTransport(`cold flow ${this.#count}`, parseMarbles(marbles, values, error), this);
    const flow = makeFlow(transport);
    this.#cold.set(flow, transport);
    return flow;
  }

  #expectReads(flow: Flow, subscription = '^'): FlowExpectation {
    checkFlow('expectReads: flow', flow);
    const { from, to } = parseSubscription(subscription);
    const came: Moment[] = [];
    const note = (kind: Moment['kind'], value?: unknown) => came.push({ frame: this.frame, kind, value });
    const reading = new Subscription();
    const start = () => {
      const whole = flow.read().subscribe({
        next: (buffer) => note('next', buffer),
        error: (error: unknown) => note('error', error),
        complete: () => note('complete'),
      });
      reading.add(whole);
    };
    this.schedule(start, from === undefined ? 0 : Math.max(0, from - this.frame));
    // Now, as RxJS does it: the end of a subscription comes before all else of its frame.
    if (to !== undefined) this.schedule(() => reading.unsubscribe(), Math.max(0, to - this.frame));
    return this.#expectation('reads', `reads of ${flow.name}`, came);
  }

  #expectWrites(flow: Flow): FlowExpectation {
    const transport = this.#cold.get(flow);
    if (transport === undefined) throw new TypeError('expectWrites: flow must be one that coldFlow() made');
    return this.#expectation('writes', `writes to ${flow.name}`, transport.written);
  }

  #expectation(side: FlowSide, what: string, came: Moment[]): FlowExpectation {
    return {
      toBe: (marbles, values, error) => {
        const expected = parseMarbles(marbles, values, error, side);
        this.#checks.push(() => {
          const same = came.length === expected.length && came.every((one, at) => sameMoment(one, expected[at]!));
          if (!same) throw new Error(`${what} are not as expected\n\n${compareDiagrams(expected, came)}\n`);
          // Nothing can differ any more; but the assertion is to be counted.
          this.assertDeepEqual(came, came);
        });
      },
    };
  }
}

function sameMoment(came: Moment, expected: Moment): boolean {
  if (came.frame !== expected.frame || came.kind !== expected.kind) return false;
  return came.kind === 'error' ? matchesError(came.value, expected.value) : sameValue(came.value, expected.value);
}

function throwUnlessSame(actual: unknown, expected: unknown): void {
  if (!sameValue(actual, expected)) throw new Error(DIFFERENT);
}

/** The test framework's verdict; if it is a bad one, with the diagrams of both sides in front. */
function withDiagrams(assertDeepEqual: AssertDeepEqual, actual: unknown, expected: unknown): void {
  try {
    if (assertDeepEqual(actual, expected) === false) throw new Error(DIFFERENT);
  } catch (error) {
    const [came, wanted] = [asMoments(actual), asMoments(expected)];
    if (came === undefined || wanted === undefined) throw error;
    throw new Error(`${compareDiagrams(wanted, came)}\n\n${(error as Error).message}`, { cause: error });
  }
}

const DIFFERENT = 'what came is not what was expected';
