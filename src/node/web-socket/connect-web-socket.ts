import type { Socket } from 'node:net';
import { timer, type NextObserver, type Observable } from 'rxjs';
import { WebSocket, type ClientOptions } from 'ws';
import { FlowError } from '../../flow/flow-error.js';
import { flowLifetime, type Opening } from '../../flow/flow-lifetime.js';
import { makeFlow } from '../../flow/make-flow.js';
import { errorCode } from '../../protocol/web-socket-close.js';
import { webSocketName } from '../../protocol/web-socket-name.js';
import { aDuration, anObject, anObserver, aText, aUrl, checkConfig, optional, textOrTexts } from '../check-config.js';
import { tcpEndsOf } from '../socket/tcp-address.js';
import type { TlsClientOptions } from '../tls/tls-client.js';
import { certificateError, tlsFlowError } from '../tls/tls-error.js';
import { tell } from '../tell.js';
import { checkTlsOptions, secureContextOf } from '../tls/tls-options.js';
import type { WebSocketFlow } from './web-socket-flow.js';
import { requestHeaders, type WebSocketHeaders } from './web-socket-headers.js';
import { WEB_SOCKET_CHECKS, wsOptions, type WebSocketOptions } from './web-socket-options.js';
import { WsTransport } from './ws-transport.js';

/** As with `connectTls`; `servername` is the host of the URL unless told otherwise. */
export type WebSocketClientTls = Pick<TlsClientOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized'>;

/** As RxJS's `webSocket` has it, and with the part of its target that matters. */
type OpenEvent = Event & { readonly target: { readonly protocol: string } };

/** Where to connect a WebSocket, what its handshake says, and how its flow behaves. */
export interface ConnectWebSocketConfig extends WebSocketOptions {
  /** `ws:` or `wss:`. A user and password in it are sent as they are said (`Authorization: Basic`). */
  readonly url: string | URL;
  /** Subprotocols to offer, in order of preference. */
  readonly protocols?: string | readonly string[];
  /** Sent with the request, e.g. `{authorization: 'Bearer …'}`. */
  readonly headers?: WebSocketHeaders;
  /** For `wss:`: `ca` to trust, `cert` and `key` of this side, … */
  readonly tls?: WebSocketClientTls;
  /** Told of the `open` event, as `webSocket` does; its `target.protocol` is the subprotocol that was agreed on. */
  readonly openObserver?: NextObserver<OpenEvent>;
  /** Gives up with `timeout` when the WebSocket is not open in time (default: the system's own patience). */
  readonly connectTimeoutMs?: number;
}

/**
 * Connects a WebSocket, by the `ws` package: what `connectWebSocket` of `rxjs-flow/web` is in browsers, with
 * backpressure both ways, which a browser's has not. Cold, and lifetime is subscription: subscribing connects, the flow
 * is emitted once it is open, the Observable completes when that flow has closed and errors when it broke. Unsubscribing
 * before that aborts it, unless it was taken with `detach()`.
 *
 * Binary messages carry the bytes, and where one begins means nothing. Without `halfClose`, `shutdown('write')` closes
 * both directions. Close codes 1000 and 1005 are EOF; 1002, 1003, 1007 `protocol`; 1008 `refused`; 1009 `too-large`; 1011
 * `failed`; others `reset`. A text message is `protocol`; an end in the middle of a message is `truncated`, and with
 * `halfClose` one without `eof`.
 *
 * Errors with `FlowError`: `refused` (nobody listens, or no WebSocket there), `unreachable`, `timeout`, `protocol` for a
 * certificate that does not stand up, `unsupported` for a URL or subprotocol that makes no WebSocket. Throws a `TypeError`
 * for a wrong configuration.
 *
 * @example
 * connectWebSocket({ url: 'wss://example.org/feed', pingMs: 30_000 })
 *   .pipe(switchMap((flow) => flow.read()), retry({ delay: 1000 })) // a read that fails connects anew
 *   .subscribe((buffer) => console.log(buffer.byteLength));
 */
