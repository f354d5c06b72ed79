/** A reply on its way out: its head, then its body, then its trailers, on a stream that the server answers on. */
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { Subscription } from 'rxjs';
import type { FlowError } from '../../flow/flow-error.js';
import type { Flow } from '../../flow/flow.js';
import type { Http2Connection } from '../connection/http2-connection.js';
import { discardBody, isWhole, sendBody } from '../message/http2-body.js';
import { sendTrailers } from '../stream/outbound-trailers.js';
import type { StreamTransport } from '../stream/stream-transport.js';
import type { Http2Reply } from './http2-reply.js';

/** Where a reply goes. */
export interface ReplyTarget {
  readonly connection: Http2Connection;
  readonly stream: ServerHttp2Stream;
  /** `null` while there is no flow. */
  readonly transport: StreamTransport | null;
  /** The stream's flow, made when it is first looked at: what is streamed goes through its write side. */
  readonly flow: Flow;
}

/**
 * Sends `reply` to a request of `method`, with its checked head; what is returned gives the body up. A body or trailers
 * that fail are reported to `onFailure`, once the head has gone.
 */
export function sendReply(
  target: ReplyTarget,
  method: string,
  head: OutgoingHttpHeaders,
  reply: Http2Reply,
  onFailure: (error: unknown) => void,
): Subscription {
  const { stream } = target;
  const { body, trailers } = reply;
  if (!hasBody(method, head)) {
    stream.respond(head, { endStream: true });
    discardBody(body);
    endFlow(target);
    return Subscription.EMPTY;
  }
  const tunnels = isTunnel(method, head, reply);
  // Where there is a flow, its end tells that all has been sent: then nothing goes past it. Nor does what is more than the
  // client's window takes.
  const isPlain = trailers === undefined && !tunnels && target.transport === null;
  if (isPlain && isWhole(body) && sizeOf(body) <= target.connection.peerWindow) {
    respondWhole(stream, head, body);
    return Subscription.EMPTY;
  }
  if (body !== undefined && (body as { readonly length?: number }).length !== 0) checkWritable(target);
  stream.respond(head, { waitForTrailers: trailers !== undefined });
  const { flow } = target;
  const transport = target.transport!;
  if (trailers !== undefined) sendTrailers(stream, transport, trailers, onFailure);
  transport.openWrite();
  if (tunnels) {
    // A stream that nobody has begun to read, or paused, is closed by node:http2 with the end of its response.
    if (stream.readableFlowing === null) stream.pause();
    return Subscription.EMPTY;
  }
  return sendBody(body ?? '', flow, onFailure);
}

/** Whether HTTP has a body in such a reply. */
export function hasBody(method: string, head: OutgoingHttpHeaders): boolean {
  return method !== 'HEAD' && !BODILESS.has(head[':status'] as number);
}

/** Whether such a reply makes a CONNECT a tunnel. */
export function isTunnel(method: string, head: OutgoingHttpHeaders, { body }: Http2Reply): boolean {
  return method === 'CONNECT' && (head[':status'] as number) < 300 && body === undefined;
}

function sizeOf(body: string | Uint8Array | undefined): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : (body?.length ?? 0);
}

/** In one piece, and past the flow: END_STREAM leaves with the last of it. */
function respondWhole(stream: ServerHttp2Stream, head: OutgoingHttpHeaders, body: string | Uint8Array | undefined): void {
  const isEmpty = body === undefined || body.length === 0;
  if (isEmpty) stream.respond(head, { endStream: true });
  else stream.respond(head);
  if (isEmpty) stream.end();
  else stream.end(body);
}

/** A handler may have ended the write side of its request already: then nothing can follow the head. */
function checkWritable(target: ReplyTarget): void {
  if (target.transport === null) return;
  let refusal: FlowError | null = null;
  // Sends nothing, and is refused where nothing can be sent.
  target.flow.write(new Uint8Array(0)).subscribe((result) => (refusal = result.ok ? null : result.error));
  if (refusal !== null) throw refusal as FlowError;
}

/** The flow, where there is one, has nothing more to send. */
function endFlow(target: ReplyTarget): void {
  if (target.transport === null) return;
  target.transport.openWrite();
  target.flow.shutdown('write');
}

/** Responses that have no body whatever their fields say (RFC 9110 §6.4.1). */
const BODILESS = new Set<number>([
  constants.HTTP_STATUS_NO_CONTENT,
  constants.HTTP_STATUS_RESET_CONTENT,
  constants.HTTP_STATUS_NOT_MODIFIED,
]);
