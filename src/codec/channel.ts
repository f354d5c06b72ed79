import { of, take, type Observable } from 'rxjs';
import type { ByteQueue } from '../flow/byte-queue.js';
import { checkFlow } from '../flow/check-flow.js';
import { checkOptions } from '../flow/check-options.js';
import { checkWhole } from '../flow/check-whole.js';
import { describe } from '../flow/describe.js';
import { DETACH, detachFlow } from '../flow/detached.js';
import type { Flow, ShutdownMode, WriteResult } from '../flow/flow.js';
import { FlowError } from '../flow/flow-error.js';
import { isBytes } from '../flow/is-bytes.js';
import { LineReader } from '../flow/line-reader.js';
import { utf8 } from '../flow/utf8.js';
import type { Decoder } from './codec.js';
import { DelimitedReader } from './delimited-reader.js';
import type { Inbox } from './inbox.js';
import { InboxRead } from './inbox-read.js';
import { checkNewline, lineText, type Newline } from './line-text.js';
import { inboxOf, unreadFlow, type UnreadOf } from './unread-flow.js';

/** How the lines of a channel end, and how long they may be. */
export interface ChannelOptions {
  /** The longest line, its end not counted, and the most that `readUntil` reads (default 1 MiB). */
  readonly maxLineBytes?: number;
  /** What `writeLine` ends a line with (default `'\n'`); both kinds are read. */
  readonly newline?: Newline;
}

/**
 * A flow to read piece by piece, and to write to in batches, after `mirage-channel`.
 *
 * The reads are cold: each subscription takes what it asks for, emits it once and completes, or completes without an
 * item at the end of the stream. What a read leaves, and what one that is unsubscribed waited for, is there for the next.
 * They error as the flow does, after the bytes before, and with `busy` while another read is active.
 *
 * For one message after another loop with `await firstValueFrom(…)`, or give `framed` a codec: `repeat` recurses where
 * many messages come at once.
 */
export interface Channel<F extends Flow = Flow> {
  /** The flow's name. */
  readonly name: string;
  /** As the flow's. */
  readonly closed: Observable<void>;

  /** The bytes that come next, at least 1 and at most `max` (default: as they came); never a copy. */
  readSome(max?: number): Observable<Uint8Array>;
  /** So many bytes. If the stream ends before, `truncated`; the bytes that came stay readable. */
  readExactly(size: number): Observable<Uint8Array>;
  /** A line of UTF-8 text, without its LF or CRLF; at the end also one that nothing ends. `too-large` over the limit. */
  readLine(): Observable<string>;
  /** The bytes before the next `byte`, which is taken too; `truncated` if the stream ends before, `too-large` over the limit. */
  readUntil(byte: number): Observable<Uint8Array>;
  /** All lines to the end of the stream; each subscription goes on where the last one stopped. */
  lines(): Observable<string>;

  /** Keeps bytes, or a text's UTF-8 bytes, for the next {@link flush}; the buffer must not be changed any more. */
  write(data: Uint8Array | string): void;
  /** Keeps a line for the next {@link flush}. Throws `protocol` for a text that is more than one line. */
  writeLine(line: string): void;
  /** Sends what was kept, in one `writev`; the result is that write's. */
  flush(): Observable<WriteResult>;

  /**
   * The flow, to go on with another protocol: what was kept is flushed, and the bytes that are unread when it is read
   * come first.
   */
  rest(): UnreadOf<F>;

  /** As the flow's; `'write'` flushes first, `'read'` drops what is unread here as well. */
  shutdown(mode: ShutdownMode): Observable<void>;
  /** Flushes, then closes the flow. */
  close(): Observable<void>;
  /** As the flow's; what was kept is dropped. */
  abort(reason?: unknown): void;
}

/**
 * A buffered channel over a flow. What it has read ahead is here: an abort of the flow drops it, but a
 * `shutdown('read')` does so only when called here.
 *
 * @example
 * const smtp = channel(flow, { newline: '\r\n' });
 * smtp.writeLine('EHLO example.org');
 * smtp.flush();
 * smtp.readLine().subscribe((greeting) => greet(greeting));
 */
export function channel<F extends Flow = Flow>(flow: F, options: ChannelOptions = {}): Channel<F> {
  checkFlow('channel: flow', flow);
  checkOptions('channel', options);
  const { maxLineBytes = 2 ** 20, newline = '\n' } = options;
  checkWhole('channel: maxLineBytes', maxLineBytes);
  checkNewline('channel', newline);
  return new FlowChannel(flow, maxLineBytes, newline);
}

