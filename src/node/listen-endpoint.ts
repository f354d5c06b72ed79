import { defer, type NextObserver, type Observable } from 'rxjs';
import type { Flow } from '../flow/flow.js';
import { aCount, anObserver, aUrl, check, checkConfig, optional } from './check-config.js';
import { EndpointUrl } from './endpoint-url.js';
import { listenTcp } from './listen-tcp.js';
import { listenUnix } from './listen-unix.js';
import type { TcpAddress, UnixAddress } from './socket-flow.js';

export interface ListenEndpointOptions {
  /** `next` is called with the address once the listener listens: `{host, port}`, or `{path}` of a Unix socket. */
  readonly listeningObserver?: NextObserver<TcpAddress | UnixAddress>;
  /** Connections beyond so many open ones are closed at once, unseen (default: no limit). */
  readonly maxConnections?: number;
}

/**
 * Listens at the endpoint that a URL names. A flow is emitted per connection, and lifetime is subscription, as with each
 * endpoint's own listener.
 *
 * | URL | as |
 * | --- | --- |
 * | `tcp://127.0.0.1:80`, `tcp://[::1]:0` (any free port) | {@link listenTcp} |
 * | `unix:/run/app.sock` | {@link listenUnix} |
 *
 * Errors with `FlowError`: `unsupported` for a URL that names no endpoint, else what the listener errors with. Throws a
 * `TypeError` for what is neither a string nor a `URL`.
 *
 * @example
 * listenEndpoint('tcp://127.0.0.1:7').pipe(mergeMap((flow) => copy(flow, flow)));
 */
export function listenEndpoint(url: string | URL, options: ListenEndpointOptions = {}): Observable<Flow> {
  check('listenEndpoint', 'url', url, aUrl);
  const checks = { listeningObserver: optional(anObserver), maxConnections: optional(aCount) };
  checkConfig('listenEndpoint', options, checks);
  return defer(() => {
    const endpoint = new EndpointUrl('listenEndpoint', String(url), Object.keys(LISTENERS));
    return LISTENERS[endpoint.scheme as keyof typeof LISTENERS](endpoint, options);
  });
}

type Listen = (url: EndpointUrl, options: ListenEndpointOptions) => Observable<Flow>;

const LISTENERS = {
  'tcp:': (url, options) => listenTcp({ ...url.hostAndPort(0), ...options }),
  'unix:': (url, options) => listenUnix({ path: url.path(), ...options }),
} satisfies Record<string, Listen>;
