/**
 * One request on a server's connection and the answer to it: from the handler to the stream. Whatever the handler does
 * wrong costs this stream and no other.
 */
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Observable, Subscriber, timer, type ObservableInput, type Subscription } from 'rxjs';
import { FlowError } from '../../flow/flow-error.js';
import type { Flow } from '../../flow/flow.js';
import type { Http2Connection } from '../connection/http2-connection.js';
import { INTERNAL_ERROR } from '../error-codes.js';
import { checkHeaderListSize } from '../message/header-list-size.js';
import type { Headers } from '../message/headers.js';
import { discardBody, isWhole, type Http2Body } from '../message/http2-body.js';
import { requestHead } from '../message/request-head.js';
import type { StreamOwner } from '../stream/stream-transport.js';
import { awaitReplies } from './await-replies.js';
import { replyHead, type Http2Reply } from './http2-reply.js';
import type { Http2Promise, Http2Request } from './http2-request.js';
import { hasBody, isTunnel, sendReply } from './send-reply.js';
import { pushReply } from './server-push.js';
import { ServerRequest, type RequestStream } from './server-request.js';
import { ServerStream } from './server-stream.js';

/**
 * Answers a request; the first value counts, and what was subscribed to is kept until the exchange is over. A flow that is
 * the body of a reply that is not sent is aborted: of one that comes too late, is refused or is not the first.
 */
export type Http2Handler = (request: Http2Request) => ObservableInput<Http2Reply>;

/**
 * Told, once, of each request that failed: because the handler threw, errored or gave no proper reply, or its body or
 * trailers did (`failed`, with what came as the cause), or because the client or the connection broke it off. What it
 * returns is sent if nothing has been sent yet (by default: status 500); otherwise nothing of it is used, and a flow in it
 * is aborted.
 */
export type Http2ErrorHandler = (error: FlowError, request: Http2Request) => Http2Reply | undefined;

/** Subscribed to the handler's replies; unsubscribing it ends the body as well. */
export class ServerExchange extends Subscriber<Http2Reply> implements StreamOwner, RequestStream {
  readonly #stream: ServerStream;
  readonly #errorHandler: Http2ErrorHandler | undefined;
  /** Kept for the error handler's sake only: while a response is on its way, the request's head is better let go. */
  #request: ServerRequest | null = null;
  #method = '';
  /** The client waits to be told that its body is wanted. */
  #expectsContinue = false;
  #state: 'asked' | 'answered' | 'failed' = 'asked';
  #hasCompleted = false;
  /** Of the reply that is sent. */
  #body: Http2Body | undefined;
  /** Subscriptions to the request's body. */
  #readers = 0;
  /** With a request that nobody reads. */
  #patience: Subscription | undefined;
  /** Its two directions end by themselves. */
  #isTunnel = false;

  constructor(connection: Http2Connection, stream: ServerHttp2Stream, flags: number, errorHandler: Http2ErrorHandler | undefined) {
    // A Subscriber, as RxJS's own operators are: one object less for each request.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    super();
    this.#stream = new ServerStream(connection, stream, flags, this);
    this.#errorHandler = errorHandler;
  }

