/** Work that gives up what it uses before a signal ends the process: a child process is told to end. */
import { takeUntil, tap, type Observable } from 'rxjs';
import { signalsOf } from './signals-of.js';

/** Unsubscribes from `work` at the first signal, which then does to the process what it always does. */
export function untilSignal<T>(work: Observable<T>): Observable<T> {
  // A turn later: by then nobody listens to it any more.
  const raised = tap((signal: NodeJS.Signals) => setImmediate(() => process.kill(process.pid, signal)));
  return work.pipe(takeUntil(signalsOf('SIGINT', 'SIGTERM', 'SIGHUP').pipe(raised)));
}
