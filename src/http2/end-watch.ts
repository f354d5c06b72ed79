/**
 * Whether a stream's inbound side ended by END_STREAM. `node:http2` pushes the same `null` for a body that was cut (the
 * peer's RST_STREAM with NO_ERROR, the end of the connection, `destroy()`), and then the `end` event comes all the same;
 * but in those cases the stream has been marked as closed before, and at an END_STREAM it has not.
 */
import type { Http2Stream } from 'node:http2';

/** Calls `onEnd` once, at the END_STREAM flag: data before it may be unread. */
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
