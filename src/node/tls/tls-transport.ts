/**
 * A `TLSSocket` after its handshake as a transport: what it does otherwise than any Node stream. An end counts only when
 * TLS has said it (close_notify, RFC 8446 §6.1); one of the line below is `truncated`. The handshake is not done here.
 */
import { finished } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { FlowError, type FlowErrorCode } from '../../flow/flow-error.js';
import { NodeStreamTransport } from '../stream/node-stream-transport.js';
import { watchCut } from '../stream/watch-cut.js';
import { tlsFlowError } from './tls-error.js';
import type { TlsLine } from './tls-line.js';

export class TlsTransport extends NodeStreamTransport {
  constructor(
    name: string,
    private readonly socket: TLSSocket,
    private readonly line: TlsLine,
  ) {
    super(name, socket, socket);
  }

  /**
   * Not before all has left: `node:tls` says that a write is done when it may still hold some of it, and told to end
   * then, it ends the line first and drops the rest, close_notify included. An empty write is done when it holds none.
   */
  override end(): void {
    this.state = 'used';
    this.socket.write(NOTHING, () => this.socket.end());
  }

  override abort(error: FlowError): void {
    if (error.code === 'aborted') this.line.abort(this.socket, error);
    // What TLS itself finds wrong, it has told the peer: a reset could overtake that.
    else this.line.leave(this.socket);
  }

  override free(done: () => void): void {
    this.line.leave(this.socket, done);
  }

  protected override errorOf(error: unknown): FlowError {
    return tlsFlowError(this.name, error);
  }

  protected override onEnd(): void {
    const { end } = this.line;
    if (end === 'announced') this.#endOfPeer();
    else this.link.fail(end === 'reset' ? this.#error('reset', RESET) : this.#error('truncated', CUT));
  }

  /** Behind it nothing is read any more, and of a write that fails `node:tls` may say nothing. */
  #endOfPeer(): void {
    const { link, socket } = this;
    link.end();
    finished(socket, watchCut(socket, () => link.fail(this.#error('reset', RESET))));
  }

  #error(code: FlowErrorCode, text: string): FlowError {
    return new FlowError(code, `${this.name}: ${text}`);
  }
}

const CUT = 'the connection was cut: it ended before the peer announced an end (close_notify)';
const RESET = 'the peer reset the connection';
const NOTHING = new Uint8Array(0);
