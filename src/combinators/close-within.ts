import { type Observable, timer } from 'rxjs';
import { checkFlow } from '../flow/check-flow.js';
import { checkDuration } from '../flow/check-duration.js';
import { Ending } from '../flow/ending.js';
import type { Flow } from '../flow/flow.js';
import { FlowError } from '../flow/flow-error.js';

/**
 * The way out from a peer that may never close: gives up reading, closes, and aborts the flow if that has not ended in
 * `ms`. As `close()` it is hot (it begins with this call, whether or not anybody subscribes), emits once and completes,
 * and replays. Errors with code `timeout` if it had to abort, else as `close()` does.
 *
 * @example
 * closeWithin(flow, 5000).subscribe({ error: (e) => console.error(formatError(e)) });
 */
export function closeWithin(flow: Flow, ms: number): Observable<void> {
  checkFlow('closeWithin: flow', flow);
  checkDuration('closeWithin: ms', ms);
  const ending = new Ending();
  flow.shutdown('read').subscribe({ error: () => {} }); // close() tells the same
  const closed = flow.close();
  const late = timer(ms).subscribe(() => {
    const error = new FlowError('timeout', `${flow.name}: not closed within ${ms} ms`);
    closing.unsubscribe();
    ending.fail(error); // before the abort: a creator that the flow is of would tell that in place of this
    flow.abort(error);
  });
  const closing = closed.subscribe({
    complete: () => {
      late.unsubscribe();
      ending.complete();
    },
    error: (error: unknown) => {
      late.unsubscribe();
      ending.fail(error);
    },
  });
  return ending.observable;
}
