/**
 * A WebSocket of the `ws` package as a transport: with backpressure both ways, which a browser's has not. Binary messages
 * carry the bytes, their boundaries mean nothing. It queues nothing: a message is through when the system has taken it.
 *
 * How it ends, and the in-band `eof` of `halfClose`, are those of `src/web/web-socket-transport.ts`: the two are each
 * other's peers. Source: RFC 6455.
 */
import type { Socket } from 'node:net';
import { interval, timer, type Subscription } from 'rxjs';
import type { WebSocket } from 'ws';
import { FlowError } from '../../flow/flow-error.js';
import type { FlowLink, Transport } from '../../flow/transport.js';
import { MessageTransport } from '../../protocol/message-transport.js';
import { closeMeaning, errorCode, NORMAL } from '../../protocol/web-socket-close.js';
import { mergeSmall } from '../stream/merge-small.js';
import { systemFlowError } from '../system-error.js';
import type { WebSocketOptions } from './web-socket-options.js';

export class WsTransport extends MessageTransport implements Transport {
  readonly highWaterMark: number;
  /** Nothing pauses messages that have come already: what is one read while compressed may be many when it is not. */
  readonly maxQueuedBytes = 2 ** 26;
  readonly #halfClose: boolean;
  readonly #maxMessageBytes: number;
  readonly #pingMs: number | undefined;
  #pings: Subscription | undefined;
  /** One at a time: a far side whose answers pile up behind its data may give up for that. */
  #ping: 'none' | 'leaving' | 'left' = 'none';
  /** Times of {@link #pingMs} that a ping has been left alone. */
  #silence = 0;
  /** Bytes of the connection that had come by the last of these times. */
  #heardBytes = 0;
  /** The far side's newest ping: of several only that must be answered (RFC 6455 §5.5.3). */
  #asked: Uint8Array | undefined;
  #isAnswering = false;
  /** Against a far side that never answers the close. */
  #lastResort: Subscription | undefined;
  /** What an `error` event told; the `close` event that follows says no more than a code. */
  #cause: unknown;
  /** Bytes pushed since bytes were last wanted. */
  #unread = 0;
  /** Bytes that the system has not taken yet. */
  #unsent = 0;
  #freed: (() => void) | undefined;

  constructor(
    readonly name: string,
    private readonly socket: WebSocket,
    options: WebSocketOptions,
  ) {
    super();
    this.highWaterMark = options.highWaterMark ?? 262144;
    this.#halfClose = options.halfClose ?? false;
    this.#maxMessageBytes = options.maxMessageBytes ?? 65536;
    this.#pingMs = options.pingMs;
  }

