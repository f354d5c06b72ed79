import type { Observable } from 'rxjs';
import { checkConfig } from '../check-config.js';
import { connectSocket } from './connect-socket.js';
import type { SocketFlow } from './socket-flow.js';
import { tcpEndsOf, tcpName } from './tcp-address.js';
import { CONNECT_TCP, wholeSeconds } from './tcp-options.js';

/** Where to connect by TCP, and how. */
export interface ConnectTcpConfig {
  /** From 1 to 65535. */
  readonly port: number;
  /** A name or an IP address (default `127.0.0.1`); of a name's several addresses the first that answers is taken. */
  readonly host?: string;
  /** Gives up with `timeout` when the connection is not up in time (default: the system's own patience). */
  readonly connectTimeoutMs?: number;
  /** Small writes leave at once, without waiting for more (default `true`). */
  readonly noDelay?: boolean;
  /** Probes a silent connection after so long, in whole seconds, to notice a peer that is gone (default: never). */
  readonly keepAliveMs?: number;
}

/**
 * Connects by TCP. Cold, and lifetime is subscription: subscribing connects, the flow is emitted once it is connected,
 * the Observable completes when that flow has closed and errors when it broke. Unsubscribing before that aborts it,
 * unless it was taken with `detach()`, and gives up a connection in the making.
 *
 * The flow reads only on demand, with half-close; aborting it resets the connection. A buffer that is
 * kept holds no more than twice its size.
 *
 * Errors with `FlowError`, the system's own error as the cause: `refused`, `unreachable` (no route, or no such name),
 * `timeout`, `reset`. Throws a `TypeError` for a wrong configuration.
 *
 * @example
 * connectTcp({ host: 'example.org', port: 7 }).pipe(
 *   switchMap((flow) => {
 *     flow.write(utf8('hello'));
 *     flow.close();
 *     return flow.read();
 *   }),
 * );
 */
export function connectTcp(config: ConnectTcpConfig): Observable<SocketFlow> {
  checkConfig('connectTcp', config, CONNECT_TCP);
  const { port, host = '127.0.0.1', connectTimeoutMs, noDelay = true, keepAliveMs } = config;
  return connectSocket({
    name: tcpName({ host, port }),
    target: { host, port },
    connectTimeoutMs,
    tune(socket) {
      socket.setNoDelay(noDelay);
      if (keepAliveMs !== undefined) socket.setKeepAlive(true, wholeSeconds(keepAliveMs));
    },
    endsOf: tcpEndsOf,
  });
}
