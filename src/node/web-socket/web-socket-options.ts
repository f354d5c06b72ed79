/** What both ends of a WebSocket take, and the checks of it. */
import { LONGEST_TIMER_MS } from '../../flow/check-duration.js';
import { aBoolean, aCount, aDuration, optional } from '../check-config.js';

export interface WebSocketOptions {
  /**
   * End each direction on its own, by the text message `eof`, which both ends must use, `rxjs-flow/web` among them
   * (default `false`: a close ends both directions, as it is with WebSockets).
   */
  readonly halfClose?: boolean;
  /** Bytes that may wait to be taken by the system before a write's result stays pending (default 262144). */
  readonly highWaterMark?: number;
  /** Longer writes are sent as several messages (default 65536). */
  readonly maxMessageBytes?: number;
  /** A longer message from the far side, after decompression, breaks the flow with `too-large` (default 16 MiB). */
  readonly maxPayloadBytes?: number;
  /**
   * Pings so often, and gives up with `timeout` when for twice that time there was no answer and no data (default: never).
   * Nothing is given up while this side's reader rests, or its writes wait to be taken: a dead peer is then noticed by the
   * system alone, in its time. Give it to both ends where readers may rest: while its reader rests, an end with `pingMs` still says
   * that it lives; one without it, with more unread than it reads ahead, answers no ping. Without `halfClose` the pings stop
   * at this side's close: `closeWithin` is for what comes after.
   */
  readonly pingMs?: number;
  /** Offers, or takes, compression of messages (permessage-deflate): slow, and a cost in memory (default `false`). */
  readonly compress?: boolean;
}

export const WEB_SOCKET_CHECKS = {
  halfClose: optional(aBoolean),
  highWaterMark: optional(aCount),
  maxMessageBytes: optional(aCount),
  maxPayloadBytes: optional(aCount),
  pingMs: optional(aDuration),
  compress: optional(aBoolean),
} as const;

/**
 * In the words of `ws`. It would give a far side that is slow to take what is on its way no more than 30 seconds to close,
 * and cut it off when 60 answers to its pings wait: `WsTransport` answers them.
 */
export function wsOptions({ maxPayloadBytes = 2 ** 24, compress = false }: WebSocketOptions) {
  return { maxPayload: maxPayloadBytes, perMessageDeflate: compress, closeTimeout: LONGEST_TIMER_MS, autoPong: false };
}
