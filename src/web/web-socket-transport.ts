/**
 * A WebSocket as a transport: binary messages carry the bytes, their boundaries mean nothing. It queues nothing; what
 * the browser or `ws` has taken waits there. Source: WebSockets Standard, RFC 6455.
 *
 * A WebSocket has no half-close: a close frame ends both directions. So without `halfClose`, `shutdown('write')` sends
 * it, the far side's writes are `closed` from then on, and what it had sent but this side not yet received is dropped
 * by browsers. With `halfClose`, which both ends must use, the text message `eof` says that its sender has written its
 * last byte (no data and no other `eof` may follow it); each end closes, with code 1000, once it has sent and received one.
 */
import { timer, type Subscription } from 'rxjs';
import { describe } from '../flow/describe.js';
import { FlowError } from '../flow/flow-error.js';
import type { FlowLink, Transport } from '../flow/transport.js';
import { isArrayBuffer } from '../protocol/chunk-bytes.js';
import { MessageTransport } from '../protocol/message-transport.js';
import { PieceSender } from '../protocol/piece-sender.js';
import { sendable } from './sendable.js';
import { closeMeaning, errorCode, NORMAL } from '../protocol/web-socket-close.js';
import { CONNECTING, cutWebSocket, OPEN, type WebSocketLike } from './web-socket-like.js';
import { webSocketName } from '../protocol/web-socket-name.js';
import type { WebSocketFlowOptions } from './web-socket-options.js';

export class WebSocketTransport extends MessageTransport implements Transport {
  readonly name: string;
  readonly maxQueuedBytes: number;
  readonly #halfClose: boolean;
  readonly #mark: number;
  readonly #sender: PieceSender;
  #looking: Subscription | undefined;
  /** What an `error` event told; the close event that follows says no more than a code. */
  #cause: unknown;
  /** Bytes pushed since bytes were last wanted. */
  #unread = 0;
  #freed: (() => void) | undefined;

  constructor(
    private readonly socket: WebSocketLike,
    options: WebSocketFlowOptions,
  ) {
    super();
    const { highWaterMark = 2 ** 20, maxMessageBytes = 2 ** 16, maxQueuedBytes = 2 ** 26 } = options;
    this.name = options.name ?? webSocketName(socket.url);
    this.maxQueuedBytes = maxQueuedBytes;
    this.#halfClose = options.halfClose ?? false;
    this.#mark = highWaterMark;
    this.#sender = new PieceSender(
      () => (this.#isOpen && (socket.bufferedAmount ?? 0) <= highWaterMark ? maxMessageBytes : 0),
      (piece) => this.attempt(() => socket.send(sendable(piece))),
    );
  }

  open(link: FlowLink): void {
    const { socket } = this;
    this.link = link;
    socket.binaryType = 'arraybuffer';
    if (socket.readyState > OPEN) this.fail('closed', 'closed already');
    // Never removed: the socket is this flow's alone, and a flow that is over takes no notice.
    socket.addEventListener('open', () => this.#goOn(1));
    socket.addEventListener('message', (event) => this.#take((event as MessageEvent).data));
    socket.addEventListener('error', (event) => this.#hearError((event as ErrorEvent).error));
    socket.addEventListener('close', (event) => this.#hearClose(event as CloseEvent));
  }

  pull(): void {
    this.#unread = 0;
    this.socket.resume?.();
  }

  write(buffer: Uint8Array): boolean {
    if (this.#sender.write(buffer)) return true;
    this.#lookIn(1);
    return false;
  }

  end(): void {
    const { socket } = this;
    if (socket.readyState === CONNECTING) {
      socket.addEventListener('open', () => this.end());
      return;
    }
    if (!this.#halfClose) this.#close();
    else if (this.#isOpen) this.attempt(() => socket.send('eof'));
    this.link.finished();
  }

  abort(): void {
    this.#looking?.unsubscribe();
    this.attempt(() => cutWebSocket(this.socket));
  }

  /** Without half-close it was the close event that ended the read side; with it, the closing handshake is still to come. */
  free(done: () => void): void {
    this.#freed = done;
    this.#close();
  }

  get #isOpen(): boolean {
    return this.socket.readyState === OPEN;
  }

  /** What was sent goes first. One that is paused would not see the end of the handshake: what precedes it waits here. */
  #close(): void {
    this.attempt(() => this.socket.close(NORMAL));
    this.socket.resume?.();
  }

  /** Nobody tells when room has come: looked for after a millisecond, then ever later, while a buffer is in hand. */
  #lookIn(delayMs: number): void {
    if (this.#isOpen) this.#looking = timer(delayMs).subscribe(() => this.#goOn(Math.min(delayMs * 2, LONGEST_LOOK_MS)));
  }

  #goOn(nextLookMs: number): void {
    if (this.#sender.resume()) this.link.ready();
    else this.#lookIn(nextLookMs);
  }

  #take(data: unknown): void {
    if (isArrayBuffer(data)) this.#push(new Uint8Array(data));
    else if (this.#halfClose && data === 'eof') this.receiveEof();
    else this.fail('protocol', `${describe(data)} came, not an ArrayBuffer`);
  }

  #push(buffer: Uint8Array): void {
    if (this.receive(buffer)) return;
    this.#unread += buffer.byteLength;
    if (this.#unread > this.#mark && this.#isOpen) this.socket.pause?.();
  }

  #hearError(cause: unknown): void {
    this.#cause = cause;
    const code = errorCode(cause);
    if (code !== undefined) this.fail(code, 'could not go on', cause);
  }

  /** A flow that is over takes no notice of what follows: after each line it may be. */
  #hearClose({ code, reason }: CloseEvent): void {
    const unsent = this.socket.bufferedAmount ?? 0;
    const meaning = closeMeaning(code);
    this.#looking?.unsubscribe();
    if (!unsent) this.#freed?.();
    if (meaning !== 'in order') this.fail(meaning, `closed with code ${code}`, this.#cause ?? (reason ? new Error(reason) : undefined));
    if (!this.#halfClose) this.link.end();
    if (unsent > 0) this.fail('reset', `the far side closed, ${unsent} bytes were not sent`);
    this.link.refuse(new FlowError('closed', `${this.name}: the far side closed`));
    this.#freed?.();
    this.fail('truncated', 'no eof came before the close');
  }
}

const LONGEST_LOOK_MS = 16;
