import { defer, type NextObserver, type Observable } from 'rxjs';
import type { Flow } from '../flow/flow.js';
import { aCount, anObserver, checkConfig, optional } from './check-config.js';
import { badUrl, endpointUrl, hostAndPortOf, pathOf, type EndpointUrl } from './endpoint-url.js';
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
 * Listens where a URL says: `tcp://host:port` (port 0: any free one), `unix:/path`. As with `listenTcp` and the others,
 * a flow is emitted per connection, and lifetime is subscription.
 *
 * Errors with `FlowError`: `unsupported` for a URL that names no endpoint, and what listening there errors with. Throws
 * a `TypeError` for what is neither a string nor a `URL`.
 *
 * @example
 * listenEndpoint('tcp://127.0.0.1:7').pipe(mergeMap((flow) => copy(flow, flow)));
 */
export function listenEndpoint(url: string | URL, options: ListenEndpointOptions = {}): Observable<Flow> {
  const endpoint = endpointUrl('listenEndpoint', url);
  const checks = { listeningObserver: optional(anObserver), maxConnections: optional(aCount) };
  checkConfig('listenEndpoint', options, checks);
  return defer(() => listenerOf(endpoint)(endpoint, options));
}

type Listen = (url: EndpointUrl, options: ListenEndpointOptions) => Observable<Flow>;

const LISTENERS: Readonly<Record<string, Listen>> = {
  'tcp:': (url, options) => listenTcp({ ...hostAndPortOf(url, 0), ...options }),
  'unix:': (url, options) => listenUnix({ path: pathOf(url), ...options }),
};

function listenerOf({ scheme }: EndpointUrl): Listen {
  const listen = LISTENERS[scheme];
  if (listen !== undefined) return listen;
  throw badUrl(`cannot listen on '${scheme}', only on ${Object.keys(LISTENERS).join(' ')}`);
}
