import { FlowError, isFlowError } from '../flow/flow-error.js';
import type { CopyStats } from './copy-stats.js';

/**
 * A copy that failed: on which side, after how much, and why. It is a {@link FlowError} too: its code is that of its
 * cause (`failed` where the cause has none), so that `isFlowError(e, 'reset')` sees through it.
 *
 * @example
 * copy(a, b).pipe(catchError((e) => (e instanceof CopyError && e.side === 'read' ? of(e.stats) : throwError(() => e))))
 */
export class CopyError extends FlowError {
  /** Whether the source failed (`read`) or the destination (`write`). */
  readonly side: 'read' | 'write';
  /** What had been copied by then. */
  readonly stats: CopyStats;
  /** The failure of the flow itself: a {@link FlowError}, if the flow keeps to its contract. */
  declare readonly cause: unknown;

  constructor(message: string, failure: { readonly side: 'read' | 'write'; readonly stats: CopyStats; readonly cause: unknown }) {
    const { side, stats, cause } = failure;
    super(isFlowError(cause) ? cause.code : 'failed', message, { cause });
    this.side = side;
    this.stats = stats;
  }

  static {
    Object.defineProperty(this.prototype, 'name', { value: 'CopyError', writable: true });
  }
}
