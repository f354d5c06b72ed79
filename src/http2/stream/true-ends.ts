/**
 * What `node:http2` does not tell apart: a message that ended, and one that was cut. It pushes the same `null` for both,
 * and it sends END_STREAM in both cases: on a stream that is closed with an error, or goes down with its session, in
 * front of the RST_STREAM, so that half a body looks like a whole one to the peer. In the cut's case the stream has been
 * marked as closed before, and that is the difference here.
 */
import type { Http2Stream } from 'node:http2';
import { NO_ERROR } from '../error-codes.js';

/** Calls `onEnd` once, at the peer's END_STREAM: data before it may be unread. */
export function watchEnd(stream: Http2Stream, onEnd: () => void): void {
  const push = stream.push.bind(stream);
  let told = false;
  stream.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk === null && !told && !stream.closed) {
      told = true;
      onEnd();
    }
    return push(chunk, encoding);
  };
}

/** Has END_STREAM sent for `stream.end()` and for nothing else. */
export function endInOrderOnly(stream: Http2Stream): void {
  const sendEnd = stream._final.bind(stream);
  stream._final = (done) => {
    if (stream.closed) done();
    else sendEnd(done);
  };
}

/**
 * Has a server's stream wait with its RST_STREAM until END_STREAM has left. With a request that nobody reads,
 * `node:http2` closes the stream with NO_ERROR a turn after the response was ended; where the connection is busy just
 * then, the reset passes the end, and a whole response looks like a cut one to the client.
 */
export function closeAfterEnd(stream: Http2Stream): void {
  const close = stream.close.bind(stream);
  stream.close = (code = NO_ERROR, callback?: () => void): void => {
    const isEarly = code === NO_ERROR && stream.writableEnded && !stream.destroyed && stream.state.localClose !== 1;
    if (isEarly) setTimeout(() => stream.close(code, callback), AGAIN_MS).unref();
    else close(code, callback);
  };
}

const AGAIN_MS = 20;
