/**
 * One HTTP/2 stream as a transport. Reading follows demand by `resume` and `pause`, and so does the stream's window;
 * `node:http2` keeps to the peer's window in writing. What came without END_STREAM at its end is a failure here. It
 * knows no headers but trailers.
 */
import type { Http2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import { FlowError } from '../../flow/flow-error.js';
import { sizeOf } from '../../flow/size-of.js';
import type { FlowLink, Transport } from '../../flow/transport.js';
import type { Http2Connection } from '../connection/http2-connection.js';
import { CANCEL, ENHANCE_YOUR_CALM, NO_ERROR } from '../error-codes.js';
import { checkHeaderListSize } from '../message/header-list-size.js';
import { incomingHeaders } from '../message/headers.js';
import { InboundTrailers } from './inbound-trailers.js';
import { streamLoss } from './stream-loss.js';
import { closeAfterEnd, endInOrderOnly, watchEnd } from './true-ends.js';

/** Whose stream it is. */
export interface StreamOwner {
  /** The stream is gone, or has been given up: what feeds it may end. */
  onGone(): void;
  /** It has been lost to the peer or the connection; its flow fails with this. */
  onLost(error: FlowError): void;
  /** All of this side's message has left, trailers and END_STREAM. */
  onSent?(): void;
  /** Whether nobody wants any more of the peer's message once this side's has left. */
  readonly isDone?: boolean;
}

export class StreamTransport implements Transport {
  /** The trailers that come after the body. */
  readonly trailers = new InboundTrailers();
  /** What RST_STREAM says when the flow is aborted. */
  abortCode = CANCEL;
  owner: StreamOwner | null = null;

  #link!: FlowLink;
  #read: 'untouched' | 'flowing' | 'over' = 'untouched';
  #isEnded = false;
  /** The message was whole, and node:http2 has dropped it: nobody had begun to read it. */
  #isUnread = false;
  #canWrite: boolean;
  #isAborted = false;
  #write: 'open' | 'ending' | 'over' = 'open';
  #trailersDue = false;
  /** Came before the head of the message was sent. */
  #inHand: Uint8Array | null = null;
  #endInHand = false;
  #drains = false;

  /** @param headSent whether DATA may follow already: a server's reply begins later, by {@link openWrite}. */
  constructor(
    readonly name: string,
    private readonly stream: Http2Stream,
    private readonly connection: Http2Connection,
    headSent: boolean,
  ) {
    this.#canWrite = headSent;
  }

  open(link: FlowLink): void {
    this.#link = link;
    endInOrderOnly(this.stream);
    if (this.connection.isServer) closeAfterEnd(this.stream);
  }

  /** Hears by itself of the end of the stream; left out where the owner does, and calls {@link settle}. */
  listen(): void {
    const { stream, connection } = this;
    let cause: unknown;
    stream.on('error', (error) => (cause = error));
    connection.watch(stream, () => this.settle(cause));
  }

  /** The message has no body: END_STREAM came with its head. */
  endAfterHead(): void {
    this.#isEnded = true;
    this.#read = 'over';
    this.trailers.none();
    this.#link.end();
    // After a RST_STREAM with NO_ERROR node:http2 waits for writes to finish that never will; the end of a body tells of that,
    // and that of a message without one where nothing more was to be written.
    const { stream } = this;
    stream.on('end', () => this.#onEnd());
    stream.on('aborted', () => stream.rstCode === NO_ERROR && process.nextTick(() => stream.destroy()));
  }

  /** The message may have a body. `isFresh`: nothing of it can have come yet. */
  expectBody(isFresh: boolean): void {
    const { stream, trailers } = this;
    stream.once('trailers', (block: IncomingHttpHeaders) => {
      if (this.takes(block)) trailers.came(incomingHeaders(block));
    });
    const onEnd = () => {
      this.#isEnded = true;
      // The `trailers` event of the block that carried END_STREAM comes at the next tick, and is in line already.
      process.nextTick(() => {
        trailers.none();
        this.#takeRest();
      });
    };
    stream.on('end', () => this.#onEnd());
    if (!isFresh && this.#hasEndedAlready()) onEnd();
    else watchEnd(stream, onEnd);
  }

  /** Whether a header list that came is none too large; the stream fails and is reset if it is, after the data before it. */
  takes(block: IncomingHttpHeaders): boolean {
    const problem = checkHeaderListSize(this.name, block, this.connection.headerLimit);
    if (problem === null) return true;
    this.#isEnded = false;
    this.#endRead();
    this.abortCode = ENHANCE_YOUR_CALM;
    this.#link.fail(problem);
    return false;
  }

  /**
   * Whether END_STREAM came before this stream was known here, in the same read as its head. nghttp2 says so while it
   * knows the stream; a push that is over already must have ended, since a RST_STREAM would hardly say NO_ERROR.
   */
  #hasEndedAlready(): boolean {
    const { stream, connection } = this;
    if (stream.state.remoteClose === 1) return true;
    return stream.closed && stream.rstCode === NO_ERROR && !connection.isServer && !connection.isLost;
  }

  /** The head of the message is sent: what waits may follow. */
  openWrite(): void {
    this.#canWrite = true;
    const waiting = this.#inHand;
    this.#inHand = null;
    if (waiting !== null && this.#send(waiting)) this.#link.ready();
    if (this.#endInHand) this.#end();
  }

  /** Trailers follow the body: until they have gone, its end is not the message's. */
  awaitTrailers(): void {
    this.#trailersDue = true;
  }

  /** Throws a `FlowError` for a list that the peer does not take: at nghttp2's own limit, it would cost the connection. */
  sendTrailers(fields: OutgoingHttpHeaders): void {
    const problem = checkHeaderListSize(this.name, fields, this.connection.peerHeaderLimit);
    if (problem !== null) throw problem;
    this.stream.sendTrailers(fields);
    this.#trailersDue = false;
    this.#finished();
  }

  pull(): void {
    const { stream } = this;
    if (this.#read === 'over') return;
    if (this.#read === 'untouched') stream.on('data', this.#onData);
    this.#read = 'flowing';
    stream.resume();
  }

  write(buffer: Uint8Array): boolean {
    if (this.#canWrite) return this.#send(buffer);
    this.#inHand = buffer;
    return false;
  }

  writev(buffers: Uint8Array[]): boolean {
    const { stream } = this;
    if (!this.#canWrite) return this.write(joined(buffers));
    stream.cork();
    let room = true;
    for (const buffer of buffers) room = this.#send(buffer);
    stream.uncork();
    return room;
  }

  end(): void {
    if (this.#canWrite) this.#end();
    else this.#endInHand = true;
  }

  abort(error: FlowError): void {
    this.#inHand = null;
    this.trailers.failed(error);
    this.#isAborted = true;
    this.owner?.onGone();
    this.#reset(this.abortCode);
  }

  /**
   * A turn later: `node:http2` looks then whether the last write of this one ends the message, and would send it with
   * END_STREAM if the stream were closed already.
   */
  #reset(code: number): void {
    const { stream } = this;
    process.nextTick(() => {
      if (!stream.closed) stream.close(code);
      // What has come and will not be read: a stream that had ended before it was reset would wait for that.
      stream.off('data', this.#onData).resume();
    });
  }

  #send(buffer: Uint8Array): boolean {
    if (this.stream.write(buffer)) return true;
    if (!this.#drains) {
      this.#drains = true;
      this.stream.on('drain', () => this.#link.ready());
    }
    return false;
  }

  #end(): void {
    const { stream } = this;
    this.#write = 'ending';
    if (stream.writableEnded) this.#finished();
    // With an error where the stream goes down first: how it went down says what that means.
    else stream.end((error?: Error | null) => {
      if (!error && (stream.rstCode ?? NO_ERROR) === NO_ERROR && !this.#trailersDue) this.#finished();
    });
  }

  #finished(): void {
    this.#write = 'over';
    this.#link.finished();
    this.owner?.onSent?.();
  }

  /**
   * A server's, once its message has been sent: nobody will read on. `node:http2` does so for requests that nobody has
   * begun to read; one that was read in part would stay for good, and count as open. Source: RFC 9113 §8.1.
   */
  dismissBody(): void {
    if (!this.canDismissBody) return;
    this.abortCode = NO_ERROR;
    this.#link.fail(this.#unread());
  }

  /** Whether all has been sent, and not all read. */
  get canDismissBody(): boolean {
    return this.#write === 'over' && this.#read !== 'over';
  }

  #unread(): FlowError {
    return new FlowError('closed', `${this.name}: the request was not read before its response had ended`);
  }

  readonly #onData = (buffer: Uint8Array): void => {
    if (!this.#link.push(buffer)) this.stream.pause();
  };

  #onEnd(): void {
    // Without data it comes unasked.
    if (this.#isEnded && this.#read !== 'over' && !this.#isDropped) {
      this.#read = 'over';
      this.#link.end();
    }
    // After a RST_STREAM with NO_ERROR node:http2 waits for writes to finish that never will.
    if (this.stream.closed) this.stream.destroy();
  }

  /** The stream is gone, with `cause` if node:http2 has reported an error: the flow ends or fails as the stream did. */
  settle(cause: unknown): void {
    if (this.#isAborted) return;
    const { stream, connection, name } = this;
    const isDismissed = this.canDismissBody && this.owner?.isDone === true && connection.hasLost(stream);
    this.owner?.onGone();
    if (this.#read !== 'over') this.#endRead();
    if (this.#isEnded && this.#write === 'over') return;
    if (this.#isEnded && stream.rstCode === NO_ERROR && !connection.hasLost(stream)) {
      if (this.#write === 'ending') {
        this.#finished();
        return;
      }
      // After all of its own message a server needs no more of the client's (RFC 9113 §8.1); clients always need the answer.
      if (!connection.isServer) {
        this.#link.refuse(new FlowError('closed', `${name}: the peer needs no more of this message`));
        return;
      }
    }
    // The answer has left, and nobody reads: all the same, whoever should come back for more must not find an end.
    const loss = isDismissed ? connection.streamLoss(name, stream.id, false) : this.#loss(cause);
    this.trailers.failed(loss);
    if (!isDismissed && loss.code !== 'closed') this.owner?.onLost(loss);
    this.#link.fail(loss);
  }

  /** Whether `node:http2` has read what nobody had begun to read here. */
  get #isDropped(): boolean {
    return this.#read === 'untouched' && this.stream.readableDidRead;
  }

  /**
   * All of the message is here: what a reader has not wanted yet waits in the flow instead. `node:http2` keeps a stream,
   * counts it and holds up the end of its connection for as long as there is something to be read in it.
   */
  #takeRest(): void {
    if (this.#isEnded && this.#read === 'flowing') this.#endRead();
  }

  /** Data that had come when the stream was closed comes before the failure, or the end. */
  #endRead(): void {
    const { stream } = this;
    const isDropped = this.#isDropped;
    this.#read = 'over';
    stream.off('data', this.#onData);
    if (isDropped) {
      this.#isUnread = this.#isEnded;
      this.#isEnded = false;
    }
    for (let left: unknown; (left = stream.read()) !== null; ) this.#link.push(left as Uint8Array);
    if (this.#isEnded) this.#link.end();
  }

  #loss(cause: unknown): FlowError {
    const { stream, connection, name } = this;
    // Of a response that is on its way to its end, node:http2 does not always say that it has left.
    const isAnswered = this.#write === 'over' || (this.#isUnread && this.#write === 'ending');
    if (connection.isServer && stream.rstCode === NO_ERROR && isAnswered && !connection.hasLost(stream)) {
      return this.#unread();
    }
    return streamLoss(name, stream, connection, cause);
  }
}

function joined(buffers: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(sizeOf(buffers));
  let at = 0;
  for (const buffer of buffers) {
    all.set(buffer, at);
    at += buffer.byteLength;
  }
  return all;
}
