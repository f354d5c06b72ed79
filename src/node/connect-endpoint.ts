import { defer, type Observable } from 'rxjs';
import type { Flow } from '../flow/flow.js';
import { describe } from '../flow/describe.js';
import { aDuration, checkConfig, optional } from './check-config.js';
import { connectTcp } from './connect-tcp.js';
import { connectUnix } from './connect-unix.js';
import { endpointUrl, hostAndPortOf, pathOf } from './endpoint-url.js';

export interface ConnectEndpointOptions {
  /** Gives up with `timeout` when the connection does not stand in time, where the endpoint is one to connect to. */
  readonly connectTimeoutMs?: number;
}

/**
 * Connects to the endpoint that a URL names. Lifetime is subscription, as with each endpoint's own creator.
 *
 * | URL | as |
 * | --- | --- |
 * | `tcp://127.0.0.1:80`, `tcp://[::1]:80` | {@link connectTcp} |
 * | `unix:/run/app.sock` | {@link connectUnix} |
 *
 * Errors with `FlowError`: `unsupported` for a URL that names no endpoint, else what the creator errors with. Throws a
 * `TypeError` if `url` is no string.
 *
 * @example
 * connectEndpoint('tcp://127.0.0.1:80').subscribe((flow) => flow.write(utf8('hello')));
 */
export function connectEndpoint(url: string, options: ConnectEndpointOptions = {}): Observable<Flow> {
  if (typeof url !== 'string') throw new TypeError(`connectEndpoint: url must be a string, not ${describe(url)}`);
  checkConfig('connectEndpoint', options, { connectTimeoutMs: optional(aDuration) });
  return defer(() => {
    const endpoint = endpointUrl('connectEndpoint', url, Object.keys(CREATORS));
    return CREATORS[endpoint.protocol as keyof typeof CREATORS](endpoint, options);
  });
}

type Creator = (url: URL, options: ConnectEndpointOptions) => Observable<Flow>;

const CREATORS = {
  'tcp:': (url, options) => connectTcp({ ...hostAndPortOf('connectEndpoint', url, 1), ...options }),
  'unix:': (url, options) => connectUnix({ path: pathOf('connectEndpoint', url), ...options }),
} satisfies Record<string, Creator>;
