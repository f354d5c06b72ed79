import { defer, type Observable } from 'rxjs';
import type { Flow } from '../flow/flow.js';
import { aDuration, checkConfig, optional } from './check-config.js';
import { connectTcp } from './connect-tcp.js';
import { connectUnix } from './connect-unix.js';
import { badUrl, endpointUrl, hostAndPortOf, pathOf, type EndpointUrl } from './endpoint-url.js';

export interface ConnectEndpointOptions {
  /** Gives up with `timeout` when the connection does not stand in time (default: the system's own patience). */
  readonly connectTimeoutMs?: number;
}

/**
 * Connects to what a URL names: `tcp://host:port`, `unix:/path`. As with `connectTcp` and the others, lifetime is
 * subscription.
 *
 * Errors with `FlowError`: `unsupported` for a URL that names no endpoint, and what connecting there errors with. Throws
 * a `TypeError` for what is neither a string nor a `URL`.
 *
 * @example
 * connectEndpoint('tcp://127.0.0.1:7').pipe(switchMap((flow) => flow.read()));
 */
export function connectEndpoint(url: string | URL, options: ConnectEndpointOptions = {}): Observable<Flow> {
  const endpoint = endpointUrl('connectEndpoint', url);
  checkConfig('connectEndpoint', options, { connectTimeoutMs: optional(aDuration) });
  return defer(() => connectorOf(endpoint)(endpoint, options));
}

type Connector = (url: EndpointUrl, options: ConnectEndpointOptions) => Observable<Flow>;

const CONNECTORS: Readonly<Record<string, Connector>> = {
  'tcp:': (url, options) => connectTcp({ ...hostAndPortOf(url, 1), ...options }),
  'unix:': (url, options) => connectUnix({ path: pathOf(url), ...options }),
};

function connectorOf({ scheme }: EndpointUrl): Connector {
  const connector = CONNECTORS[scheme];
  if (connector !== undefined) return connector;
  throw badUrl(`cannot connect to '${scheme}', only to ${Object.keys(CONNECTORS).join(' ')}`);
}
