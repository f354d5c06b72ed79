import type { Flow } from '../flow/flow.js';
import { checkNamed } from './check-arguments.js';
import { inputFrom } from './input-from.js';
import { outputInto, targetsOf } from './output-into.js';
import { oneOrMore, type Piece } from './pieces.js';
import { refillFlow } from './refill-flow.js';

/** The memory that a flow reads and fills, which stays the caller's. */
export interface MemoryFlowOptions {
  /** What is read: a string (in UTF-8), a buffer, or a list of them. Left out, the flow is at EOF. */
  readonly input?: Piece | readonly Piece[];
  /** What is filled by writing: a buffer or a list of them. Left out, every write is `closed`. */
  readonly output?: Uint8Array | readonly Uint8Array[];
  /** For messages and pictures (default `memory`). */
  readonly name?: string;
}

/**
 * A flow over memory of the caller's: `string`, `strings`, `cstruct` and `cstructs` of `Mirage_flow_combinators.F`.
 * Reads are as `inputFrom` gives them (copies, at most 4096 bytes each); writes are `closed` once the output is full.
 *
 * @example
 * const flow = memoryFlow({ input: 'hello', output: new Uint8Array(10) });
 */
export function memoryFlow(options: MemoryFlowOptions = {}): Flow {
  checkNamed('memoryFlow', options);
  const { input, output, name = 'memory' } = options;
  return refillFlow({
    name,
    ...(input === undefined ? {} : { input: inputFrom(oneOrMore('memoryFlow: input', input)) }),
    ...(output === undefined ? {} : { output: outputInto(targetsOf('memoryFlow: output', output)) }),
  });
}
