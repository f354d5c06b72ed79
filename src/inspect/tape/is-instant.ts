/**
 * Whether a time is an instant beside another: what a clock of whole milliseconds and the way through a socket make of no
 * time at all. A reader who comes gets what has waited for it after some tenths of a millisecond, and under load after a
 * few milliseconds. Beside a short time fewer are an instant: in virtual time each counts.
 */
export function isInstant(ms: number, besideMs: number): boolean {
  return ms <= Math.min(5, besideMs / 4);
}
