/** What became of a stream that did not end in order, as the error of its flow. */
import type { Http2Stream } from 'node:http2';
import type { FlowError } from '../../flow/flow-error.js';
import type { Http2Connection } from '../connection/http2-connection.js';
import { NO_ERROR, resetError } from '../error-codes.js';

/** `cause` is what `node:http2` reported, if it did. */
export function streamLoss(name: string, stream: Http2Stream, connection: Http2Connection, cause: unknown): FlowError {
  if (connection.hasLost(stream)) return connection.streamLoss(name, stream.id, true);
  return resetError(name, stream.rstCode ?? NO_ERROR, cause);
}
