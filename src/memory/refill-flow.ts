import type { Flow } from '../flow/flow.js';
import { checkFunction, checkNamed } from './check-arguments.js';
import type { CloseHook } from './close-hook.js';
import { functionFlow } from './function-flow.js';
import { RefillInput } from './refill-input.js';
import { RefillOutput } from './refill-output.js';
import type { Refill } from './refill.js';

/** The functions of a flow, one for each direction, and a hook for its end. */
export interface RefillFlowOptions {
  /** Fills what is read. Left out, the flow is at EOF from the start. */
  readonly input?: Refill;
  /** Takes what is written. Left out, every write is `closed`. */
  readonly output?: Refill;
  /**
   * Runs once: for `close()`, which ends both directions and waits for its answer, or as the flow breaks. That both
   * directions have ended does not run it, and an `abort()` after that comes too late: use `close()`.
   */
  readonly close?: CloseHook;
  /** For messages and pictures (default `refill`). */
  readonly name?: string;
}

/**
 * A flow of two functions: `make` of `Mirage_flow_combinators.F` (mirage-flow v4).
 *
 * `read()` calls `input` for as long as its subscriber wants more, never before and never ahead, each time with a new
 * buffer of 4096 bytes, and emits the filled part, which is the subscriber's to keep; 0 is EOF. `write` offers `output`
 * what is left of the buffer until all of it is taken; at 0 that write and all later ones are `closed`, and reading
 * goes on. With functions that answer numbers, all of this is synchronous.
 *
 * An input that throws or rejects fails the flow with `failed` (the cause kept; a `FlowError` is passed on as it is),
 * one that answers an impossible count with `protocol`, after the data before it. From an output the same errors come as
 * the results of that write and all later ones, and reading goes on. A hook that fails makes `close()` error `failed`.
 *
 * @example
 * let left = 3;
 * const flow = refillFlow({ input: (buffer) => { buffer[0] = left; return left-- > 0 ? 1 : 0; } });
 * flow.read().subscribe((buffer) => console.log(buffer[0])); // 3, 2, 1
 */
export function refillFlow(options: RefillFlowOptions = {}): Flow {
  checkNamed('refillFlow', options);
  const { input, output, close, name = 'refill' } = options;
  checkFunction('refillFlow: input', input);
  checkFunction('refillFlow: output', output);
  checkFunction('refillFlow: close', close);
  return functionFlow({
    name,
    close,
    input: input && ((link) => new RefillInput(link, `${name}: the input`, input)),
    output: output && ((link) => new RefillOutput(link, `${name}: the output`, output)),
  });
}
