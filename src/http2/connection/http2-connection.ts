/**
 * One HTTP/2 connection over a flow, whichever end of it this is: how it ends, and why. It knows when `node:http2` tears
 * the session down before the streams hear of it, so that each can say what became of the connection; it makes no
 * requests and answers none.
 */
import { constants, type Http2Session, type Http2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { interval, Subscription, timer, type Observable } from 'rxjs';
import { Ending } from '../../flow/ending.js';
import { FlowError, isFlowError } from '../../flow/flow-error.js';
import type { Flow } from '../../flow/flow.js';
import { watchCut } from '../../node/node-stream/native-node-stream.js';
import { CANCEL, goawayError, NO_ERROR } from '../error-codes.js';
import { MOST_BYTES } from '../message/header-list-size.js';
import { beforeGoaway } from './before-goaway.js';
import { keepNative } from './keep-native.js';
import { letGoOfCallers } from './let-go-of-callers.js';
import type { OpenSession } from './open-session.js';
import { ResetRate } from './reset-rate.js';
import { sessionError } from './session-error.js';
import { watchGivenUp } from './watch-given-up.js';

export class Http2Connection {
  readonly name: string;
  readonly session: Http2Session;
  /** The largest header list that can be sent: the peer may say that it takes less. */
  peerHeaderLimit = MOST_BYTES;
  /** Bytes of a body that the peer takes before it has read any. */
  peerWindow = 65535;

  readonly #greeted = new Ending();
  readonly #closed = new Ending();
  #state: 'open' | 'draining' | 'ending' | 'over' = 'open';
  #failure: FlowError | null = null;
  /** All streams have ended behind a GOAWAY: a break from now on can lose at most a last GOAWAY. */
  #hasDrained = false;
  /** Why no new request is taken, once it has begun to end in order. */
  #farewell = '';
  /** The last of a client's streams that the server has taken, by its GOAWAY. */
  #lastTaken = Infinity;
  readonly #timers = new Subscription();
  readonly #streams = new Set<Http2Stream>();
  readonly #resets = new ResetRate();
  /** Those that were closed, but not settled yet, when the connection began to go. */
  readonly #closedBefore = new Set<Http2Stream>();

  constructor(
    private readonly flow: Flow,
    open: OpenSession<Http2Session>,
    /** The largest header list that this end takes. */
    readonly headerLimit: number,
  ) {
    const { session } = open;
    this.session = session;
    this.name = `http2 over ${flow.name}`;
    this.#watchDestroy(open.duplex);
    this.#goBefore(open.duplex);
    // In front of node:http2, which closes the streams then.
    open.duplex.prependListener('close', () => this.#noteClosed());
    session.on('remoteSettings', ({ maxHeaderListSize, initialWindowSize }) => {
      this.peerHeaderLimit = Math.min(maxHeaderListSize ?? MOST_BYTES, MOST_BYTES);
      this.peerWindow = initialWindowSize ?? this.peerWindow;
      this.#greeted.complete();
    });
    session.on('goaway', (code, last) => this.#onGoaway(code, last));
    session.on('error', (error) => this.#broke(error));
    session.on('close', () => this.#finish());
    const isNoLoss = () => this.#resets.isExceeded && this.#streams.size === 0;
    this.#timers.add(watchGivenUp(session, open.isWriting, isNoLoss, (code, what) => this.fail(new FlowError(code, `${this.name}: ${what}`))));
    this.#timers.add(watchCut(open.duplex, () => this.fail(new FlowError('reset', `${this.name}: the peer reset the connection`))));
    // What broke the flow says more than what node:http2 makes of it; and where the bridge has aborted it, the bridge's reason.
    const reasonFor = (error: unknown) => (isFlowError(open.duplex.errored) ? open.duplex.errored : error);
    // An end in order node:http2 sees by itself, but for a session that was given up; and without a transport, nothing else
    // would keep the process that waits for it.
    flow.closed.subscribe({ error: (error: unknown) => this.#broke(reasonFor(error)), complete: () => this.#timers.add(timer(LAST_MS).subscribe(() => this.#outlive())) });
  }

  /** Emits once and completes when the connection has ended in order; errors when it broke. Replayed. */
  get closed(): Observable<void> {
    return this.#closed.observable;
  }

  /** Emits once and completes when the peer's first SETTINGS have come, or none will. Replayed. */
  get greeted(): Observable<void> {
    return this.#greeted.observable;
  }

  /** Whether it is gone, and all that was open on it. */
  get isLost(): boolean {
    return this.session.destroyed;
  }

  /** Calls `onClose` when the stream is gone; until then it is one of those that the connection can take with it. */
  watch(stream: Http2Stream, onClose: () => void): void {
    this.#streams.add(stream);
    stream.on('close', () => {
      this.#streams.delete(stream);
      onClose();
    });
  }

  /** Of all streams that a client opens: one that was answered at once is not watched, and may be reset all the same. */
  countReset(stream: Http2Stream): void {
    stream.on('close', () => {
      if (stream.aborted || stream.rstCode !== NO_ERROR) this.#resets.count();
    });
  }

  /** Whether the connection went away under the stream: of one that the peer had reset before, node:http2 tells no difference. */
  hasLost(stream: Http2Stream): boolean {
    return this.isLost && !this.#closedBefore.has(stream);
  }

  get isServer(): boolean {
    return this.session.type === constants.NGHTTP2_SESSION_SERVER;
  }

  /** Why nothing new can begin here; `null` while it can. */
  get refusal(): FlowError | null {
    if (this.#failure !== null) return this.#failure;
    // The session goes before it is told, and throws at once from then on.
    if (this.#state === 'open' && !this.isLost) return null;
    return new FlowError('closed', `${this.name}: no new request: ${this.#farewell || HAS_ENDED}`);
  }

  /**
   * What became of a stream of that number, which was open when the connection ended. By one that was missed the connection
   * has failed as well.
   */
  streamLoss(where: string, id: number | undefined, isMissed: boolean): FlowError {
    const failure = this.#failure ?? new FlowError('truncated', `${this.name}: the connection ended with streams open`);
    if (isMissed) this.#failure = failure;
    const { code, message } = failure;
    // Of a request that it has not taken, the server says by GOAWAY that nothing was done for it (RFC 9113 §6.8).
    const isRequest = !this.isServer && (id ?? 1) % 2 === 1;
    const isTaken = !isRequest || (id ?? Infinity) <= this.#lastTaken;
    const fate = isTaken ? 'lost' : 'not taken, and lost';
    return new FlowError(isTaken ? code : 'refused', `${where}: ${fate} with its connection: ${message}`, { cause: failure });
  }

  /** GOAWAY: no new streams; over once those that are open have ended. */
  shutdown(): Observable<void> {
    if (this.#state === 'open') {
      this.#drain('this end has shut down');
      const close = () => this.session.close();
      if (this.isServer) close();
      else this.#timers.add(beforeGoaway(this.session, this.#streams.size > 0).subscribe({ complete: close }));
    }
    return this.closed;
  }

  /** Ends everything now, with GOAWAY if it can be sent at once. */
  fail(error: FlowError): void {
    if (this.#state === 'over') return;
    this.#failure ??= error;
    // Without a code, or with `undefined` as the error, it would tell the peer that all is well.
    this.session.destroy(null as never, CANCEL);
    this.#finish();
    this.flow.abort(error);
  }

  /**
   * Sends a PING each `everyMs`; one that is not answered by then means that the peer is gone. Once the session has ended
   * nothing can be asked any more: from then on it is the transport's end that has this long to come.
   */
  keepAlive(everyMs: number): void {
    let isWaiting = false;
    const beat = () => {
      if (isWaiting) {
        this.#tooLate(everyMs);
        return;
      }
      isWaiting = true;
      // What waits when the session ends is called back as well, so the transport has the whole of its time.
      if (!this.session.destroyed) this.#ask(() => (isWaiting = false));
    };
    this.#timers.add(interval(everyMs).subscribe(beat));
  }

  /** Calls `onAnswer` once the peer has said something to this, or the session has ended. */
  #ask(onAnswer: () => void): void {
    const { session } = this;
    session.ping((error) => {
      if (error === null || session.destroyed) onAnswer();
      // A session that is closing sends no PING, nor one where ten wait for an answer.
      else session.settings({}, onAnswer);
    });
  }

  #tooLate(everyMs: number): void {
    const { destroyed } = this.session;
    if (destroyed && this.#hasDrained) this.#giveUp();
    else this.fail(new FlowError('timeout', `${this.name}: ${destroyed ? 'no end of the transport' : 'no answer to a PING'} within ${everyMs} ms`));
  }

  /** The connection is going. Only the first look counts: then all streams are closed. */
  #noteClosed(): void {
    for (const stream of this.#streams) if (stream.closed) this.#closedBefore.add(stream);
    this.#streams.clear();
  }

  #onGoaway(code: number, last: number): void {
    this.#lastTaken = last;
    if (code !== NO_ERROR) this.#fault(goawayError(this.name, code));
    else this.#drain('the peer has sent GOAWAY');
  }

  #drain(farewell: string): void {
    if (this.#state !== 'open') return;
    this.#state = 'draining';
    this.#farewell = farewell;
  }

  #broke(error: unknown): void {
    this.#fault(sessionError(this.name, error));
  }

  /** The first fault is the one that counts: those that follow are its consequences. */
  #fault(error: FlowError): void {
    if (this.#state === 'over' || this.#hasDrained) return;
    this.#failure ??= error;
    this.#end();
  }

  /** `node:http2` waits for its last frame to leave before it frees the connection: a stalled peer would hold it for good. */
  #end(): void {
    if (this.#state === 'ending' || this.#state === 'over') return;
    this.#state = 'ending';
    this.#farewell ||= 'the connection is ending';
    this.#timers.add(timer(GRACE_MS).subscribe(() => this.#giveUp()));
  }

  #outlive(): void {
    if (this.#hasDrained) this.#giveUp();
    else this.fail(new FlowError('truncated', `${this.name}: the connection ended before HTTP/2 had`));
  }

  #giveUp(): void {
    this.#finish();
    this.flow.abort(this.#failure ?? undefined);
  }

  #finish(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#timers.unsubscribe();
    letGoOfCallers(this.#failure);
    this.#farewell ||= HAS_ENDED;
    this.#greeted.complete();
    if (this.#failure === null) this.#closed.complete();
    else this.#closed.fail(this.#failure);
  }

  /**
   * Where a fault makes `node:http2` destroy what the session runs on, the connection ends first, and the flow by its fault:
   * who waits for both, as `connectTcp(…).pipe(switchMap((flow) => http2Client(flow)))` does, must hear what it was, and not
   * that its flow was destroyed.
   */
  #goBefore(duplex: Duplex): void {
    const destroy = duplex.destroy.bind(duplex);
    duplex.destroy = (error?: Error) => {
      if (!error || isFlowError(error) || this.#failure === null) return destroy(error);
      this.#finish();
      return destroy(this.#failure);
    };
  }

  /** `destroy` is where every fault that node:http2 finds ends up, and it tells the streams before it tells the session's listeners. */
  #watchDestroy(duplex: Duplex): void {
    const { session } = this;
    const destroy = session.destroy.bind(session);
    session.destroy = (error?: Error, code?: number) => {
      this.#noteClosed();
      if (!session.destroyed) {
        keepNative(session, duplex);
        if (typeof error === 'object' && error !== null) this.#broke(error); // it may be a code instead
        else if (session.closed && !error) this.#hasDrained = this.#failure === null;
      }
      destroy(error, code);
    };
  }
}

const HAS_ENDED = 'the connection has ended';
/** What the last frames, GOAWAY among them, have to leave a connection that has failed. */
const GRACE_MS = 250;
/** What a session has to end when its transport has. */
const LAST_MS = 1000;
