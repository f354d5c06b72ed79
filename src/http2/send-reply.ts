/** A reply on its way out: its head, then its body, then its trailers, on a stream that the server answers on. */
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { Subscription } from 'rxjs';
import type { Flow } from '../flow/flow.js';
import { discardBody, sendBody } from './http2-body.js';
import type { Http2Reply } from './http2-reply.js';
import { sendTrailers } from './outbound-trailers.js';
import type { StreamTransport } from './stream-transport.js';

/** Where a reply goes. */
export interface ReplyTarget {
  readonly stream: ServerHttp2Stream;
  readonly transport: StreamTransport;
  /** The stream's flow: the body goes through its write side. */
  readonly flow: Flow;
  readonly method: string;
}

/**
 * Sends `reply` with its checked head; what is returned gives the body up. A body or trailers that fail are reported to
 * `onFailure`, once the head has gone.
 */
export function sendReply(target: ReplyTarget, head: OutgoingHttpHeaders, reply: Http2Reply, onFailure: (error: unknown) => void): Subscription {
  const { stream, transport, flow, method } = target;
  const status = head[':status'] as number;
  const { body, trailers } = reply;
  const isBodiless = method === 'HEAD' || BODILESS.has(status);
  const isTunnel = method === 'CONNECT' && status < 300 && body === undefined;
  const isEmpty = body === undefined && trailers === undefined && !isTunnel && !transport.hasWaiting;
  const hasTrailers = trailers !== undefined && !isBodiless;
  stream.respond(head, { endStream: isBodiless || isEmpty, waitForTrailers: hasTrailers });
  if (hasTrailers) sendTrailers(stream, trailers, onFailure);
  transport.openWrite();
  if (isBodiless) discardBody(body);
  else if (body !== undefined) return sendBody(body, flow, onFailure);
  if (!isTunnel) flow.shutdown('write');
  return Subscription.EMPTY;
}

/** Responses that have no body whatever their fields say (RFC 9110 §6.4.1). */
const BODILESS = new Set<number>([
  constants.HTTP_STATUS_NO_CONTENT,
  constants.HTTP_STATUS_RESET_CONTENT,
  constants.HTTP_STATUS_NOT_MODIFIED,
]);