class FlowChannel<F extends Flow> implements Channel<F> {
  readonly name: string;
  readonly #flow: Flow;
  readonly #maxLineBytes: number;
  readonly #newline: Newline;
  readonly #inbox: Inbox;
  /** One reader for all lines: it decodes ahead, and finds out by itself when others have read in between. */
  readonly #lines: Observable<string>;
  #kept: Uint8Array[] = [];

  constructor(flow: Flow, maxLineBytes: number, newline: Newline) {
    this.name = flow.name;
    this.#maxLineBytes = maxLineBytes;
    this.#newline = newline;
    this.#inbox = inboxOf(flow);
    this.#flow = this.#inbox.flow;
    const reader = new LineReader(maxLineBytes, (bytes) => this.#tooLarge('line', bytes));
    this.#lines = this.#read({ decode: (bytes) => reader.next(bytes), finish: (bytes) => reader.last(bytes) });
  }

  get closed(): Observable<void> {
    return this.#flow.closed;
  }

  readSome(max = Infinity): Observable<Uint8Array> {
    if (max !== Infinity) checkWhole(`${this.name}: readSome: max`, max);
    const decode = (bytes: ByteQueue) => (bytes.length > 0 ? bytes.takePiece(max) : undefined);
    return this.#read({ decode }).pipe(take(1));
  }

  readExactly(size: number): Observable<Uint8Array> {
    checkWhole(`${this.name}: readExactly: size`, size, 0);
    if (size === 0) return of(new Uint8Array(0));
    const decode = (bytes: ByteQueue) => (bytes.length < size ? undefined : bytes.take(size));
    return this.#read({ decode, finish: this.#cutShort(`readExactly(${size})`) }).pipe(take(1));
  }

  readLine(): Observable<string> {
    return this.#lines.pipe(take(1));
  }

  readUntil(byte: number): Observable<Uint8Array> {
    if (!Number.isInteger(byte) || byte < 0 || byte > 255) {
      throw new TypeError(`${this.name}: readUntil: byte must be a whole number from 0 to 255, not ${describe(byte)}`);
    }
    const reader = new DelimitedReader(Uint8Array.of(byte), this.#maxLineBytes, (bytes) => this.#tooLarge('readUntil', bytes));
    const decode = (bytes: ByteQueue) => reader.next(bytes);
    return this.#read({ decode, finish: this.#cutShort(`readUntil(${byte})`) }).pipe(take(1));
  }

  lines(): Observable<string> {
    return this.#lines;
  }

  write(data: Uint8Array | string): void {
    const bytes = typeof data === 'string' ? utf8(data) : data;
    if (!isBytes(bytes)) throw new TypeError(`${this.name}: write() takes bytes or text, not ${describe(data)}`);
    this.#kept.push(bytes);
  }

  writeLine(line: string): void {
    this.#kept.push(lineText(`${this.name}: writeLine`, line, this.#newline));
  }

  flush(): Observable<WriteResult> {
    const kept = this.#kept;
    this.#kept = [];
    return this.#flow.writev(kept);
  }

  rest(): UnreadOf<F> {
    if (this.#kept.length > 0) this.flush();
    return unreadFlow<F>(this.#inbox);
  }

  shutdown(mode: ShutdownMode): Observable<void> {
    if (this.#kept.length > 0 && (mode === 'write' || mode === 'read_write')) this.flush();
    if (mode === 'read' || mode === 'read_write') this.#inbox.bytes.clear();
    return this.#flow.shutdown(mode);
  }

  close(): Observable<void> {
    if (this.#kept.length > 0) this.flush();
    return this.#flow.close();
  }

  abort(reason?: unknown): void {
    this.#kept = [];
    this.#inbox.bytes.clear();
    this.#flow.abort(reason);
  }

  [DETACH](): void {
    detachFlow(this.#flow);
  }

  #read<T>(decoder: Decoder<T>): Observable<T> {
    return new InboxRead(this.#inbox, this.name, decoder);
  }

  /** At the end of the stream: fails with what came of a piece that did not come whole, and leaves it. */
  #cutShort(operation: string): (bytes: ByteQueue) => undefined {
    return (bytes) => {
      if (bytes.length === 0) return undefined;
      throw new FlowError('truncated', `${this.name}: ${operation}: the stream ended after ${bytes.length} bytes`);
    };
  }

  #tooLarge(piece: string, bytes: number): FlowError {
    const message = `${this.name}: ${piece} of ${bytes} bytes or more exceeds maxLineBytes ${this.#maxLineBytes}`;
    return new FlowError('too-large', message);
  }
}
