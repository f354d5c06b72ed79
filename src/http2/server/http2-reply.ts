/** What a server answers, checked before anything of it is sent. */
import type { OutgoingHttpHeaders } from 'node:http2';
import { describe } from '../../flow/describe.js';
import { outgoingHeaders, type HeadersInput } from '../message/headers.js';
import { checkBody, type Http2Body } from '../message/http2-body.js';
import { checkTrailers, type Http2Trailers } from '../stream/outbound-trailers.js';

/** The answer to a request; an empty one is status 200 without a body. */
export interface Http2Reply {
  /** 200 to 599 (default 200). */
  readonly status?: number;
  /** A `date` is added unless there is one. */
  readonly headers?: HeadersInput;
  /** Not sent, and not subscribed to, where HTTP has none: in answer to a HEAD, and with 204, 205 and 304. */
  readonly body?: Http2Body;
  /** Sent behind the body, where there may be one. */
  readonly trailers?: Http2Trailers;
}

/** A reply's head, ready to be sent unless it is too large. Throws a `TypeError` for what is no reply. */
export function replyHead(reply: Http2Reply): OutgoingHttpHeaders {
  if (typeof reply !== 'object' || reply === null) throw new TypeError(`reply must be an object, not ${describe(reply)}`);
  const { status = 200, headers, body, trailers } = reply;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new TypeError(`reply: status must be a whole number from 200 to 599, not ${describe(status)}`);
  }
  checkBody('reply: body', body);
  checkTrailers('reply: trailers', trailers);
  return outgoingHeaders('reply: headers', headers, { ':status': status });
}
