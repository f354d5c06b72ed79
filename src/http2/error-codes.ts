/**
 * HTTP/2's error codes by name, and what they mean in a flow's terms. Source: RFC 9113 §7.
 */
import { FlowError } from '../flow/flow-error.js';
import { HTTP2_CODE } from './http2-code-of.js';

export const NO_ERROR = 0;
export const INTERNAL_ERROR = 2;
export const REFUSED_STREAM = 7;
export const CANCEL = 8;
export const ENHANCE_YOUR_CALM = 11;

const NAMES: readonly string[] = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];

/**
 * @example
 * codeName(8) // CANCEL (8)
 */
function codeName(code: number): string {
  return `${NAMES[code] ?? 'unknown code'} (${code})`;
}

/**
 * A stream that was closed by RST_STREAM: `refused` means that nothing was done for it, so that it may be tried again.
 * ENHANCE_YOUR_CALM is what `node:http2` says of a header list that is too large, at this end or the other, and of one
 * stream more than it counts as open; it does not tell which.
 */
export function resetError(where: string, code: number, cause: unknown): FlowError {
  if (code === REFUSED_STREAM) return withCode(new FlowError('refused', `${where}: refused by the peer with ${codeName(code)}`, { cause }), code);
  if (code === ENHANCE_YOUR_CALM) return withCode(new FlowError('too-large', `${where}: reset with ${codeName(code)}, as for a header list that is too large, or a stream too many`, { cause }), code);
  return withCode(new FlowError('reset', `${where}: reset with ${codeName(code)}`, { cause }), code);
}

/** The peer ended the whole connection, and says that it was for a fault. */
export function goawayError(where: string, code: number): FlowError {
  return withCode(new FlowError('reset', `${where}: the peer ended the connection with GOAWAY ${codeName(code)}`), code);
}

function withCode(error: FlowError, code: number): FlowError {
  return Object.defineProperty(error, HTTP2_CODE, { value: code });
}