  run(handler: Http2Handler, block: IncomingHttpHeaders): void {
    const request = new ServerRequest(this, block);
    this.#method = request.method;
    this.#expectsContinue = block.expect?.toLowerCase() === '100-continue';
    if (this.#errorHandler !== undefined) this.#request = request;
    try {
      awaitReplies(handler(request), this);
    } catch (error) {
      this.#failed(error);
    }
    if (!this.#isOver || this.#stream.transport !== null) this.#stream.watch();
  }

  // ── the stream behind the request ──────────────────────────────────────────────────────────────────────────────

  get name(): string {
    return this.#stream.name;
  }

  get flow(): Flow {
    return this.#stream.flow;
  }

  get trailers(): Observable<Headers> {
    return this.#stream.trailers;
  }

  read(): Observable<Uint8Array> {
    return new Observable((subscriber) => {
      this.#readers += 1;
      this.#patience?.unsubscribe();
      this.#sendContinue();
      subscriber.add(() => {
        this.#readers -= 1;
        this.#dismissUnread();
      });
      return this.#stream.flow.read().subscribe(subscriber);
    });
  }

  push(promised: Http2Promise, reply: Http2Reply, request: Http2Request): Observable<void> {
    const { connection, stream } = this.#stream;
    return pushReply(connection, stream, requestHead('push', promised, request), reply);
  }

  // ── what becomes of the stream ─────────────────────────────────────────────────────────────────────────────────

  onGone(): void {
    this.unsubscribe();
  }

  onSent(): void {
    this.#dismissUnread();
  }

  get isDone(): boolean {
    return (this.#hasCompleted || this.#state === 'failed') && this.#readers === 0 && !this.#isTunnel;
  }

  /** The client's doing, or the connection's. */
  onLost(error: FlowError): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    this.#discard(this.#told(error));
  }

  // ── the handler's replies ──────────────────────────────────────────────────────────────────────────────────────

  /** One that comes when the exchange is over has nowhere to go. */
  override next(reply: Http2Reply): void {
    if (this.closed) this.#discard(reply);
    else super.next(reply);
  }

  /** @internal RxJS's hook for subclasses of Subscriber. */
  protected override _next(reply: Http2Reply): void {
    if (this.#state !== 'asked') {
      this.#discard(reply);
      return;
    }
    this.#state = 'answered';
    try {
      this.#send(reply);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** @internal RxJS's hook for subclasses of Subscriber. */
  protected override _error(error: unknown): void {
    this.#failed(error);
  }

  /** @internal RxJS's hook for subclasses of Subscriber. */
  protected override _complete(): void {
    this.#hasCompleted = true;
    this.#dismissUnread();
    // Not the end of the subscription: the body may be on its way.
    if (this.#state === 'asked') this.#failed(new Error('the handler completed without a reply'));
  }

  /** Whether the stream's end is nobody's business any more: all is sent, nothing is subscribed to, and none is told. */
  get #isOver(): boolean {
    return this.#hasCompleted && this.#request === null && this.#stream.isSent;
  }

  /** In a while, since there are readers that leave and come back, as where the reading is paused. */
  #dismissUnread(): void {
    const { transport } = this.#stream;
    if (!transport?.canDismissBody || !this.isDone) return;
    this.#patience?.unsubscribe();
    this.#patience = timer(PATIENCE_MS).subscribe(() => transport.dismissBody());
    this.add(this.#patience);
  }

  #send(reply: Http2Reply): void {
    try {
      const head = this.#headOf(reply);
      if (this.#stream.isGone) {
        this.#discard(reply);
        return;
      }
      this.#isTunnel = isTunnel(this.#method, head, reply);
      let sent = reply;
      if (!isWhole(reply.body)) {
        // The request may be in it, and once the head has left it is too late to say so.
        if (hasBody(this.#method, head)) this.#sendContinue();
        else if (this.#isOwn(reply.body)) sent = { ...reply, body: '' };
      }
      this.add(sendReply(this.#stream, this.#method, head, sent, (error) => this.closed || this.#failed(error)));
      this.#body = reply.body;
    } catch (error) {
      this.#discard(reply);
      throw error;
    }
  }

  #sendContinue(): void {
    if (this.#expectsContinue) this.#stream.sendContinue();
    this.#expectsContinue = false;
  }

  #headOf(reply: Http2Reply): OutgoingHttpHeaders {
    const { connection } = this.#stream;
    const head = replyHead(reply);
    const problem = checkHeaderListSize(connection.name, head, connection.peerHeaderLimit);
    if (problem !== null) throw problem;
    return head;
  }

  /** The reply is not sent, and its body has no place to go. */
  #discard(reply: Http2Reply | undefined): void {
    const body = (reply as Http2Reply | null | undefined)?.body;
    if (body !== this.#body && !this.#isOwn(body)) discardBody(body);
  }

  /** Whether it is the request itself, which goes on where its body is not sent back. */
  #isOwn(body: unknown): boolean {
    return body instanceof ServerRequest && body.isOn(this);
  }

  /** The handler's fault, or its body's. */
  #failed(cause: unknown): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    const failure = new FlowError('failed', `${this.name}: the handler failed`, { cause });
    const reply = this.#told(failure);
    if (this.#stream.stream.headersSent) {
      this.#discard(reply);
      this.#stream.abort(INTERNAL_ERROR, failure);
      return;
    }
    try {
      this.#send(reply ?? { status: 500 });
    } catch {
      this.#stream.abort(INTERNAL_ERROR, failure);
    }
  }

  #told(error: FlowError): Http2Reply | undefined {
    if (this.#request === null) return undefined;
    try {
      return this.#errorHandler?.(error, this.#request);
    } catch {
      // A handler of errors that throws has none to turn to: the request is answered as if it were not there.
      return undefined;
    }
  }
}

/** Without a reader, once all is sent: in a rate that is kept, or a stream that is read by and by, pauses are shorter. */
const PATIENCE_MS = 5000;
