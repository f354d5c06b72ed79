import type { Flow } from '../flow/flow.js';
import { checkFunction, checkNamed } from './check-arguments.js';
import type { CloseHook } from './close-hook.js';
import { functionFlow } from './function-flow.js';
import { GeneratorInput } from './generator-input.js';
import { GeneratorOutput } from './generator-output.js';
import type { Piece } from './pieces.js';

/** Yields what is read. */
export type InputGenerator = () => Iterator<Piece, unknown, undefined> | AsyncIterator<Piece, unknown, undefined>;

/** Receives what is written: `const buffer = yield`. */
export type OutputGenerator = () => Iterator<unknown, unknown, Uint8Array> | AsyncIterator<unknown, unknown, Uint8Array>;

/** The generator functions of a flow, one for each direction, and a hook for its end. */
export interface FromGeneratorOptions {
  /** Yields strings (read in UTF-8) and buffers; empty ones are ignored. Left out, the flow is at EOF. */
  readonly input?: InputGenerator;
  /** Takes each written buffer as the value of a `yield`. Left out, every write is `closed`. */
  readonly output?: OutputGenerator;
  /**
   * Runs once: for `close()`, which ends both directions and waits for its answer, or as the flow breaks. That both
   * directions have ended does not run it, and an `abort()` after that comes too late: use `close()`.
   */
  readonly close?: CloseHook;
  /** For messages and pictures (default `generator`). */
  readonly name?: string;
}

/**
 * A flow of two generator functions, sync or async.
 *
 * **Input.** Started by the first read and advanced only while a reader waits: N reads are N turns. Returning is EOF.
 * A throw fails the flow (`failed`, with the cause; a `FlowError` as it is), and so does a yield that is neither a
 * string nor a `Uint8Array`. `shutdown('read')` ends it with `return()`, so that its `finally` runs.
 *
 * **Output.** Started by the first write. A write is `ok` once the generator has taken the buffer and come back to a
 * `yield`, or has returned: that ends the write side, and later writes are `closed`. A throw fails that write and all
 * later ones (`failed`, with the cause), and reading goes on. `shutdown('write')` ends it with `return()` and waits for its
 * `finally`, where a throw fails the flow; a generator that was never written to is never started.
 *
 * `abort()` ends both, wherever they stand. An async generator in the middle of an `await` runs its `finally` when that
 * settles, and what it still yields or throws is dropped.
 *
 * @example
 * const flow = fromGenerator({
 *   *input() { yield 'hello'; },
 *   *output() { for (;;) { const buffer = yield; console.log(buffer.length); } },
 * });
 */
export function fromGenerator(options: FromGeneratorOptions = {}): Flow {
  checkNamed('fromGenerator', options);
  const { input, output, close, name = 'generator' } = options;
  checkFunction('fromGenerator: input', input);
  checkFunction('fromGenerator: output', output);
  checkFunction('fromGenerator: close', close);
  return functionFlow({
    name,
    close,
    input: input && ((link) => new GeneratorInput(link, `${name}: the input`, input)),
    output: output && ((link, endOutput) => new GeneratorOutput(link, endOutput, `${name}: the output`, output)),
  });
}
