/**
 * Until somebody reads its stack, an error holds whom V8 saw at work when it was made (`this` of each call): of one that
 * was made as data came, what is native of the session. And that holds SETTINGS without an answer, which hold the
 * session, its connection, and so the error: nothing of it would ever be collected.
 */
export function letGoOfCallers(error: unknown): void {
  let one = error as Partial<Error> | null | undefined;
  try {
    for (let depth = 0; depth < DEEPEST && typeof one === 'object' && one !== null; depth += 1) {
      if (one.stack === undefined) return; // it is read
      one = one.cause as typeof one;
    }
  } catch {
    // A program's own reason, which cannot be read: it was not made here.
  }
}

const DEEPEST = 8;
