/**
 * What TLS runs on, and what `node:tls` does not tell of it: whether an end that TLS has seen was said by the peer
 * (close_notify) or is only that of the line below, which somebody has cut. There is one for sockets and one for flows.
 */
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** What an end that TLS has seen was: the peer's (close_notify), or only the line's, in order or by a reset. */
export type TlsEnd = 'announced' | 'cut' | 'reset';

export abstract class TlsLine {
  /** Of the end, once TLS has seen one. */
  end: TlsEnd = 'announced';
  #socket: TLSSocket | null = null;

  /** For a `TLSSocket` to run on. */
  abstract readonly stream: Duplex;

  /** To be called with the `TLSSocket` over {@link stream} as soon as it is made. */
  watch(socket: TLSSocket): void {
    this.#socket = socket;
    const push = socket.push.bind(socket);
    let seen = false;
    // The one moment at which a line can tell: by the `end` event, which waits for a reader, both may have happened.
    socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk === null && !seen) {
        seen = true;
        this.end = this.endOf(socket);
      }
      return push(chunk, encoding);
    };
  }

  /** Whether both directions of TLS have come to an end. */
  protected get hasEnded(): boolean {
    return this.#socket?.readableEnded === true && this.#socket.writableFinished;
  }

  /** Whether TLS is ending the line, past the stream that it runs on. */
  protected get isEnding(): boolean {
    return this.#socket?.writableEnded === true && !this.#socket.writableFinished;
  }

  /** TLS is over: what it has said still arrives, then the line ends and `done` is called; without one, TLS has failed. */
  abstract leave(socket: TLSSocket, done?: () => void): void;

  /** Breaks the line and all on it, so that the peer knows. */
  abstract abort(socket: TLSSocket, reason: unknown): void;

  /** Asked while TLS is being told of an end. */
  protected abstract endOf(socket: TLSSocket): TlsEnd;
}
