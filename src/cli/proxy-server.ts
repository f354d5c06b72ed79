/** The work of `rxjs-flow proxy`, as events; how they look is `proxy-report.ts`. */
import { catchError, concat, defer, finalize, map, merge, mergeAll, mergeMap, type Observable, of, ReplaySubject, take, takeUntil, tap, using } from 'rxjs';
import { detach } from '../combinators/detach.js';
import { ProxyError } from '../combinators/proxy-error.js';
import { proxy, type ProxyStats } from '../combinators/proxy.js';
import { FlowError } from '../flow/flow-error.js';
import type { Flow } from '../flow/flow.js';
import { record } from '../inspect/record/record.js';
import type { TapeEvent } from '../inspect/tape/tape-event.js';
import { connectEndpoint, type ConnectEndpointOptions } from '../node/endpoint/connect-endpoint.js';
import { listenEndpoint, type ListenEndpointOptions } from '../node/endpoint/listen-endpoint.js';
import type { TcpAddress, UnixAddress } from '../node/socket/socket-flow.js';
import type { StopSignals } from './stop-signals.js';
import type { TapeFolder } from './tape-folder.js';

export const RECORD_SIDES = ['client', 'server'] as const;
type RecordSide = (typeof RECORD_SIDES)[number];

export interface ProxyServerConfig {
  /** URLs of endpoints. */
  readonly from: string;
  readonly to: string;
  /** What the URLs cannot say. */
  readonly listening: Pick<ListenEndpointOptions, 'tls' | 'halfClose' | 'handshakeErrorObserver'>;
  readonly connecting: Pick<ConnectEndpointOptions, 'tls' | 'halfClose'>;
  readonly connectTimeoutMs: number;
  readonly halfCloseTimeoutMs?: number;
  readonly maxConnections?: number;
  /** How often a connection says how far it is. */
  readonly sampleMs: number;
  readonly signals: StopSignals;
  /** Keeps a tape of each connection. */
  readonly tapes: TapeFolder | null;
  /** Whose flow is on the tape, and played by a replay of it. */
  readonly recordSide: RecordSide;
  readonly onListening: (address: TcpAddress | UnixAddress) => void;
}

/** What became of the connection of that number, which came from `name`. */
export interface ProxyEvent {
  readonly kind: 'opened' | 'carried' | 'ended' | 'failed' | 'recorded' | 'unrecorded';
  readonly connection: number;
  readonly name: string;
  /** What it has carried until now; `null` before it reached the other side. */
  readonly stats: ProxyStats | null;
  /** Why, of one that failed or could not be recorded. */
  readonly error?: unknown;
  /** The tape, of one that was recorded. */
  readonly tape?: string;
}

/**
 * Proxies every connection until told to stop, and completes when the last one has ended. Errors if it cannot listen;
 * a connection that fails is an event.
 */
export function serveProxy(config: ProxyServerConfig): Observable<ProxyEvent> {
  const { from, to, connecting, connectTimeoutMs, listening, onListening, signals, maxConnections } = config;
  const limit = maxConnections === undefined ? {} : { maxConnections };
  // Detached: that listening stops must not abort them.
  const clients = listenEndpoint(from, { ...listening, listeningObserver: { next: onListening }, ...limit }).pipe(detach(), takeUntil(signals.stop));
  const server = connectEndpoint(to, { ...connecting, connectTimeoutMs });
  return clients.pipe(mergeMap((client, at) => serve(client, server, at + 1, config)));
}

function serve(client: Flow, server: Observable<Flow>, connection: number, config: ProxyServerConfig): Observable<ProxyEvent> {
  const { tapes, recordSide } = config;
  if (tapes === null) return carry(client, server, connection, config);
  const kept = new ReplaySubject<Observable<ProxyEvent>>(1);
  const recorded = (flow: Flow): Flow => {
    const { flow: taped, tape } = record(flow, { maxEvents: 1, maxBytes: 1 }); // nobody comes late to it
    kept.next(keep(tapes, tape, connection, client.name));
    return taped;
  };
  const ends: [Flow, Observable<Flow>] = recordSide === 'client' ? [recorded(client), server] : [client, server.pipe(map(recorded))];
  const carried = carry(...ends, connection, config);
  return merge(kept.pipe(mergeAll()), carried.pipe(finalize(() => kept.complete())));
}

function keep(tapes: TapeFolder, tape: Observable<TapeEvent>, connection: number, name: string): Observable<ProxyEvent> {
  const about = { connection, name, stats: null };
  return tapes.keep(tape, connection).pipe(
    map((path) => ({ ...about, kind: 'recorded', tape: path }) as const),
    catchError((error: unknown) => of({ ...about, kind: 'unrecorded', error } as const)),
  );
}

function carry(client: Flow, server: Observable<Flow>, connection: number, config: ProxyServerConfig): Observable<ProxyEvent> {
  const { halfCloseTimeoutMs, sampleMs, signals } = config;
  const limits = halfCloseTimeoutMs === undefined ? { sampleMs } : { sampleMs, halfCloseTimeoutMs };
  let stats: ProxyStats | null = null;
  const event = (kind: ProxyEvent['kind'], more: Partial<ProxyEvent> = {}) => ({ kind, connection, name: client.name, stats, ...more });
  const tooLate = new FlowError('aborted', `${client.name}: not ended in time`);
  const cut = signals.cut.pipe(
    map(() => {
      throw tooLate;
    }),
  );
  const far = server.pipe(detach(), take(1), takeUntil(cut)); // errors with it
  const carried = far.pipe(
    mergeMap((flow) => abortedBy(signals.cut, client, tooLate, proxy(client, flow, limits))),
    tap((latest) => (stats = latest)),
    map(() => event('carried')),
  );
  return concat(defer(() => of(event('opened'))), carried, defer(() => of(event('ended')))).pipe(
    catchError((error: unknown) => {
      client.abort(error); // where it got no further than connecting
      if (!(error instanceof ProxyError)) return of(event('failed', { error }));
      const wasCut = error.causes.some((cause) => (cause as Partial<FlowError>).cause === tooLate);
      return of(event('failed', { error: wasCut ? tooLate : error, stats: { aToB: error.aToB, bToA: error.bToA } }));
    }),
  );
}

/** `work` on a flow that is aborted when `cut` comes: the work tells the end in its own way. */
function abortedBy<T>(cut: Observable<unknown>, flow: Flow, reason: unknown, work: Observable<T>): Observable<T> {
  return using(
    () => cut.subscribe(() => flow.abort(reason)),
    () => work,
  );
}
