import { defer, type Observable } from 'rxjs';
import type { Flow } from '../flow/flow.js';
import { aDuration, aUrl, check, checkConfig, optional } from './check-config.js';
import { connectTcp } from './connect-tcp.js';
import { connectUnix } from './connect-unix.js';
import { EndpointUrl } from './endpoint-url.js';

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
 * `TypeError` for what is neither a string nor a `URL`.
 *
 * @example
 * connectEndpoint('tcp://127.0.0.1:80').subscribe((flow) => flow.write(utf8('hello')));
 */
export function connectEndpoint(url: string | URL, options: ConnectEndpointOptions = {}): Observable<Flow> {
  check('connectEndpoint', 'url', url, aUrl);
  checkConfig('connectEndpoint', options, { connectTimeoutMs: optional(aDuration) });
  return defer(() => {
    const endpoint = new EndpointUrl('connectEndpoint', String(url), Object.keys(CREATORS));
    return CREATORS[endpoint.scheme as keyof typeof CREATORS](endpoint, options);
  });
}

type Creator = (url: EndpointUrl, options: ConnectEndpointOptions) => Observable<Flow>;

const CREATORS = {
  'tcp:': (url, options) => connectTcp({ ...url.hostAndPort(1), ...options }),
  'unix:': (url, options) => connectUnix({ path: url.path(), ...options }),
} satisfies Record<string, Creator>;
