import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { NextObserver, Observable } from 'rxjs';
import type { FlowError } from '../../flow/flow-error.js';
import { listenerLifetime } from '../../flow/listener-lifetime.js';
import {
  aBoolean, aCount, aFunction, anObject, anObserver, aPath, aPortOrZero, aText, checkConfig, optional, textOrTexts,
} from '../check-config.js';
import type { TcpAddress } from '../socket/socket-flow.js';
import { systemFlowError } from '../system-error.js';
import { tcpAddressOf, tcpEndsOf, tcpName } from '../socket/tcp-address.js';
import { tell } from '../tell.js';
import { cutError, isHandshakeCut, tlsFlowError } from '../tls/tls-error.js';
import { checkCertificate, checkTlsOptions, secureContextOf } from '../tls/tls-options.js';
import type { TlsServerOptions } from '../tls/tls-server.js';
import type { AcceptedWebSocketFlow } from './web-socket-flow.js';
import { WEB_SOCKET_CHECKS } from './web-socket-options.js';
import { WebSocketUpgrades, type UpgradeConfig } from './web-socket-upgrades.js';

/** As with `listenTls`. */
export type WebSocketServerTls = Pick<TlsServerOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'requestCert' | 'rejectUnauthorized'>;

/** Where to listen for WebSockets, whom to let in, and how their flows behave. All of it may be left out. */
export interface ListenWebSocketConfig extends UpgradeConfig {
  /** Default 0: any free port, which {@link listeningObserver} is told. */
  readonly port?: number;
  /** Where to listen (default `127.0.0.1`, this machine only); `0.0.0.0` or `::` for everywhere. */
  readonly host?: string;
  /** Makes it `wss:`: its `cert` and `key`, … */
  readonly tls?: WebSocketServerTls;
  /** `next` is called with the address once the listener listens. */
  readonly listeningObserver?: NextObserver<TcpAddress>;
  /** With `tls`: `next` is called with the error of each connection whose TLS handshake failed; its message says whose. */
  readonly handshakeErrorObserver?: NextObserver<FlowError>;
  /** Connections beyond so many open ones are closed at once, unseen (default: no limit). */
  readonly maxConnections?: number;
}

/**
 * Listens for WebSockets, by the `ws` package. Cold, and lifetime is subscription: subscribing listens, each connection is
 * emitted as a flow once its handshake is done, and unsubscribing stops listening and aborts the flows still open, those
 * taken with `detach()` apart. It never completes by itself, and a connection's failure is told by its flow alone.
 *
 * What the flows do is said at `connectWebSocket`. A request that is no WebSocket's gets 426.
 *
 * Errors with `FlowError` when it cannot listen, as `listenTcp` does. Throws a `TypeError` for a wrong configuration,
 * certificates that cannot be read included.
 *
 * @example
 * listenWebSocket({ port: 8080, verify: ({ origin }) => origin === 'https://example.org' })
 *   .pipe(mergeMap((flow) => copy(flow, flow).pipe(mergeMap(() => flow.close()), catchError(() => EMPTY)))) // one that breaks ends alone
 *   .subscribe();
 */
export function listenWebSocket(config: ListenWebSocketConfig = {}): Observable<AcceptedWebSocketFlow> {
  checkConfig('listenWebSocket', config, { ...CHECKS, ...WEB_SOCKET_CHECKS });
  if (config.tls !== undefined) checkTls(config.tls);
  const { tls, port = 0, host = '127.0.0.1', maxConnections, listeningObserver, handshakeErrorObserver } = config;
  return listenerLifetime<AcceptedWebSocketFlow>(({ accept, fail }) => {
    const server = tls === undefined ? createHttpServer() : createHttpsServer(tls as ServerOptions);
    if (maxConnections !== undefined) server.maxConnections = maxConnections;
    const upgrades = new WebSocketUpgrades(config, accept);
    let stopped = false;
    server.on('upgrade', (request, _, head) => upgrades.take(request, head));
    server.on('request', (_, response) => response.writeHead(426, { connection: 'close', upgrade: 'websocket' }).end());
    const stopHandshakes = tls === undefined ? undefined : watchHandshakes(server, handshakeErrorObserver);
    // While it listens, an error is that of one connection that could not be accepted: the listener goes on.
    server.on('error', (error) => {
      if (!server.listening) fail(systemFlowError(tcpName({ host, port }), error));
    });
    server.once('listening', () => {
      // A server that is closed while it looks its host up listens all the same.
      if (stopped) server.close();
      else if (listeningObserver !== undefined) tell(listeningObserver, tcpAddressOf(server));
    });
    server.listen({ port, host });
    return () => {
      stopped = true;
      server.close();
      stopHandshakes?.();
      server.closeAllConnections(); // those that are no WebSocket's
      upgrades.stop();
    };
  });
}

type SecureSocket = Socket & { readonly _parent?: Socket };

/** Tells of TLS handshakes that fail; what is returned ends those that are not done, of which HTTP does not know yet. */
function watchHandshakes(server: HttpServer, observer: NextObserver<FlowError> | undefined): () => void {
  const undone = new Set<Socket>();
  // The system does not tell who was at the end of a connection that is gone: it is asked when one comes.
  const names = new WeakMap<Socket, string>();
  const nameOf = (socket: Socket) => tcpName(tcpEndsOf(socket).remote, 'wss');
  const failed = (error: Error, secure: SecureSocket) => {
    const name = names.get(secure._parent ?? secure) ?? nameOf(secure);
    if (observer !== undefined) tell(observer, isHandshakeCut(error) ? cutError(name, error) : tlsFlowError(name, error));
  };
  server.on('connection', (socket: Socket) => {
    names.set(socket, nameOf(socket));
    undone.add(socket.once('close', () => undone.delete(socket)));
  });
  server.on('secureConnection', (secure: SecureSocket) => undone.delete(secure._parent ?? secure));
  server.on('tlsClientError', failed);
  return () => {
    server.off('tlsClientError', failed);
    for (const socket of undone) socket.destroy();
  };
}

function checkTls(tls: WebSocketServerTls): void {
  const where = 'listenWebSocket: tls';
  checkTlsOptions(where, tls, { requestCert: optional(aBoolean) });
  checkCertificate(where, tls);
  secureContextOf(where, tls);
}

const CHECKS = {
  port: optional(aPortOrZero),
  host: optional(aText),
  path: optional(aPath),
  protocols: optional(textOrTexts),
  tls: optional(anObject),
  verify: optional(aFunction),
  listeningObserver: optional(anObserver),
  handshakeErrorObserver: optional(anObserver),
  maxConnections: optional(aCount),
} as const;

