/** SIGINT and SIGTERM as two steps of one end: first no more of the new, then no more at all. */
import { merge, type Observable, share, skip, switchMap, take, timer } from 'rxjs';
import { signalsOf } from './signals-of.js';

export interface StopSignals {
  /** The first signal, by its name: take nothing new. */
  readonly stop: Observable<NodeJS.Signals>;
  /** `drainMs` after the first signal, or the second signal: give up what still runs. */
  readonly cut: Observable<unknown>;
}

/** While nobody is subscribed to either, signals do to the process what they always do. */
export function stopSignals(drainMs: number): StopSignals {
  const signals = signalsOf('SIGINT', 'SIGTERM');
  const stop = signals.pipe(take(1));
  const cut = merge(stop.pipe(switchMap(() => timer(drainMs))), signals.pipe(skip(1))).pipe(take(1), share());
  return { stop, cut };
}
