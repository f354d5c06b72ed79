import { catchError, defer, EMPTY, mergeMap, type NextObserver, type Observable, tap } from 'rxjs';
import { detachFlow } from '../../flow/detached.js';
import type { FlowError } from '../../flow/flow-error.js';
import { anObserver, checkConfig, optional } from '../check-config.js';
import { onNode } from '../runtime.js';
import { listenTcp, type ListenTcpConfig } from '../socket/listen-tcp.js';
import type { SocketFlow } from '../socket/socket-flow.js';
import { tcpName } from '../socket/tcp-address.js';
import { LISTEN_TCP } from '../socket/tcp-options.js';
import { tell } from '../tell.js';
import type { TlsFlow } from './tls-flow.js';
import { tlsHandshake } from './tls-handshake.js';
import { tlsServerSide, type TlsServerOptions } from './tls-server.js';

/** TCP's options and TLS's, `cert` and `key` among them. */
export interface ListenTlsConfig extends ListenTcpConfig, TlsServerOptions {
  /** `next` is called with the error of each connection that has failed before it was a flow; its message says whose. */
  readonly handshakeErrorObserver?: NextObserver<FlowError>;
}

/**
 * Listens for connections by TLS over TCP: `listenTcp`, then `tlsServer` on each. Cold, and lifetime is subscription: a
 * flow is emitted per connection whose handshake is done; unsubscribing stops listening, gives up handshakes and aborts
 * the flows still open, those taken with `detach()` apart. A handshake that fails ends nothing but itself.
 *
 * Errors with `FlowError` when it cannot listen, as `listenTcp` does. Throws a `TypeError` for a wrong configuration.
 *
 * @example
 * listenTls({ port: 443, cert, key, alpnProtocols: ['h2'] })
 *   .pipe(mergeMap((flow) => http2Server(flow, handler).pipe(catchError(() => EMPTY)))) // one that breaks ends alone
 *   .subscribe();
 */
export function listenTls(config: ListenTlsConfig): Observable<TlsFlow<SocketFlow>> {
  checkConfig('listenTls', config, { ...LISTEN_TCP, handshakeErrorObserver: optional(anObserver) });
  const sideOf = tlsServerSide('listenTls', config);
  const { handshakeErrorObserver } = config;
  const secured = (below: SocketFlow) =>
    defer(() => {
      let stands = false;
      detachFlow(below); // it is TLS's from now on, and ends with it
      return tlsHandshake(below, sideOf(tcpName(below.remote, 'tls'))).pipe(
        tap(() => (stands = true)),
        catchError((error: unknown) => {
          if (!stands && handshakeErrorObserver !== undefined) tell(handshakeErrorObserver, error as FlowError);
          return EMPTY; // how a flow ends is told by the flow
        }),
      );
    });
  return onNode('listenTls', 'node:tls', listenTcp(config).pipe(mergeMap(secured)));
}
