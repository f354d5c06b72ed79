/**
 * Whether the other end of a port is still there. Browsers tell nobody that a worker was terminated or a tab closed; but
 * an agent's Web Locks are released when it ends. So each agent holds one lock of a name of its own for as long as it
 * lives, and whoever is told the name and gets the lock knows that it is gone. Source: W3C Web Locks.
 *
 * An agent of another origin, or of another partition of this one's storage, has locks of its own: what it holds would look
 * free here. So a name begins with that of a place, which all agents have in common that see each other's locks.
 */
import { catchError, EMPTY, from, Observable, switchMap } from 'rxjs';

const PREFIX = 'rxjs-flow/agent/';
const PLACE = 'rxjs-flow/place/';
const PATIENCE_MS = 1000;

/** Settles once this agent holds its lock; one for all flows, and never given back. */
let own: Promise<string> | undefined;

/** Emits the name of this agent, now or later; never where there are no Web Locks. */
export function agentName(): Observable<string> {
  const locks = webLocks();
  if (locks === undefined) return EMPTY;
  own ??= settle(locks);
  // Refused to pages without an origin, or not had in time: there it is as where there are no locks.
  return from(own).pipe(catchError(() => EMPTY));
}

/** Emits when the agent of that name has ended; never for this one, which cannot outlive itself, or one of another place. */
export function agentEnd(name: string): Observable<void> {
  return agentName().pipe(switchMap((mine) => (mine !== name && placeOf(mine) === placeOf(name) ? lockOf(name) : EMPTY)));
}

/** Emits when this agent gets the lock of another. */
function lockOf(name: string): Observable<void> {
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

/** The first agent of a place names it; those that come while one is there find the name by its lock. */
async function settle(locks: LockManager): Promise<string> {
  // A tab that is frozen just then would hold up all others: they do without.
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const place = await locks.request(PLACE, { signal }, async () => {
    const { held = [] } = await locks.query();
    const known = held.find(({ name = '' }) => name.startsWith(PLACE) && name !== PLACE)?.name;
    const found = known?.slice(PLACE.length) ?? crypto.randomUUID();
    await hold(locks, PLACE + found, 'shared');
    return found;
  });
  const name = `${place}/${crypto.randomUUID()}`;
  await hold(locks, PREFIX + name, 'exclusive');
  return name;
}

/** Settles once the lock is held, which is for good. */
function hold(locks: LockManager, name: string, mode: LockMode): Promise<void> {
  return new Promise((resolve, reject) => {
    const forever = () => {
      resolve();
      return new Promise(() => {});
    };
    locks.request(name, { mode }, forever).catch(reject);
  });
}

function placeOf(name: string): string | undefined {
  return name.split('/')[0];
}

/** Not those of Deno: there an agent that holds one never ends. */
function webLocks(): LockManager | undefined {
  return 'Deno' in globalThis ? undefined : (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
}
