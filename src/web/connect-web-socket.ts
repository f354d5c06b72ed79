/**
 * Opens a WebSocket and hands its flow over. What the flow does with the socket is `webSocketFlow`'s.
 */
import { EMPTY, timer, type NextObserver, type Observable } from 'rxjs';
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { FlowError, isFlowError } from '../flow/flow-error.js';
import { flowLifetime, type Opening } from '../flow/flow-lifetime.js';
import { errorCode } from './web-socket-close.js';
import { webSocketFlow } from './web-socket-flow.js';
import type { WebSocketLike } from './web-socket-like.js';
import { webSocketName } from './web-socket-name.js';
import { checkWebSocketOptions, type WebSocketFlowOptions } from './web-socket-options.js';

export interface ConnectWebSocketConfig extends WebSocketFlowOptions {
  /** `ws:` or `wss:`. */
  readonly url: string | URL;
  /** Subprotocols to offer, in order of preference. */
  readonly protocols?: string | string[];
  /** The class to make the socket of (default: the platform's own; Node 20 has none, `ws` does). */
  readonly WebSocketCtor?: new (url: string, protocols?: string | string[]) => WebSocketLike;
  /** Told of the `open` event, as `webSocket` does; its `target.protocol` is the subprotocol that was agreed on. */
  readonly openObserver?: NextObserver<unknown>;
  /** Give up with `timeout` after so long (default: the platform's own patience). */
  readonly connectTimeoutMs?: number;
}

/**
 * Connects a WebSocket: a cold Observable. Subscribing connects; the flow is emitted once the socket is open; the
 * Observable completes when the flow has closed and errors when it broke. Unsubscribing before aborts it, unless it was
 * taken with `detach()`.
 *
 * Errors with {@link FlowError}: `refused` when there is no connection (browsers do not say why), `unreachable` where
 * the platform tells, `timeout`, `unsupported` for a URL or subprotocol that the platform does not take, and later what
 * {@link webSocketFlow} reports. Throws a `TypeError` for a configuration of the wrong types.
 *
 * @example
 * connectWebSocket({ url: 'wss://example.org/feed' })
 *   .pipe(retry({ delay: 1000 }), switchMap((flow) => flow.read()))
 *   .subscribe((buffer) => show(buffer));
 */
export function connectWebSocket(config: ConnectWebSocketConfig): Observable<Flow> {
  checkConfig(config);
  const url = String(config.url);
  const name = config.name ?? webSocketName(url);
  return flowLifetime<Flow>((opening) => {
    const socket = socketOf(url, name, config);
    if (!isFlowError(socket)) return dial(socket, { ...config, name }, opening);
    opening.fail(socket);
    return undefined;
  });
}

type WebSocketConstructor = NonNullable<ConnectWebSocketConfig['WebSocketCtor']>;

function socketOf(url: string, name: string, config: ConnectWebSocketConfig): WebSocketLike | FlowError {
  const Ctor = config.WebSocketCtor ?? (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (Ctor === undefined) return new FlowError('unsupported', `${name}: there is no WebSocket here: give a WebSocketCtor`);
  try {
    return config.protocols === undefined ? new Ctor(url) : new Ctor(url, config.protocols);
  } catch (cause) {
    return new FlowError('unsupported', `${name}: no WebSocket can be made of this URL and these subprotocols`, { cause });
  }
}

/** The listeners stay: what they hear once the attempt is over, `opening` ignores, and `ws` throws what nobody hears. */
function dial(socket: WebSocketLike, config: ConnectWebSocketConfig & { name: string }, opening: Opening<Flow>): () => void {
  const { name, connectTimeoutMs, openObserver } = config;
  const drop = () => {
    if (socket.terminate === undefined) socket.close();
    else socket.terminate();
  };
  const patience = connectTimeoutMs === undefined ? EMPTY : timer(connectTimeoutMs);
  const waiting = patience.subscribe(() => {
    opening.fail(new FlowError('timeout', `${name}: not connected within ${Number(connectTimeoutMs)} ms`));
    drop();
  });
  const lose = ({ error }: { error?: unknown }) => {
    waiting.unsubscribe();
    const options = error === undefined ? {} : { cause: error };
    opening.fail(new FlowError(errorCode(error) ?? 'refused', `${name}: could not connect`, options));
  };
  socket.addEventListener('error', lose);
  socket.addEventListener('close', lose);
  socket.addEventListener('open', (event: unknown) => {
    waiting.unsubscribe();
    openObserver?.next(event);
    opening.ready(webSocketFlow(socket, config));
  });
  return () => {
    waiting.unsubscribe();
    drop();
  };
}

function checkConfig(config: ConnectWebSocketConfig): void {
  const { url, WebSocketCtor } = (config ?? {}) as { url?: unknown; WebSocketCtor?: unknown };
  if (typeof url !== 'string' && !(url instanceof URL)) {
    throw new TypeError(`connectWebSocket: url must be a string or a URL, not ${describe(url)}`);
  }
  if (WebSocketCtor !== undefined && typeof WebSocketCtor !== 'function') {
    throw new TypeError(`connectWebSocket: WebSocketCtor must be a class, not ${describe(WebSocketCtor)}`);
  }
  checkWebSocketOptions('connectWebSocket', config);
}
