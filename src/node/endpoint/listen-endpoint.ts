import { catchError, defer, EMPTY, type NextObserver, type Observable } from 'rxjs';
import { isFlowError, type FlowError, type FlowErrorCode } from '../../flow/flow-error.js';
import type { Flow } from '../../flow/flow.js';
import { aBoolean, aCount, anObject, anObserver, aUrl, check, checkConfig, optional } from '../check-config.js';
import { stdioOnce } from '../process/stdio-once.js';
import { listenTcp } from '../socket/listen-tcp.js';
import { listenUnix } from '../socket/listen-unix.js';
import type { TcpAddress, UnixAddress } from '../socket/socket-flow.js';
import { listenTls } from '../tls/listen-tls.js';
import { listenWebSocket, type WebSocketServerTls } from '../web-socket/listen-web-socket.js';
import { EndpointUrl } from './endpoint-url.js';

/** What a URL cannot say of where to listen. An endpoint ignores what it has no use for. */
export interface ListenEndpointOptions {
  /** `next` is called with the address once the listener listens: `{host, port}`, or `{path}` of a Unix socket. */
  readonly listeningObserver?: NextObserver<TcpAddress | UnixAddress>;
  /** Connections beyond so many open ones are closed at once, unseen (default: no limit). */
  readonly maxConnections?: number;
  /** Of `tls:` and `wss:`, which must have a `cert` and its `key`. */
  readonly tls?: WebSocketServerTls;
  /** Of `tls:` and `wss:`: `next` is called with the error of each connection whose TLS handshake failed; its message says whose. */
  readonly handshakeErrorObserver?: NextObserver<FlowError>;
  /** Of `ws:` and `wss:`: end each direction on its own, by the `eof` that both ends must use. */
  readonly halfClose?: boolean;
}

/**
 * Listens at the endpoint that a URL names. A flow is emitted per connection, and lifetime is subscription, as with each
 * endpoint's own listener.
 *
 * | URL | as |
 * | --- | --- |
 * | `tcp://127.0.0.1:80`, `tcp://[::1]:0` (any free port) | `listenTcp` |
 * | `unix:/run/app.sock` | `listenUnix` |
 * | `ws://127.0.0.1:8080`, `wss://127.0.0.1:0/feed` (that path only; without a port 80, or 443) | `listenWebSocket` |
 * | `tls://127.0.0.1:443` | `listenTls` |
 * | `stdio:` | `stdio`, one flow, and over when that has closed |
 *
 * Errors with `FlowError`: `unsupported` for a URL that names no endpoint, else what the listener errors with. Throws a
 * `TypeError` for what is neither a string nor a `URL`.
 *
 * @example
 * listenEndpoint('tcp://127.0.0.1:7')
 *   .pipe(mergeMap((flow) => copy(flow, flow).pipe(mergeMap(() => flow.close()), catchError(() => EMPTY)))) // one that breaks ends alone
 *   .subscribe();
 */
export function listenEndpoint(url: string | URL, options: ListenEndpointOptions = {}): Observable<Flow> {
  check('listenEndpoint', 'url', url, aUrl);
  checkConfig('listenEndpoint', options, CHECKS);
  return defer(() => listenerAt(url, options));
}

/**
 * What {@link listenEndpoint} subscribes to. Throws its `unsupported` at once, for who wants to know before there is need.
 *
 * @param caller who is said to have been given the URL
 */
export function listenerAt(url: string | URL, options: ListenEndpointOptions, caller = 'listenEndpoint'): Observable<Flow> {
  const endpoint = new EndpointUrl(caller, String(url), Object.keys(LISTENERS));
  return LISTENERS[endpoint.scheme as keyof typeof LISTENERS](endpoint, options);
}

const CHECKS = {
  listeningObserver: optional(anObserver),
  maxConnections: optional(aCount),
  tls: optional(anObject),
  handshakeErrorObserver: optional(anObserver),
  halfClose: optional(aBoolean),
} as const;

type Listen = (url: EndpointUrl, options: ListenEndpointOptions) => Observable<Flow>;

const LISTENERS = {
  'tcp:': (url, options) => listenTcp({ ...url.hostAndPort(0), ...options }),
  'tls:': (url, { tls, ...options }) => listenTls({ ...url.hostAndPort(0), ...certified(url, tls), ...options }),
  'unix:': (url, options) => listenUnix({ path: url.path(), ...options }),
  'ws:': (url, { tls: _, ...options }) => listenWebSocket({ ...url.webSocketPlace(), ...options }),
  'wss:': (url, { tls, ...options }) => listenWebSocket({ ...url.webSocketPlace(), ...options, tls: certified(url, tls) }),
  'stdio:': (url) => {
    url.nothing();
    return stdioOnce().pipe(catchError(endsOnlyBy('busy')));
  },
} satisfies Record<string, Listen>;

/** A URL cannot say who its listener is. */
function certified(url: EndpointUrl, tls: WebSocketServerTls | undefined): WebSocketServerTls {
  if (tls?.cert !== undefined) return tls;
  throw url.bad(`nobody can listen with ${url.scheme} without a certificate and its key`);
}

/** How a flow ends is told by the flow: only one that could not be is the listener's failure. */
function endsOnlyBy(code: FlowErrorCode): (error: unknown) => Observable<never> {
  return (error) => {
    if (isFlowError(error, code)) throw error;
    return EMPTY;
  };
}