  open(link: FlowLink): void {
    const { socket } = this;
    this.link = link;
    // Never removed: the socket is this flow's alone, and a flow that is over takes no notice.
    socket.on('message', (data, isBinary) => this.#take(data as Buffer, isBinary));
    socket.on('ping', (data) => {
      this.#asked = data;
      this.#answer();
    });
    socket.on('pong', () => {
      this.#ping = 'none';
      this.#silence = 0;
    });
    socket.on('error', (error) => this.#hearError(error));
    socket.on('close', (code, reason) => this.#hearClose(code, reason.toString()));
    if (this.#pingMs !== undefined) this.#pings = interval(this.#pingMs).subscribe(() => this.#listen());
  }

  pull(): void {
    this.#unread = 0;
    this.socket.resume();
  }

  write(buffer: Uint8Array): boolean {
    return this.writev([buffer]);
  }

  writev(buffers: readonly Uint8Array[]): boolean {
    const messages = mergeSmall(buffers).flatMap((buffer) => this.#messagesOf(buffer));
    this.#unsent = messages.reduce((sum, message) => sum + message.byteLength, 0);
    // What could not be sent is told by the close that follows.
    const through = (error?: Error | null) => {
      if (!error) this.#ready();
    };
    messages.forEach((message, at) => this.socket.send(message, SENDING, at === messages.length - 1 ? through : undefined));
    return false;
  }

  end(): void {
    if (!this.#halfClose) this.socket.close(NORMAL);
    else if (this.#isOpen) this.socket.send('eof');
    this.link.finished();
  }

  abort(): void {
    this.#pings?.unsubscribe();
    this.socket.terminate();
  }

  /** Without half-close it was the close event that ended the read side; with it, the closing handshake is still to come. */
  free(done: () => void): void {
    if (this.socket.readyState === this.socket.CLOSED) {
      done();
    } else {
      this.#freed = done;
      this.#lastResort = timer(CLOSING_MS).subscribe(() => this.socket.terminate());
      this.socket.close(NORMAL);
      // Paused, it would not see the end of the handshake.
      this.socket.resume();
    }
  }

  get #isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  #ready(): void {
    this.#unsent = 0;
    this.link.ready();
  }

  #messagesOf(buffer: Uint8Array): Uint8Array[] {
    const size = this.#maxMessageBytes;
    if (buffer.byteLength <= size) return [buffer];
    return Array.from({ length: Math.ceil(buffer.byteLength / size) }, (_, at) => buffer.subarray(at * size, (at + 1) * size));
  }

  // ── what comes ─────────────────────────────────────────────────────────────────────────────────────────────────

  #take(data: Buffer, isBinary: boolean): void {
    this.#silence = 0;
    if (isBinary) this.#push(data);
    else if (this.#halfClose && data.toString() === 'eof') this.receiveEof();
    else this.fail('protocol', 'a text message came instead of a binary one');
  }

  /** A little is read ahead, so that a far side which closes is seen though nobody reads. */
  #push(buffer: Uint8Array): void {
    if (this.receive(buffer)) return;
    this.#unread += buffer.byteLength;
    if (this.#unread > READ_AHEAD) this.socket.pause();
  }

  /**
   * Two times without a word, not one: this process may just have been busy. While nobody reads here no answer can come,
   * and while writes wait, the far side's reader may be at rest: then it is the system that gives a dead one up.
   */
  #listen(): void {
    const { socket } = this;
    if (!this.#isOpen) return;
    const heardBytes = bytesRead(socket);
    // In the middle of a message that takes its time no far side can answer.
    if (socket.isPaused || this.#unsent > 0 || heardBytes > this.#heardBytes) this.#silence = 0;
    this.#heardBytes = heardBytes;
    if (this.#silence === 2) {
      this.fail('timeout', `no answer to a ping within ${2 * this.#pingMs!} ms`);
      return;
    }
    if (socket.isPaused) this.#tellOfLife();
    else if (this.#ping === 'none') this.#askBack();
    if (this.#ping === 'left') this.#silence += 1;
  }

  #askBack(): void {
    this.#ping = 'leaving';
    this.socket.ping(undefined, undefined, () => {
      if (this.#ping === 'leaving') this.#ping = 'left';
    });
  }

  /** Unasked: while nobody reads here no ping of the far side's is seen, and it would take this side for dead (RFC 6455 §5.5.3). */
  #tellOfLife(): void {
    this.#asked ??= NOTHING;
    this.#answer();
  }

  #answer(): void {
    if (this.#asked === undefined || this.#isAnswering || !this.#isOpen) return;
    this.#isAnswering = true;
    this.socket.pong(this.#asked, undefined, () => {
      this.#isAnswering = false;
      this.#answer();
    });
    this.#asked = undefined;
  }

  #hearError(cause: Error): void {
    this.#cause = cause;
    const code = errorCode(cause) ?? inflateErrorCode(cause);
    if (code !== undefined) this.fail(code, cause.message, cause);
  }

  #hearClose(code: number, reason: string): void {
    this.#pings?.unsubscribe();
    this.#lastResort?.unsubscribe();
    this.#freed?.();
    const meaning = closeMeaning(code);
    if (meaning === 'in order') this.#endInOrder();
    else if (meaning === 'reset' && this.#cause !== undefined) this.link.fail(systemFlowError(this.name, this.#cause));
    else this.fail(meaning, `closed with code ${code}`, reason === '' ? undefined : new Error(reason));
  }

  #endInOrder(): void {
    if (isInMessage(this.socket)) this.fail('truncated', 'closed in the middle of a message');
    if (!this.#halfClose) this.link.end();
    if (this.#unsent > 0) this.fail('reset', `the far side closed, ${this.#unsent} bytes were not sent`);
    this.link.refuse(new FlowError('closed', `${this.name}: the far side closed`));
    // Over by now, unless an `eof` should have come first.
    this.fail('truncated', 'no eof came before the close');
  }
}

/** All that came over the connection under a WebSocket, where that can be seen: `ws` tells of whole messages alone. */
function bytesRead(socket: WebSocket): number {
  return (socket as unknown as { readonly _socket: Socket | null })._socket?.bytesRead ?? 0;
}

/** Whether a message that came in fragments still lacks its last, which `ws` does not tell at the close. */
function isInMessage(socket: WebSocket): boolean {
  const { _receiver: receiver } = socket as unknown as { readonly _receiver?: { readonly _fragmented?: number } | null };
  return (receiver?._fragmented ?? 0) !== 0;
}

/** What zlib tells of a compressed message that is none. Browsers do not tell, and have no part in this. */
function inflateErrorCode({ code }: NodeJS.ErrnoException): 'protocol' | undefined {
  return code?.startsWith('Z_') === true ? 'protocol' : undefined;
}

const SENDING = { binary: true };
const NOTHING = new Uint8Array(0);
/** Both directions have ended: longer than this nobody waits for the closing handshake. */
const CLOSING_MS = 30_000;
const READ_AHEAD = 65536;
