import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { ArrayInput } from './array-input.js';
import { checkNamed } from './check-arguments.js';
import { functionFlow, type OutputPart } from './function-flow.js';
import { piecesOf, type Piece } from './pieces.js';

/** Where the writes of a `fromArray` flow go, and what it is called. */
export interface FromArrayOptions {
  /** Collects what is written, buffer by buffer, by reference. Left out, every write is `closed`. */
  readonly output?: Uint8Array[];
  /** For messages and pictures (default `array`). */
  readonly name?: string;
}

/**
 * A flow that reads a list's pieces, each as it is: a buffer by reference and never cut, a string as its UTF-8 bytes;
 * empty ones are ignored. The list is taken as it is at the call. EOF comes after the last piece.
 *
 * @example
 * const written: Uint8Array[] = [];
 * const flow = fromArray(['hello', Uint8Array.of(33)], { output: written });
 */
export function fromArray(chunks: readonly Piece[], options: FromArrayOptions = {}): Flow {
  const pieces = piecesOf('fromArray: chunks', chunks);
  checkNamed('fromArray', options);
  const { output, name = 'array' } = options;
  if (output !== undefined && !Array.isArray(output)) {
    throw new TypeError(`fromArray: output must be an array, not ${describe(output)}`);
  }
  return functionFlow({
    name,
    input: (link) => new ArrayInput(link, pieces),
    output: output && ((link) => collectInto(output, () => link.finished())),
  });
}

function collectInto(output: Uint8Array[], finished: () => void): OutputPart {
  return {
    write: (buffer) => output.push(buffer) > 0,
    end: finished,
    cancel: () => {},
  };
}
