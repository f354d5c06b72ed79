/** Errors of one kind, for programs that only print them. After mirage-flow v4, `Mirage_flow_combinators.Concrete`. */
import { checkFlow } from '../flow/check-flow.js';
import type { Flow } from '../flow/flow.js';
import { FlowError, isFlowError } from '../flow/flow-error.js';
import { formatError } from '../flow/format-error.js';
import { inPlaceOf } from '../flow/replaced-error.js';
import { TranslatingFlow } from './translating-flow.js';

/**
 * The same flow with errors of two codes only: `closed` stays what it is, and every other becomes `failed`, with the
 * message of the error that it replaces, which is its `cause`. It is so wherever the flow tells an error: reads, write
 * results, `closed`, `close()`, `shutdown()`.
 *
 * @example
 * concrete(flow).write(bytes).subscribe((result) => result.ok || console.error(result.error.message));
 */
export function concrete(flow: Flow): Flow {
  checkFlow('concrete: flow', flow);
  return new ConcreteFlow(flow);
}

class ConcreteFlow extends TranslatingFlow {
  protected translate(error: unknown): unknown {
    if (isFlowError(error, 'closed') || isFlowError(error, 'failed')) return error;
    return inPlaceOf(error, new FlowError('failed', isFlowError(error) ? error.message : formatError(error), { cause: error }));
  }
}
