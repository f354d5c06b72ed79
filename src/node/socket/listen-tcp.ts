import type { NextObserver, Observable } from 'rxjs';
import { checkConfig } from '../check-config.js';
import { listenSocket } from './listen-socket.js';
import type { SocketFlow, TcpAddress } from './socket-flow.js';
import { tcpAddressOf, tcpEndsOf, tcpName } from './tcp-address.js';
import { LISTEN_TCP, wholeSeconds } from './tcp-options.js';

/** Where to listen for TCP connections, and how to take them. All of it may be left out. */
export interface ListenTcpConfig {
  /** Default 0: any free port, which {@link listeningObserver} is told. */
  readonly port?: number;
  /** Where to listen (default `127.0.0.1`, this machine only); `0.0.0.0` or `::` for everywhere. */
  readonly host?: string;
  /** `next` is called with the address once the listener listens. */
  readonly listeningObserver?: NextObserver<TcpAddress>;
  /** Connections beyond so many open ones are closed at once, unseen (default: no limit). */
  readonly maxConnections?: number;
  /** Connections that may wait to be accepted (default: the system's). */
  readonly backlog?: number;
  /** Small writes leave at once, without waiting for more (default `true`). */
  readonly noDelay?: boolean;
  /** Probes a silent connection after so long, in whole seconds, to notice a peer that is gone (default: never). */
  readonly keepAliveMs?: number;
}

/**
 * Listens for TCP connections. Cold, and lifetime is subscription: subscribing listens, each connection is emitted as a
 * flow, and unsubscribing stops listening and aborts the flows still open, those taken with `detach()` apart. It never
 * completes by itself, and only a connection's own flow reports its failure.
 *
 * Errors with `FlowError` when it cannot listen, the system's own error as the cause: `refused` (the port is in use, or
 * not permitted), `unreachable` (no such address here). Throws a `TypeError` for a wrong configuration.
 *
 * @example
 * // An echo server.
 * listenTcp({ port: 7, listeningObserver: { next: ({ port }) => console.log(port) } })
 *   .pipe(mergeMap((flow) => copy(flow, flow).pipe(mergeMap(() => flow.close()), catchError(() => EMPTY)))) // one that breaks ends alone
 *   .subscribe();
 */
export function listenTcp(config: ListenTcpConfig = {}): Observable<SocketFlow> {
  checkConfig('listenTcp', config, LISTEN_TCP);
  const { port = 0, host = '127.0.0.1', listeningObserver, maxConnections, backlog, noDelay = true, keepAliveMs } = config;
  const keepAlive = keepAliveMs === undefined ? {} : { keepAlive: true, keepAliveInitialDelay: wholeSeconds(keepAliveMs) };
  return listenSocket({
    name: tcpName({ host, port }),
    options: { noDelay, ...keepAlive },
    target: { host, port, ...(backlog === undefined ? {} : { backlog }) },
    maxConnections,
    listeningObserver,
    addressOf: tcpAddressOf,
    endsOf: tcpEndsOf,
  });
}
