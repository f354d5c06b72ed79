/** Time of any length: JavaScript's own timers hold 24 days, and fire at once when they are given more. */
import { concat, ignoreElements, NEVER, repeat, timer, type Observable } from 'rxjs';
import { LONGEST_TIMER_MS } from '../flow/check-duration.js';

/** As `timer(ms)`, with what is longer than a timer holds waited for in parts. What is beyond every date never comes. */
export function longTimer(ms: number): Observable<0> {
  if (ms <= LONGEST_TIMER_MS) return timer(ms);
  // In virtual time, which goes through the parts without a pause, there would be no end to them.
  if (ms > LAST_DATE_MS) return NEVER;
  const whole = Math.ceil(ms / LONGEST_TIMER_MS) - 1;
  const parts = timer(LONGEST_TIMER_MS).pipe(repeat(whole), ignoreElements());
  return concat(parts, timer(ms - whole * LONGEST_TIMER_MS));
}

/** The last moment that a `Date` can tell. */
const LAST_DATE_MS = 8.64e15;
