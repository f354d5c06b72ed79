/**
 * A flow over a WebSocket: binary messages carry the bytes, their boundaries mean nothing. Opening one is
 * `connectWebSocket`'s. Source: WebSockets Standard, RFC 6455.
 *
 * A WebSocket has no half-close: a close frame ends both directions. So without `halfClose`, `shutdown('write')` sends
 * it, the far side's writes are `closed` from then on, and what it had sent but this side not yet received is dropped
 * by browsers. With `halfClose: true`, which both ends must use, the text message `eof` says that its sender has written
 * its last byte; each end closes, with code 1000, once it has sent and received one.
 */
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { FlowError, type FlowErrorCode } from '../flow/flow-error.js';
import { makeFlow } from '../flow/make-flow.js';
import type { FlowLink, Transport } from '../flow/transport.js';
import { chunkBytes } from './chunk-bytes.js';
import { DrainWatch } from './drain-watch.js';
import { PieceSender } from './piece-sender.js';
import { sendable } from './sendable.js';
import { ABORTED, closeFailure, errorCode, NORMAL } from './web-socket-close.js';
import { CLOSED, CONNECTING, OPEN, type WebSocketLike } from './web-socket-like.js';
import { webSocketName } from './web-socket-name.js';
import { checkWebSocketOptions, type WebSocketFlowOptions } from './web-socket-options.js';

/**
 * Makes a flow of a WebSocket, open or still connecting, of the web or of the `ws` package. The flow is its only user:
 * it sets `binaryType`, and closes it.
 *
 * - A write is accepted while no more than `highWaterMark` bytes wait in the socket. Nobody tells when they have gone:
 *   while above the mark, and only then, `bufferedAmount` is looked at from time to time.
 * - A browser's WebSocket cannot be paused: what is not read waits here, up to `maxQueuedBytes`, then `overflow`. One of
 *   `ws` is paused instead.
 * - Close codes 1000 and 1005 are EOF; 1002, 1003, 1007 `protocol`; 1008 `refused`; 1009 `too-large`; 1010
 *   `unsupported`; 1011, 1015 `failed`; others, such as 1001 (going away), 1006 (cut) and 4000 (a flow's `abort()`),
 *   `reset`. A text message is `protocol`. With `halfClose`, an end without `eof` is `truncated`.
 *
 * @example
 * server.on('connection', (socket) => handle(webSocketFlow(socket)));
 */
export function webSocketFlow(socket: WebSocketLike, options: WebSocketFlowOptions = {}): Flow {
  checkSocket(socket);
  checkWebSocketOptions('webSocketFlow', options);
  return makeFlow(new WebSocketTransport(socket, options));
}

class WebSocketTransport implements Transport {
  readonly name: string;
  readonly maxQueuedBytes: number;
  readonly #halfClose: boolean;
  readonly #acceptText: boolean;
  readonly #mark: number;
  readonly #sender: PieceSender;
  readonly #watch: DrainWatch;
  #link!: FlowLink;
  /** What the last `error` event told; the close event that follows says no more than a code. */
  #cause: unknown = undefined;
  /** Bytes pushed since bytes were last wanted. */
  #unread = 0;
  #freed: () => void = () => {};

