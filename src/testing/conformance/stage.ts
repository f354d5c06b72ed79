/**
 * What a conformance case plays on: two connected flows, things watched, and waiting that ends with a clear message
 * at the case's time limit. It cleans up after itself: both flows are aborted and every timer is cleared.
 */
import { defer, from, type Observable, type ObservableInput } from 'rxjs';
import { checkFlow } from '../../flow/check-flow.js';
import { describe } from '../../flow/describe.js';
import type { Flow, WriteResult } from '../../flow/flow.js';
import type { FlowError, FlowErrorCode } from '../../flow/flow-error.js';
import { formatError } from '../../flow/format-error.js';
import { isPromise } from '../../flow/is-promise.js';
import { toBytes } from '../bytes.js';
import { equal, isCoded, pattern, sizeOf, textOf } from './verdict.js';
import { Watch } from './watch.js';

interface Wait {
  readonly until: string;
  readonly condition: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A flow, or another way to write to one. */
type Writable = Pick<Flow, 'write'>;

/** A flow that takes no more, since its peer does not read. */
export interface Filled {
  readonly results: readonly Watch<WriteResult>[];
  /** Bytes written in all. */
  readonly size: number;
  /** The last of the results. */
  readonly pending: Watch<WriteResult>;
}

export class Stage {
  near!: Flow;
  far!: Flow;

  readonly #waits = new Set<Wait>();
  readonly #watches: Watch<unknown>[] = [];
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  /** What was thrown while all was cleared away. */
  readonly #faults: Error[] = [];
  #expired = false;
  #isOver = false;
  readonly #limitMs: number;
  readonly #quietMs: number;
  readonly #settlingMs: number;
  readonly #mostRefills: number;

  /** `immediate`: nothing in the transport takes time, so nothing is won by waiting for it. */
  constructor(limitMs: number, immediate = false) {
    this.#limitMs = limitMs;
    this.#quietMs = immediate ? 5 : QUIET_MS;
    this.#settlingMs = immediate ? 1 : SETTLING_MS;
    this.#mostRefills = immediate ? 0 : MOST_REFILLS;
    this.#after(limitMs, () => this.#expire());
  }

  /** Has the flows made; `swapped` makes the second of them the near one. */
  async open(create: () => ObservableInput<[Flow, Flow]>, swapped: boolean): Promise<void> {
    // Kept subscribed for as long as the case runs: where lifetime is subscription, it is what keeps the flows open.
    const made = this.watch(defer(() => from(this.#orAborted(create()))));
    await this.when('create() has made two flows', () => made.values.length > 0 || made.isEnded);
    const [a, b] = pairOf(made);
    this.near = swapped ? b : a;
    this.far = swapped ? a : b;
  }

  // ── watching ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** Subscribes now, and until the case ends. */
  watch<T>(source: Observable<T>): Watch<T> {
    const watch = new Watch(source, () => this.#check());
    this.#watches.push(watch);
    return watch;
  }

  /** A subscription to `flow.read()`. */
  reading(flow: Flow): Watch<Uint8Array> {
    return this.watch(flow.read());
  }

  /** Writes now and watches the result. */
  writing(flow: Writable, data: string | Uint8Array): Watch<WriteResult> {
    return this.watch(flow.write(toBytes(data)));
  }

  // ── waiting ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Waits for `condition`, looked at after each notification of anything watched; rejects with what it throws. */
  when(until: string, condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const wait = { until, condition, resolve, reject };
      this.#waits.add(wait);
      if (this.#expired) this.#expire();
      else this.#check();
    });
  }

  /** Waits for the end of what is watched, whatever it is. */
  ended(what: string, watch: Watch<unknown>): Promise<void> {
    return this.when(`${what} has ended`, () => watch.isEnded);
  }

  /** Waits until the reading has brought `text`, and nothing else. */
  async reads(reading: Watch<Uint8Array>, text: string): Promise<void> {
    const size = toBytes(text).byteLength;
    await this.when(`the read has brought ${JSON.stringify(text)}`, () => sizeOf(reading) >= size || reading.isEnded);
    equal(textOf(reading), text, 'what was read');
  }

  /** Writes, and waits for `{ok: true}`. */
  async accepted(flow: Flow, data: string | Uint8Array): Promise<void> {
    await this.isOk(this.writing(flow, data));
  }

  /** Waits for the write's result, and fails unless it is `{ok: true}`, once. */
  async isOk(result: Watch<WriteResult>): Promise<void> {
    const only = await this.#resultOf(result, 'an accepted write');
    if (!only.ok) throw new Error('the write was not accepted', { cause: only.error });
  }

  /** Waits for the write's result, and fails unless it is `{ok: false}` with such an error. */
  async isRefused(result: Watch<WriteResult>, code?: FlowErrorCode): Promise<FlowError> {
    const only = await this.#resultOf(result, 'a refused write');
    if (only.ok) throw new Error('the write was accepted');
    return isCoded(only.error, code, 'the error of a refused write');
  }

  async #resultOf(result: Watch<WriteResult>, what: string): Promise<WriteResult> {
    await this.ended('the write', result);
    if (result.ended === 'error') throw new Error('the write errored instead of emitting a result', { cause: result.error });
    equal(result.values.length, 1, `results of ${what}`);
    return result.values[0]!;
  }

  /** Some milliseconds in which what ought not to happen could happen; cut short once it has, where that can be told. */
  quiet(ms = this.#quietMs, hasHappened = () => false, until = 'a quiet time is over'): Promise<void> {
    let over = false;
    // In slices, so that where the machine is busy the event loop gets its turns all the same; the last one is for the
    // events of a late event loop, to be dealt with before the verdict.
    const wait = (left: number) => {
      if (left > 0) {
        this.#after(Math.min(left, SLICE_MS), () => wait(left - SLICE_MS));
        return;
      }
      this.#after(1, () => {
        over = true;
        this.#check();
      });
    };
    wait(ms);
    return this.when(until, () => over || hasHappened());
  }

