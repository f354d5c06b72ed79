import { FlowError, isFlowError } from '../flow/flow-error.js';
import type { CopyStats } from './copy-stats.js';

/** One direction of a proxy. */
export type ProxyDirection = 'aToB' | 'bToA';

/**
 * A proxy that failed: in which direction, after how much each way, and why. It is a {@link FlowError} too: its code is
 * that of the first of its causes, which is its `cause`.
 *
 * @example
 * proxy(a, b).subscribe({ error: (e: ProxyError) => console.error(e.directions, formatError(e)) });
 */
export class ProxyError extends FlowError {
  /** The directions that failed. One that was merely ended because the other failed is not among them. */
  readonly directions: readonly ProxyDirection[];
  /** What had been carried from `a` to `b` by then. */
  readonly aToB: CopyStats;
  /** What had been carried from `b` to `a` by then. */
  readonly bToA: CopyStats;
  /** Why, in the order of `directions`. */
  readonly causes: readonly unknown[];

  constructor(message: string, failure: Pick<ProxyError, 'directions' | 'aToB' | 'bToA' | 'causes'>) {
    const cause = failure.causes[0];
    super(isFlowError(cause) ? cause.code : 'failed', message, { cause });
    this.directions = failure.directions;
    this.aToB = failure.aToB;
    this.bToA = failure.bToA;
    this.causes = failure.causes;
  }

  static {
    Object.defineProperty(this.prototype, 'name', { value: 'ProxyError', writable: true });
  }
}
