/**
 * What RxJS 7 shows of the chain behind a subscriber only in its subscribers' own fields, asked for here and nowhere else.
 * Where those are missing, the answer is no.
 */

interface Link {
  readonly isStopped?: boolean;
  /** The next subscriber of the chain; behind the last one, what holds the observer. */
  readonly destination?: unknown;
  readonly partialObserver?: unknown;
}

/**
 * Whether a subscriber further down has completed already, as between `takeUntil`'s `complete` and the unsubscribe
 * that follows it. If that cannot be seen, a successor is refused as busy.
 */
export function isStopped(subscriber: unknown): boolean {
  let one = subscriber as Link | null | undefined;
  for (let depth = DEEPEST; one && depth > 0; depth -= 1) {
    // Not `closed`: what RxJS gives a subscriber without a destination, to stand for one, is closed from the start.
    if (one.isStopped) return true;
    one = one.destination as typeof one;
  }
  return false;
}

/** Whether the chain ends in `observer`, with no Subject in between that others could be subscribed to. */
export function leadsTo(subscriber: unknown, observer: unknown): boolean {
  let one = subscriber as Link | null | undefined;
  for (let depth = DEEPEST; one && depth > 0; depth -= 1) {
    if (one === observer) return true;
    one = (one.destination ?? one.partialObserver) as typeof one;
  }
  return false;
}

const DEEPEST = 256;
