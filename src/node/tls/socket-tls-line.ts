/** TLS on a socket itself, between it and the system: at less than half the cost of TLS on a stream. */
import { finished, type Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { getSystemErrorName } from 'node:util';
import type { Flow } from '../../flow/flow.js';
import { isGone, type ConnectionHandle } from '../is-gone.js';
import { SocketTransport } from '../socket/socket-transport.js';
import type { Taker } from '../stream/node-stream-transport.js';
import { takeStream } from '../stream/stream-flow.js';
import { type TlsEnd, TlsLine } from './tls-line.js';

export class SocketTlsLine extends TlsLine {
  /** `null` where `flow` is none of a socket, or was used: its bytes have to go by way of the flow then. */
  static under(flow: Flow): SocketTlsLine | null {
    const taker: Taker = {
      hasEnded: () => line?.hasEnded === true && !line.#isBroken,
      isEnding: () => line?.isEnding === true,
    };
    const socket = takeStream(flow, SocketTransport, taker);
    const line = socket === null ? null : new SocketTlsLine(flow, socket);
    return line;
  }

  #isBroken = false;

  private constructor(
    private readonly flow: Flow,
    readonly stream: Duplex,
  ) {
    super();
  }

  leave(socket: TLSSocket, done?: () => void): void {
    if (done === undefined) this.#isBroken = true;
    else finished(socket, () => done()); // it may be gone already
    socket.destroy();
  }

  /** In a turn of its own: inside a read, OpenSSL would be in the middle of its work, and the process would not survive. */
  abort(socket: TLSSocket, reason: unknown): void {
    setImmediate(() => {
      this.flow.abort(reason);
      socket.destroy();
    });
  }

  /**
   * An end of the system's has stopped the handle's reading before anybody is told; one that TLS finds in the data has
   * not. So after the one reading can be started, and after the other it goes on already (`EALREADY`). Where TLS had
   * stopped it, among data, nothing of the system's can have come. A reset behind data comes as an end too, but then
   * there is no connection any more.
   */
  protected endOf(socket: TLSSocket): TlsEnd {
    const secure = (socket as unknown as { readonly _handle: SecureHandle | null })._handle;
    if (secure?.reading === false) return 'announced';
    const handle = secure?._parent;
    const status = handle?.readStart() ?? 0;
    if (status === 0) handle?.readStop();
    else if (getSystemErrorName(status) === 'EALREADY') return 'announced';
    return isGone(handle) && !socket.writableEnded ? 'reset' : 'cut';
  }
}

/** Node's TLS (`TLSWrap`) over the handle of a socket. */
interface SecureHandle {
  readonly reading?: boolean;
  readonly _parent?: ConnectionHandle & {
    /** 0, or the negative number of a system error. */
    readStart(): number;
    readStop(): number;
  };
}
