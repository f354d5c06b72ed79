/**
 * Opens a WebSocket and hands its flow over. What the flow does with the socket is `webSocketFlow`'s.
 */
import type { NextObserver, Observable } from 'rxjs';
import { assembleFlow } from '../flow/assemble-flow.js';
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { FlowError } from '../flow/flow-error.js';
import { flowLifetime, type Opening } from '../flow/flow-lifetime.js';
import { isUrl } from '../flow/is-url.js';
import { errorCode } from '../protocol/web-socket-close.js';
import { cutWebSocket, type WebSocketLike } from './web-socket-like.js';
import { webSocketName } from '../protocol/web-socket-name.js';
import { checkWebSocketOptions, type WebSocketFlowOptions } from './web-socket-options.js';
import { WebSocketTransport } from './web-socket-transport.js';
import { within } from './within.js';

/** A class to make WebSockets of: the web's own, or one like that of the `ws` package. */
export type WebSocketConstructor = new (url: string, protocols?: string | string[]) => WebSocketLike;

/** As RxJS's `webSocket` has it, and with the part of its target that matters. */
type OpenEvent = Event & { readonly target: { readonly protocol: string } };

/** Where to connect a WebSocket, and how its flow uses it. */
export interface ConnectWebSocketConfig extends WebSocketFlowOptions {
  /** `ws:` or `wss:`. */
  readonly url: string | URL;
  /** Subprotocols to offer, in order of preference. */
  readonly protocols?: string | string[];
  /** The class to make the socket of (default: the platform's own; Node 20 has none, `ws` does). */
  readonly WebSocketCtor?: WebSocketConstructor;
  /** Told of the `open` event, as `webSocket` does; its `target.protocol` is the subprotocol that was agreed on. */
  readonly openObserver?: NextObserver<OpenEvent>;
  /** Give up with `timeout` after so long (default, and for more than a timer can hold, 2147483647: the platform's own patience). */
  readonly connectTimeoutMs?: number;
}

/**
 * Connects a WebSocket: a cold Observable. Subscribing connects; the flow is emitted once the socket is open; the
 * Observable completes when the flow has closed and errors when it broke. Unsubscribing before aborts it, unless it was
 * taken with `detach()`.
 *
 * Errors with `FlowError`: `refused` when there is no connection (browsers do not say why), `unreachable` where
 * the platform tells, `timeout`, `unsupported` for a URL or subprotocol that the platform does not take, and later what
 * `webSocketFlow` reports. Throws a `TypeError` for a configuration of the wrong types.
 *
 * @example
 * connectWebSocket({ url: 'wss://example.org/feed' })
 *   .pipe(switchMap((flow) => flow.read()), retry({ delay: 1000 })) // a read that fails connects anew
 *   .subscribe((buffer) => show(buffer));
 */
export function connectWebSocket(config: ConnectWebSocketConfig): Observable<Flow> {
  checkConfig(config);
  const url = String(config.url);
  const { name = webSocketName(url), connectTimeoutMs, protocols = [] } = config;
  return flowLifetime<Flow>((opening) => {
    try {
      return dial(new (config.WebSocketCtor ?? WebSocket)(url, protocols), { ...config, name }, opening);
    } catch (cause) {
      opening.fail(new FlowError('unsupported', `${name}: no WebSocket for this URL or subprotocol`, { cause }));
      return undefined;
    }
  }).pipe(within(name, connectTimeoutMs));
}

/** The listeners stay: what they hear once the attempt is over, `opening` ignores, and `ws` throws what nobody hears. */
function dial(socket: WebSocketLike, config: ConnectWebSocketConfig & { name: string }, opening: Opening<Flow>): () => void {
  socket.addEventListener('error', (event) => {
    const cause: unknown = (event as ErrorEvent).error;
    opening.fail(new FlowError(errorCode(cause) ?? 'refused', `${config.name}: could not connect`, { cause }));
  });
  socket.addEventListener('open', (event) => {
    try {
      config.openObserver?.next(event as OpenEvent);
    } finally {
      opening.ready(assembleFlow(new WebSocketTransport(socket, config))); // whatever the observer throws is the platform's to tell
    }
  });
  return () => cutWebSocket(socket);
}

function checkConfig(config: ConnectWebSocketConfig): void {
  const url: unknown = (config as Partial<ConnectWebSocketConfig> | undefined)?.url;
  if (typeof url !== 'string' && !isUrl(url)) {
    throw new TypeError(`connectWebSocket: url must be a string or a URL, not ${describe(url)}`);
  }
  checkWebSocketOptions('connectWebSocket', config);
}
