import { defer, type NextObserver, type Observable } from 'rxjs';
import type { Flow } from '../flow/flow.js';
import { describe } from '../flow/describe.js';
import { aCount, anObserver, checkConfig, optional } from './check-config.js';
import { endpointUrl, hostAndPortOf, pathOf } from './endpoint-url.js';
import { listenTcp } from './listen-tcp.js';
import { listenUnix } from './listen-unix.js';
import type { TcpAddress, UnixAddress } from './socket-flow.js';

export interface ListenEndpointOptions {
  /** `next` is called with the address once the listener listens. */
  readonly listeningObserver?: NextObserver<TcpAddress | UnixAddress>;
  /** Connections beyond so many open ones are closed at once, unseen (default: no limit). */
  readonly maxConnections?: number;
}

/**
 * Listens on the endpoint that a URL names, and emits a flow per connection. Lifetime is subscription, as with each
 * endpoint's own listener.
 *
 * | URL | as |
 * | --- | --- |
 * | `tcp://127.0.0.1:80`; port 0: any free one | {@link listenTcp} |
 * | `unix:/run/app.sock` | {@link listenUnix} |
 *
 * Errors with `FlowError`: `unsupported` for a URL that names no endpoint, else what the listener errors with. Throws a
 * `TypeError` if `url` is no string.
 *
 * @example
 * listenEndpoint('tcp://127.0.0.1:0').subscribe((flow) => flow.read().subscribe(asSink(flow)));
 */
export function listenEndpoint(url: string, options: ListenEndpointOptions = {}): Observable<Flow> {
  if (typeof url !== 'string') throw new TypeError(`listenEndpoint: url must be a string, not ${describe(url)}`);
  checkConfig('listenEndpoint', options, { listeningObserver: optional(anObserver), maxConnections: optional(aCount) });
  return defer(() => {
    const endpoint = endpointUrl('listenEndpoint', url, Object.keys(LISTENERS));
    return LISTENERS[endpoint.protocol as keyof typeof LISTENERS](endpoint, options);
  });
}

type Listener = (url: URL, options: ListenEndpointOptions) => Observable<Flow>;

const LISTENERS = {
  'tcp:': (url, options) => listenTcp({ ...hostAndPortOf('listenEndpoint', url, 0), ...options }),
  'unix:': (url, options) => listenUnix({ path: pathOf('listenEndpoint', url), ...options }),
} satisfies Record<string, Listener>;
