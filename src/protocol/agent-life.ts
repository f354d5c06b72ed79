/**
 * Whether the other end of a port is still there. Browsers tell nobody that a worker was terminated or a tab closed; but
 * an agent's Web Locks are released when it ends. So each agent holds one lock of a name of its own for as long as it
 * lives, and whoever is told the name and gets the lock knows that it is gone. Source: W3C Web Locks.
 */
import { catchError, EMPTY, from, Observable } from 'rxjs';

const PREFIX = 'rxjs-flow/agent/';

/** Settles once this agent holds its lock; one for all flows, and never given back. */
let own: Promise<string> | undefined;

/** Emits the name of this agent, now or later; never where there are no Web Locks. */
export function agentName(): Observable<string> {
  const locks = webLocks();
  if (locks === undefined) return EMPTY;
  own ??= new Promise((resolve, reject) => {
    const name = crypto.randomUUID();
    const forever = () => {
      resolve(name);
      return new Promise(() => {});
    };
    locks.request(PREFIX + name, forever).catch(reject);
  });
  // Refused to pages without an origin: there it is as where there are no locks.
  return from(own).pipe(catchError(() => EMPTY));
}

/** Emits when the agent of that name has ended. */
export function agentEnd(name: string): Observable<void> {
  return new Observable<void>((subscriber) => {
    const stop = new AbortController();
    const { signal } = stop;
    const gone = () => subscriber.next();
    webLocks()
      ?.request(PREFIX + name, { signal, mode: 'shared' }, gone)
      .catch(() => undefined);
    return () => stop.abort();
  });
}

function webLocks(): LockManager | undefined {
  return (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
}
