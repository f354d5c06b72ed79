import type { Observable } from 'rxjs';
import { isFlowError, type FlowError } from '../../src/flow/flow-error.js';
import type { Flow, WriteResult } from '../../src/flow/flow.js';

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (buffer: Uint8Array): string => new TextDecoder().decode(buffer);

/**
 * What an observable does, as it does it: a buffer as its text, a write's result as `ok` or its error's code, an ending
 * as nothing, then `|` for the completion or `#code` for the failure. With `onEntry`, it is told instead.
 */
export function logOf(source: Observable<unknown>, onEntry?: (entry: string) => void): string[] {
  const log: string[] = [];
  const add = onEntry ?? ((entry: string) => log.push(entry));
  source.subscribe({
    next: (value) => {
      if (value instanceof Uint8Array) add(text(value));
      else if (value !== undefined) add(outcome(value as WriteResult));
    },
    error: (error: unknown) => add(isFlowError(error) ? `#${error.code}` : '#not a FlowError'),
    complete: () => add('|'),
  });
  return log;
}

function outcome(result: WriteResult): string {
  return result.ok ? 'ok' : result.error.code;
}

/** The log of a write of `data`. */
export function writeOf(flow: Flow, data: string): string[] {
  return logOf(flow.write(bytes(data)));
}

/** What a read, `closed` or `close()` fails with, if it has failed by now. */
export function errorOf(source: Observable<unknown>): FlowError | undefined {
  let failure: FlowError | undefined;
  source.subscribe({ error: (error: FlowError) => (failure = error) });
  return failure;
}

/** What a write has been refused with by now. */
export function refusalOf(source: Observable<WriteResult>): FlowError | undefined {
  let refusal: FlowError | undefined;
  source.subscribe((result) => {
    if (!result.ok) refusal = result.error;
  });
  return refusal;
}

/** An observable's later notifications have come: for specs with promises, a turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
