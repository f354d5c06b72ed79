/**
 * Header lists that an end does not take. `node:http2` does not look before it sends: one that the peer has said it does
 * not take would cost the stream, and one beyond nghttp2's own limit the connection. And what comes on a stream that was
 * opened before the peer has acknowledged the limit, it takes whatever its size. Source: RFC 9113 §6.5.2.
 */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import { FlowError } from '../../flow/flow-error.js';

/** `null` if the list is within the limit, or the error that says it is not. */
export function checkHeaderListSize(where: string, headers: HeaderList, limit: number): FlowError | null {
  const size = headerListSize(headers);
  if (size <= limit) return null;
  return new FlowError('too-large', `${where}: header list of ${size} bytes exceeds the limit of ${limit}`);
}

/** Whether a list is within the limit; `fields` are its names and values by turns, as they came. */
export function isHeaderListTaken(fields: readonly string[], limit: number): boolean {
  let size = (fields.length / 2) * FIELD_OVERHEAD;
  for (const one of fields) size += one.length;
  return size <= limit;
}

/** A list's size: its names and values, and 32 bytes for each field. */
function headerListSize(headers: HeaderList): number {
  let size = 0;
  for (const name in headers) {
    const value = headers[name];
    if (!Array.isArray(value)) size += name.length + String(value).length + FIELD_OVERHEAD;
    else for (const one of value) size += name.length + one.length + FIELD_OVERHEAD;
  }
  return size;
}

type HeaderList = OutgoingHttpHeaders | IncomingHttpHeaders;

/** What nghttp2 sends at most. */
export const MOST_BYTES = 65536;
const FIELD_OVERHEAD = 32;
