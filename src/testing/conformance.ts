/**
 * The contract of `Flow` as cases that any implementation can run, under any test framework or none: each case makes
 * two connected flows, plays one sentence of the contract on them, and rejects with what was expected and what came.
 */
import type { ObservableInput } from 'rxjs';
import { checkDuration } from '../flow/check-duration.js';
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { abortCases } from './conformance/abort-cases.js';
import { resolveCapabilities, type ConformanceCapabilities } from './conformance/capability.js';
import { closeCases } from './conformance/close-cases.js';
import type { CaseDefinition } from './conformance/definition.js';
import { readCases } from './conformance/read-cases.js';
import { shutdownCases } from './conformance/shutdown-cases.js';
import { Stage } from './conformance/stage.js';
import { writeCases } from './conformance/write-cases.js';

/** Whose flows are tested, and what they need not be able to do. */
export interface ConformanceOptions {
  /**
   * Makes two connected flows: what is written to one is read from the other. Called anew for each case; the first
   * value counts, and the subscription is kept until the case is over.
   */
  create(): ObservableInput<[Flow, Flow]>;
  /** What the transport cannot do, each with its reason, and what it can do beyond the contract (see the type). */
  readonly capabilities?: ConformanceCapabilities;
  /** Which side each case is about: both in turn (the default), or only the first or the second flow of `create`. */
  readonly sides?: 'both' | 'a→b' | 'b→a';
  /** The real time one case may take, in milliseconds (default 5000, at most 2147483647). */
  readonly timeLimitMs?: number;
}

/** One sentence of the contract, to be run as one test. */
export interface ConformanceCase {
  /** The behaviour in the present tense, then the side: `EOF is sticky: … (a→b)`. */
  readonly name: string;
  /** Why this case does not apply: the reason its missing capability was declared with. */
  readonly skipped?: string;
  /** Resolves if the flows behave, rejects if they do not. A skipped case resolves at once. */
  run(): Promise<void>;
}

/**
 * The cases of the conformance suite, for the flows that `create` makes. Every case cleans up after itself: both flows
 * are aborted, `create` is unsubscribed, and no timer is left. What is thrown at that fails a case that has passed.
 *
 * @example
 * for (const one of conformance({ create: () => of(flowPair()) })) {
 *   (one.skipped === undefined ? it : it.skip)(one.name, () => one.run());
 * }
 */
export function conformance(options: ConformanceOptions): ConformanceCase[] {
  checkOptions(options);
  const has = resolveCapabilities(options.capabilities);
  const sides = options.sides === undefined || options.sides === 'both' ? (['a→b', 'b→a'] as const) : [options.sides];
  const perform = async (definition: CaseDefinition, side: (typeof sides)[number]): Promise<void> => {
    const stage = new Stage(options.timeLimitMs ?? DEFAULT_LIMIT_MS, has.immediate === true);
    try {
      await stage.open(() => options.create(), side === 'b→a');
      await definition.test(stage);
    } catch (verdict) {
      // What fails while all is cleared away may come of that, and must not stand in front of it.
      await stage.close().catch(() => {});
      throw verdict;
    }
    await stage.close();
  };
  return DEFINITIONS.filter(({ without }) => without === undefined || has[without] !== true).flatMap((definition) => {
    const missing = definition.needs?.find((capability) => has[capability] !== true);
    return sides.map((side) => ({
      name: `${definition.name} (${side})`,
      ...(missing === undefined ? {} : { skipped: `${missing}: ${String(has[missing])}` }),
      run: () => (missing === undefined ? perform(definition, side) : Promise.resolve()),
    }));
  });
}

const DEFINITIONS: readonly CaseDefinition[] = [...readCases, ...writeCases, ...shutdownCases, ...closeCases, ...abortCases];

function checkOptions(options: ConformanceOptions): void {
  if (typeof options !== 'object' || options === null || typeof options.create !== 'function') {
    throw new TypeError(`conformance: create must be a function, not ${describe((options as Partial<ConformanceOptions> | null)?.create)}`);
  }
  const { sides, timeLimitMs } = options;
  if (sides !== undefined && sides !== 'both' && sides !== 'a→b' && sides !== 'b→a') {
    throw new TypeError(`conformance: sides must be 'both', 'a→b' or 'b→a', not ${JSON.stringify(sides)}`);
  }
  if (timeLimitMs !== undefined) checkDuration('conformance: timeLimitMs', timeLimitMs);
}

const DEFAULT_LIMIT_MS = 5000;
