/**
 * What `node:http2` does not look at before it sends: a header list that the peer has said it does not take would cost
 * the stream, and one beyond nghttp2's own limit the connection. Source: RFC 9113 §6.5.2.
 */
import type { OutgoingHttpHeaders } from 'node:http2';
import { FlowError } from '../flow/flow-error.js';

/** `null` if the list can be sent to a peer with such a limit, or the error that says why not. */
export function checkHeaderListSize(where: string, headers: OutgoingHttpHeaders, peerLimit: number | undefined): FlowError | null {
  const limit = Math.min(peerLimit ?? MOST_BYTES, MOST_BYTES);
  const size = headerListSize(headers);
  if (size <= limit) return null;
  return new FlowError('too-large', `${where}: header list of ${size} bytes exceeds the limit of ${limit}`);
}

/** A list's size: its names and values, and 32 bytes for each field. */
function headerListSize(headers: OutgoingHttpHeaders): number {
  let size = 0;
  for (const name in headers) {
    const value = headers[name];
    if (!Array.isArray(value)) size += name.length + String(value).length + FIELD_OVERHEAD;
    else for (const one of value) size += name.length + one.length + FIELD_OVERHEAD;
  }
  return size;
}

/** What nghttp2 sends at most. */
const MOST_BYTES = 65536;
const FIELD_OVERHEAD = 32;
