/**
 * What `node:http2` reports of a whole connection, in a flow's terms: a `FlowError` with the report as its cause.
 */
import { FlowError, isFlowError, type FlowErrorCode } from '../../flow/flow-error.js';
import { ownValue } from '../../flow/own-value.js';

type Meaning = readonly [FlowErrorCode, string];

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ECONNRESET: ['reset', 'the peer reset the connection'],
  EPIPE: ['reset', 'the peer takes no more data'],
  ETIMEDOUT: ['timeout', 'the connection timed out'],
  ERR_SOCKET_CLOSED: ['truncated', 'the connection ended before HTTP/2 had begun'],
  ERR_HTTP2_ERROR: ['protocol', 'the peer does not keep to HTTP/2'],
  ERR_HTTP2_TOO_MANY_INVALID_FRAMES: ['protocol', 'the peer sent too many invalid frames'],
  ERR_HTTP2_OUT_OF_STREAMS: ['closed', 'no stream number is left on this connection'],
};

/**
 * @example
 * sessionError('http2 over tcp 127.0.0.1:80', error) // protocol: http2 over tcp 127.0.0.1:80: the peer does not keep to HTTP/2
 */
export function sessionError(where: string, error: unknown): FlowError {
  // The flow underneath: its own message says where and why.
  if (isFlowError(error)) return new FlowError(error.code, `${where}: the connection broke`, { cause: error });
  const { code, message } = error as Partial<NodeJS.ErrnoException>;
  const [flowCode, text] = ownValue(MEANINGS, code) ?? ['failed', message ?? String(error)];
  return new FlowError(flowCode, `${where}: ${text}`, { cause: error });
}
