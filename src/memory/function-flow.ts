/**
 * A flow whose two directions are functions of the user's: an input part that pushes when bytes are wanted, an output
 * part that takes what is written, and no peer. It composes the parts into a transport and runs the `close` hook; what
 * the parts call is theirs. After `Mirage_flow_combinators.F` (mirage-flow v4).
 */
import type { Flow } from '../flow/flow.js';
import { FlowError } from '../flow/flow-error.js';
import { makeFlow } from '../flow/make-flow.js';
import type { FlowLink } from '../flow/transport.js';
import { runHook, type CloseHook } from './close-hook.js';

/** Where the bytes of a function-based flow come from. */
export interface InputPart {
  /** Bytes are wanted: push to the link, now or later, for as long as that answers `true`. */
  pull(): void;
  /** shutdown('read'): free what there is, then call `link.end()`. */
  stop(): void;
  /** The flow broke: free what there is, and be quiet. */
  cancel(): void;
}

/** Where they go to; as a `Transport`'s `write` and `end`. */
export interface OutputPart {
  write(buffer: Uint8Array): boolean;
  end(): void;
  cancel(error: FlowError): void;
}

export interface FunctionFlowParts {
  readonly name: string;
  /** Left out: at EOF. */
  readonly input?: ((link: FlowLink) => InputPart) | undefined;
  /** Left out: closed. `endOutput` is the output's own way to end the write side, in order. */
  readonly output?: ((link: FlowLink, endOutput: () => void) => OutputPart) | undefined;
  readonly close?: CloseHook | undefined;
  /** For an input that cannot be made to wait. */
  readonly maxQueuedBytes?: number;
}

export function functionFlow({ name, close, ...parts }: FunctionFlowParts): Flow {
  let input: InputPart | undefined;
  let output: OutputPart | undefined;
  const flow = makeFlow({
    name,
    ...(parts.maxQueuedBytes === undefined ? {} : { maxQueuedBytes: parts.maxQueuedBytes }),
    open(link) {
      input = parts.input?.(link);
      output = parts.output?.(link, () => flow.shutdown('write'));
      if (input === undefined) link.end();
      if (output === undefined) link.refuse(new FlowError('closed', `${name}: write, but there is no output`));
    },
    pull: () => input?.pull(),
    stop: () => input?.stop(),
    write: (buffer) => output === undefined || output.write(buffer),
    end: () => output?.end(),
    abort(error) {
      input?.cancel();
      output?.cancel(error);
      // The flow is broken and says so; a hook that fails now has nobody left to tell.
      runHook(name, close, () => {});
    },
    close: (done) => runHook(name, close, done),
  });
  return flow;
}