  constructor(
    private readonly socket: WebSocketLike,
    options: WebSocketFlowOptions,
  ) {
    this.name = options.name ?? webSocketName(socket.url);
    this.maxQueuedBytes = options.maxQueuedBytes ?? 2 ** 26;
    this.#halfClose = options.halfClose ?? false;
    this.#acceptText = options.acceptText ?? false;
    this.#mark = options.highWaterMark ?? 2 ** 20;
    const most = options.maxMessageBytes ?? 65536;
    const hasRoom = () => socket.readyState === OPEN && socket.bufferedAmount <= this.#mark;
    this.#sender = new PieceSender(
      () => (hasRoom() ? most : 0),
      (piece) => socket.send(sendable(piece)),
    );
    this.#watch = new DrainWatch(
      () => socket.bufferedAmount,
      () => this.#goOn(),
    );
  }

  open(link: FlowLink): void {
    this.#link = link;
    const { socket } = this;
    socket.binaryType = 'arraybuffer';
    if (socket.readyState > OPEN) {
      this.#fail('closed', 'the WebSocket was closed already');
      return;
    }
    // Never removed: the socket is this flow's alone, and a flow that is over takes no notice.
    socket.addEventListener('open', () => {
      if (!this.#goOn()) this.#watch.start();
    });
    socket.addEventListener('message', (event: { data: unknown }) => this.#take(event.data));
    socket.addEventListener('error', (event: { error?: unknown }) => this.#hearError(event.error));
    socket.addEventListener('close', (event: CloseLike) => this.#hearClose(event));
  }

  pull(): void {
    this.#unread = 0;
    this.socket.resume?.();
  }

  write(buffer: Uint8Array): boolean {
    if (this.#sender.write(buffer)) return true;
    if (this.socket.readyState === OPEN) this.#watch.start();
    return false;
  }

  end(): void {
    const { socket } = this;
    if (socket.readyState === CONNECTING) {
      socket.addEventListener('open', () => this.end());
      return;
    }
    if (!this.#halfClose) {
      socket.close(NORMAL);
      socket.resume?.(); // the end of the handshake is to be seen; what comes before it is little, and can wait here
    } else if (socket.readyState === OPEN) {
      socket.send('eof');
    }
    this.#link.finished();
  }

  abort(): void {
    this.#watch.stop();
    if (this.socket.terminate !== undefined) this.socket.terminate();
    else this.socket.close(ABORTED, 'aborted');
  }

  /** Without half-close it is the close event that ended the read side; with it, the closing handshake is still to come. */
  free(done: () => void): void {
    const { socket } = this;
    this.#watch.stop();
    if (socket.readyState === CLOSED) {
      done();
      return;
    }
    this.#freed = done;
    socket.close(NORMAL);
    socket.resume?.();
  }

  // ── the socket's events ────────────────────────────────────────────────────────────────────────────────────────

  #take(data: unknown): void {
    if (typeof data === 'string') this.#takeText(data);
    else if (chunkBytes(data) === undefined) this.#fail('protocol', `${describe(data)} came instead of an ArrayBuffer`);
    else this.#push(chunkBytes(data)!);
  }

  #takeText(text: string): void {
    if (this.#acceptText) this.#push(new TextEncoder().encode(text));
    else if (this.#halfClose && text === 'eof') this.#link.end();
    else this.#fail('protocol', 'a text message came where only binary ones may');
  }

  #push(buffer: Uint8Array): void {
    if (this.#link.push(buffer)) return;
    this.#unread += buffer.byteLength;
    if (this.#unread > this.#mark && this.socket.readyState === OPEN) this.socket.pause?.();
  }

  #hearError(error: unknown): void {
    this.#cause = error;
    const code = errorCode(error);
    if (code !== undefined) this.#link.fail(new FlowError(code, `${this.name}: the WebSocket failed`, { cause: error }));
  }

  #hearClose({ code, reason }: CloseLike): void {
    this.#watch.stop();
    this.#freed();
    const failure = closeFailure(this.name, code, this.#cause ?? (reason === '' ? undefined : new Error(reason)));
    if (failure === null) this.#endInOrder();
    else this.#link.fail(failure);
  }

  #endInOrder(): void {
    const unsent = this.socket.bufferedAmount;
    if (!this.#halfClose) this.#link.end();
    if (unsent > 0) this.#fail('reset', `the far side closed while ${unsent} bytes waited to be sent`);
    this.#link.refuse(new FlowError('closed', `${this.name}: the far side closed the WebSocket`));
    // Over by now, unless an `eof` should have come first.
    this.#fail('truncated', 'the far side closed the WebSocket without eof');
  }

  /** Room may have come. `true`: there is nothing to wait for. */
  #goOn(): boolean {
    if (this.#sender.resume()) this.#link.ready();
    return this.#sender.isIdle || this.socket.readyState !== OPEN;
  }

  #fail(code: FlowErrorCode, what: string): void {
    this.#link.fail(new FlowError(code, `${this.name}: ${what}`));
  }
}

/** Of a close event, as both the web and `ws` have it. */
interface CloseLike {
  readonly code: number;
  readonly reason: string;
}

function checkSocket(socket: WebSocketLike): void {
  const { send, close, addEventListener } = (socket ?? {}) as Partial<WebSocketLike>;
  if ([send, close, addEventListener].every((method) => typeof method === 'function')) return;
  throw new TypeError(`webSocketFlow: socket must be a WebSocket, not ${describe(socket)}`);
}
