import { describe } from '../flow/describe.js';

/** How a flow uses its WebSocket. */
export interface WebSocketFlowOptions {
  /** For messages and pictures (default: the URL, without query). */
  readonly name?: string;
  /** End each direction on its own, by an in-band `eof`; both ends must (default false). */
  readonly halfClose?: boolean;
  /** Bytes that may wait in the socket before a write's result stays pending (default 1048576); no bound where it does not count them. */
  readonly highWaterMark?: number;
  /** Bytes that may wait unread before the flow breaks with `overflow`, where reading cannot be paused (default 64 MiB). */
  readonly maxQueuedBytes?: number;
  /** Longer writes are sent as several messages (default 65536). */
  readonly maxMessageBytes?: number;
}

/** Throws a `TypeError` that names `where` it was called, the option and what came. */
export function checkWebSocketOptions(where: string, options: WebSocketFlowOptions & { readonly connectTimeoutMs?: number }): void {
  for (const name of ['highWaterMark', 'maxQueuedBytes', 'maxMessageBytes', 'connectTimeoutMs'] as const) {
    const value = options[name];
    if (value !== undefined && !(typeof value === 'number' && value >= 1)) {
      throw new TypeError(`${where}: ${name} must be at least 1, not ${describe(value)}`);
    }
  }
}
