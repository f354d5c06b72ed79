import { switchMap, take, tap, type Observable } from 'rxjs';
import { detachFlow } from '../../flow/detached.js';
import { checkConfig } from '../check-config.js';
import { onNode } from '../runtime.js';
import { connectTcp, type ConnectTcpConfig } from '../socket/connect-tcp.js';
import type { SocketFlow } from '../socket/socket-flow.js';
import { tcpName } from '../socket/tcp-address.js';
import { CONNECT_TCP } from '../socket/tcp-options.js';
import { tlsClientSide, type TlsClientOptions } from './tls-client.js';
import type { TlsFlow } from './tls-flow.js';
import { tlsHandshake } from './tls-handshake.js';

/** TCP's options and TLS's; `servername` is `host` unless told otherwise. */
export interface ConnectTlsConfig extends ConnectTcpConfig, TlsClientOptions {}

/**
 * Connects by TLS over TCP: `connectTcp`, then `tlsClient`. Cold, and lifetime is subscription: the flow is emitted when
 * the handshake is done, and unsubscribing aborts it, unless it was taken with `detach()`, or gives the attempt up. The
 * server's certificate must be valid for `servername`, or else for `host`.
 *
 * Errors with `FlowError` as those two do: `refused`, `unreachable`, `timeout`, `protocol`, `truncated`, `reset`. Throws a
 * `TypeError` for a wrong configuration.
 *
 * @example
 * connectTls({ host: 'example.org', port: 443, alpnProtocols: ['h2'] }).pipe(switchMap((flow) => http2Client(flow)));
 */
export function connectTls(config: ConnectTlsConfig): Observable<TlsFlow<SocketFlow>> {
  checkConfig('connectTls', config, CONNECT_TCP);
  const sideOf = tlsClientSide('connectTls', config);
  const { host = '127.0.0.1', port } = config;
  const side = sideOf(tcpName({ host, port }, 'tls'), host);
  const connected = connectTcp(config).pipe(
    tap((below) => detachFlow(below)), // it is TLS's from now on, and ends with it
    take(1),
    switchMap((below) => tlsHandshake(below, side)),
  );
  return onNode(side.name, 'node:tls', connected);
}