export function connectWebSocket(config: ConnectWebSocketConfig): Observable<WebSocketFlow> {
  checkConfig('connectWebSocket', config, { ...CHECKS, ...WEB_SOCKET_CHECKS });
  const headers = requestHeaders('connectWebSocket: headers', config.headers ?? {});
  if (config.tls !== undefined) checkTls(config.tls);
  const url = String(config.url);
  const name = webSocketName(url);
  return flowLifetime<WebSocketFlow>((opening) => {
    try {
      if (!/^wss?:/i.test(url)) throw new SyntaxError('the scheme is neither ws: nor wss:');
      // `ws` says so with the whole of the URL, and the password in it.
      if (!URL.canParse(url)) throw new SyntaxError('it is no URL');
      const socket = new WebSocket(url, [config.protocols ?? []].flat(), clientOptions(config, headers));
      return dial(name, socket, config, opening);
    } catch (cause) {
      opening.fail(new FlowError('unsupported', `${name}: no WebSocket for this URL and these subprotocols`, { cause }));
      return undefined;
    }
  });
}

function dial(name: string, socket: WebSocket, config: ConnectWebSocketConfig, { ready, fail }: Opening<WebSocketFlow>): () => void {
  const { connectTimeoutMs, openObserver } = config;
  const stop = () => {
    timeout?.unsubscribe();
    socket.terminate();
  };
  const failed = (error: FlowError) => {
    stop();
    fail(error);
  };
  const late = () => failed(new FlowError('timeout', `${name}: not connected within ${connectTimeoutMs} ms`));
  const timeout = connectTimeoutMs === undefined ? undefined : timer(connectTimeoutMs).subscribe(late);
  let line: Socket | undefined;
  // It stays, or a later error would be uncaught: one of the flow comes here too, and is nobody's.
  socket.on('error', (error) => failed(connectError(name, error)));
  socket.on('upgrade', (response) => (line = response.socket ?? undefined));
  socket.addEventListener('open', (event) => {
    timeout?.unsubscribe();
    if (openObserver !== undefined) tell(openObserver, event as unknown as OpenEvent);
    const { local, remote } = line === undefined ? UNKNOWN : tcpEndsOf(line);
    const flow = makeFlow(new WsTransport(name, socket, config));
    ready(Object.assign(flow, { protocol: socket.protocol, local, remote }));
  });
  return stop;
}

function clientOptions(config: ConnectWebSocketConfig, headers: Record<string, string>): ClientOptions {
  // Said, or the environment (NODE_TLS_REJECT_UNAUTHORIZED) would decide.
  const rejectUnauthorized = config.tls?.rejectUnauthorized ?? true;
  return { ...(config.tls as ClientOptions | undefined), rejectUnauthorized, ...wsOptions(config), headers, followRedirects: false };
}

function checkTls(tls: WebSocketClientTls): void {
  checkTlsOptions('connectWebSocket: tls', tls, { servername: optional(aText) });
  secureContextOf('connectWebSocket: tls', tls);
}

/** A server that answers, but not with a WebSocket, has refused it; where a call of the system has failed, none has answered. */
function connectError(name: string, error: NodeJS.ErrnoException): FlowError {
  const { code = '' } = error;
  if (/CERT|VERIFY/.test(code)) return certificateError(name, 'this host', error);
  const known = tlsFlowError(name, error);
  if (known.code !== 'failed') return known;
  const otherwise = error.syscall === undefined ? 'refused' : 'failed';
  return new FlowError(errorCode(error) ?? otherwise, `${name}: could not connect: ${error.message}`, { cause: error });
}

/** Of a `ws` that a runtime has put in the place of the package, nothing is known of the connection. */
const UNKNOWN = { local: { host: '', port: 0 }, remote: { host: '', port: 0 } };

const CHECKS = {
  url: aUrl,
  protocols: optional(textOrTexts),
  tls: optional(anObject),
  openObserver: optional(anObserver),
  connectTimeoutMs: optional(aDuration),
} as const;