  /** Writes until a result stays pending; goes on from `before`, whose results are part of what it gives. */
  async fill(flow: Writable, before: Filled | null = null): Promise<Filled> {
    const results = [...(before?.results ?? [])];
    for (let size = (before?.size ?? 0) + BLOCK; size <= MOST_UNREAD; size += BLOCK) {
      const result = this.writing(flow, pattern(BLOCK, size - BLOCK));
      results.push(result);
      const isThrough = () => result.isEnded;
      const until = `a write stays pending, with ${size} bytes written that nobody reads`;
      if (!isThrough()) await this.quiet(this.#quietMs, isThrough, until);
      // A kernel that waits to acknowledge (40 ms on Linux) looks full before it is.
      if (!isThrough()) await this.quiet(this.#settlingMs, isThrough, until);
      if (!result.isEnded) return { results, size, pending: result };
    }
    throw new Error(`${MOST_UNREAD} bytes were accepted though nobody reads`);
  }

  /**
   * Fills the flow (on from `before`), does `act`, and fails if that makes room. A transport that is not immediate may take a block late and
   * on its own, as kernels do: then all is done again, and only room after each `act` is a fault.
   */
  async staysFull(flow: Writable, act: () => void, fault: string, before: Filled | null = null): Promise<Filled> {
    let filled = before ?? (await this.fill(flow));
    for (let refills = 0; ; refills += 1) {
      act();
      await this.quiet();
      if (!filled.pending.isEnded) return filled;
      if (refills === this.#mostRefills) throw new Error(fault);
      filled = await this.fill(flow, filled);
    }
  }

  // ── cleaning up ────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Aborts both flows, waits for both to have gone, and lets go of everything; resolves even if they do not go. Once all
   * is done, rejects with what was thrown meanwhile.
   */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#expired = false;
    const flows = [this.near, this.far].filter((flow) => flow !== undefined);
    const goings: Watch<void>[] = [];
    for (const flow of flows) this.#attempt('closed', () => goings.push(this.watch(flow.closed)));
    for (const flow of flows) this.#attempt('abort()', () => flow.abort());
    let given = false;
    this.#after(Math.min(LONGEST_GOODBYE_MS, this.#limitMs), () => {
      given = true;
      this.#check();
    });
    await this.when('both flows have gone', () => given || goings.every((going) => going.isEnded));
    for (const timer of this.#timers) clearTimeout(timer);
    for (const watch of this.#watches) this.#attempt('an unsubscription', () => watch.unsubscribe());
    this.#isOver = true;
    if (this.#faults.length > 0) throw this.#faults[0]!;
  }

  /** A step of the cleaning up: one that fails must not keep the others from being done. */
  #attempt(what: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#faults.push(new Error(`${what} threw: ${formatError(error)}`, { cause: error }));
    }
  }

  /** A Promise cannot be called off: the flows that it brings after all is over are aborted as they come. */
  #orAborted(made: ObservableInput<[Flow, Flow]>): ObservableInput<[Flow, Flow]> {
    const tooLate = (flows: readonly Flow[]) => {
      if (this.#isOver) for (const flow of flows) flow.abort();
    };
    if (isPromise<[Flow, Flow]>(made)) made.then(tooLate).then(undefined, () => {}); // its failure is told by the case
    return made;
  }

  #after(ms: number, callback: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      callback();
    }, ms);
    this.#timers.add(timer);
  }

  #check(): void {
    for (const wait of this.#waits) {
      try {
        if (!wait.condition()) continue;
        wait.resolve();
      } catch (error) {
        wait.reject(error);
      }
      this.#waits.delete(wait);
    }
  }

  #expire(): void {
    this.#expired = true;
    for (const wait of this.#waits) {
      this.#waits.delete(wait);
      wait.reject(new Error(`time limit of ${this.#limitMs} ms: still waiting until ${wait.until}`));
    }
  }
}

/** What `create()` has made, if that is two flows. */
function pairOf(made: Watch<[Flow, Flow]>): [Flow, Flow] {
  if (made.ended === 'error') throw new Error(`create() failed: ${formatError(made.error)}`, { cause: made.error });
  if (made.values.length === 0) throw new Error('create() made no flows');
  const pair = made.values[0]!;
  if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError(`create() must emit a pair of flows, not ${describe(pair)}`);
  pair.forEach((flow, at) => checkFlow(`create()[${at}]`, flow));
  return pair;
}

const QUIET_MS = 20;
const SETTLING_MS = 60;
const SLICE_MS = 5;
const MOST_REFILLS = 3;
const LONGEST_GOODBYE_MS = 1000;
const BLOCK = 65536;
/** More than any transport may hold for a peer that does not read. */
const MOST_UNREAD = 2 ** 27;
