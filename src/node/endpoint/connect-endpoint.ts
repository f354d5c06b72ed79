import { defer, type Observable } from 'rxjs';
import type { Flow } from '../../flow/flow.js';
import { aBoolean, aDuration, anObject, aUrl, check, checkConfig, optional } from '../check-config.js';
import { spawnFlow } from '../process/spawn-flow.js';
import { stdioOnce } from '../process/stdio-once.js';
import { connectTcp } from '../socket/connect-tcp.js';
import { connectUnix } from '../socket/connect-unix.js';
import { connectTls } from '../tls/connect-tls.js';
import { connectWebSocket, type WebSocketClientTls } from '../web-socket/connect-web-socket.js';
import { EndpointUrl } from './endpoint-url.js';

/** What a URL cannot say of where to connect to. An endpoint ignores what it has no use for. */
export interface ConnectEndpointOptions {
  /** Gives up with `timeout` when the connection is not up in time, where the endpoint is one to connect to. */
  readonly connectTimeoutMs?: number;
  /** Of `tls:` and `wss:`, for what a URL cannot say: whom to trust, who this side is. */
  readonly tls?: WebSocketClientTls;
  /** Of `ws:` and `wss:`: end each direction on its own, by the `eof` that both ends must use. */
  readonly halfClose?: boolean;
}

/**
 * Connects to the endpoint that a URL names. Lifetime is subscription, as with each endpoint's own creator.
 *
 * | URL | as |
 * | --- | --- |
 * | `tcp://127.0.0.1:80`, `tcp://[::1]:80` | `connectTcp` |
 * | `unix:/run/app.sock` | `connectUnix` |
 * | `ws://127.0.0.1:8080/feed?since=7`, `wss://example.org` | `connectWebSocket` |
 * | `tls://example.org:443` | `connectTls` |
 * | `exec:sort -n 'a file'` (no shell; quotes as in one) | `spawnFlow`, its stderr is this process's |
 * | `stdio:` | `stdio` |
 *
 * Errors with `FlowError`: `unsupported` for a URL that names no endpoint, else what the creator errors with. Throws a
 * `TypeError` for what is neither a string nor a `URL`.
 *
 * @example
 * connectEndpoint('tcp://127.0.0.1:80').subscribe((flow) => flow.write(utf8('hello')));
 */
export function connectEndpoint(url: string | URL, options: ConnectEndpointOptions = {}): Observable<Flow> {
  check('connectEndpoint', 'url', url, aUrl);
  checkConfig('connectEndpoint', options, {
    connectTimeoutMs: optional(aDuration),
    tls: optional(anObject),
    halfClose: optional(aBoolean),
  });
  return defer(() => endpointAt(url, options));
}

/**
 * What {@link connectEndpoint} subscribes to. Throws its `unsupported` at once, for who wants to know before there is need.
 *
 * @param caller who is said to have been given the URL
 */
export function endpointAt(url: string | URL, options: ConnectEndpointOptions, caller = 'connectEndpoint'): Observable<Flow> {
  const endpoint = new EndpointUrl(caller, String(url), Object.keys(CREATORS));
  return CREATORS[endpoint.scheme as keyof typeof CREATORS](endpoint, options);
}

type Creator = (url: EndpointUrl, options: ConnectEndpointOptions) => Observable<Flow>;

const CREATORS = {
  'tcp:': (url, options) => connectTcp({ ...url.hostAndPort(1), ...options }),
  'tls:': (url, { tls, connectTimeoutMs: ms }) => {
    // It does not stand before TLS does.
    const limits = ms === undefined ? {} : { connectTimeoutMs: ms, handshakeTimeoutMs: ms };
    return connectTls({ ...url.hostAndPort(1), ...tls, ...limits });
  },
  'unix:': (url, options) => connectUnix({ path: url.path(), ...options }),
  'ws:': (url, options) => connectWebSocket({ url: url.webSocketUrl(), ...options }),
  'wss:': (url, options) => connectWebSocket({ url: url.webSocketUrl(), ...options }),
  'exec:': (url) => {
    const [command, ...args] = url.command();
    return spawnFlow(command, args, { stderr: 'inherit' });
  },
  'stdio:': (url) => {
    url.nothing();
    return stdioOnce();
  },
} satisfies Record<string, Creator>;
