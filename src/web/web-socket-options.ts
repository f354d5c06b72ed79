import { describe } from '../flow/describe.js';

/** How a flow uses its WebSocket. */
export interface WebSocketFlowOptions {
  /** For messages and pictures (default: the URL, without query). */
  readonly name?: string;
  /** End each direction on its own, by an in-band `eof`; both ends must (default false). */
  readonly halfClose?: boolean;
  /** Take text messages as their UTF-8 bytes, instead of failing with `protocol` (default false). Not with `halfClose`. */
  readonly acceptText?: boolean;
  /** Bytes that may wait in the socket before a write's result stays pending (default 1048576). */
  readonly highWaterMark?: number;
  /** Bytes that may wait unread before the flow breaks with `overflow`, where reading cannot be paused (default 64 MiB). */
  readonly maxQueuedBytes?: number;
  /** Longer writes are sent as several messages (default 65536). */
  readonly maxMessageBytes?: number;
}

/** Throws a `TypeError` that names `where` it was called, the option and what came. */
export function checkWebSocketOptions(where: string, options: WebSocketFlowOptions): void {
  for (const name of ['highWaterMark', 'maxQueuedBytes', 'maxMessageBytes'] as const) {
    const value = options[name];
    const least = name === 'highWaterMark' ? 0 : 1;
    if (value === undefined || (typeof value === 'number' && value >= least)) continue;
    throw new TypeError(`${where}: ${name} must be a number of bytes, at least ${least}, not ${describe(value)}`);
  }
  if (options.halfClose === true && options.acceptText === true) {
    throw new TypeError(`${where}: acceptText cannot go with halfClose, whose eof is a text message`);
  }
}
