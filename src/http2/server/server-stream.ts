/**
 * A stream that a server was asked on: its end, and its flow once somebody wants one. A request without a body needs
 * none to be answered with bytes; what may bring a body is watched from the start.
 */
import { constants, type ServerHttp2Stream } from 'node:http2';
import { of, type Observable } from 'rxjs';
import type { FlowError } from '../../flow/flow-error.js';
import type { Flow } from '../../flow/flow.js';
import { makeFlow } from '../../flow/make-flow.js';
import type { Http2Connection } from '../connection/http2-connection.js';
import { NO_ERROR } from '../error-codes.js';
import { NO_HEADERS, type Headers } from '../message/headers.js';
import { streamLoss } from '../stream/stream-loss.js';
import { StreamTransport, type StreamOwner } from '../stream/stream-transport.js';

export class ServerStream {
  readonly #isBodiless: boolean;
  #transport: StreamTransport | null = null;
  #flow: Flow | null = null;
  #isWatched = false;
  #isGone = false;

  constructor(
    readonly connection: Http2Connection,
    readonly stream: ServerHttp2Stream,
    flags: number,
    private readonly owner: StreamOwner,
  ) {
    this.#isBodiless = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.on('error', unheard); // how it closes says the same
    if (!this.#isBodiless) this.#makeFlow();
  }

  /**
   * Tells the owner when the stream is gone. Not before it is asked to: for an exchange that is over as soon as it has
   * begun, as most are, a listener costs more than all the rest.
   */
  watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    if (this.stream.destroyed) this.#onClose();
    else this.connection.watch(this.stream, () => this.#onClose());
  }

  get name(): string {
    return `${this.connection.name}, stream ${this.stream.id}`;
  }

  get isGone(): boolean {
    return this.#isGone || this.stream.closed;
  }

  /** Whether all of the response has been handed over. */
  get isSent(): boolean {
    return this.stream.writableEnded;
  }

  get flow(): Flow {
    if (this.#flow === null) {
      this.#makeFlow();
      this.watch();
    }
    return this.#flow!;
  }

  /** `null` as long as nobody has asked for the flow. */
  get transport(): StreamTransport | null {
    return this.#transport;
  }

  get trailers(): Observable<Headers> {
    return this.#transport?.trailers ?? of(NO_HEADERS);
  }

  /** Tells a client that expects it to go on with its body (RFC 9110 §10.1.1). */
  sendContinue(): void {
    const { stream } = this;
    if (!stream.headersSent && !stream.closed) stream.additionalHeaders({ ':status': constants.HTTP_STATUS_CONTINUE });
  }

  /** RST_STREAM with `code`; the flow fails with `reason` as the cause. */
  abort(code: number, reason: FlowError): void {
    const { flow } = this;
    this.#transport!.abortCode = code;
    flow.abort(reason);
  }

  #makeFlow(): void {
    const { stream, connection } = this;
    const transport = new StreamTransport(this.name, stream, connection, stream.headersSent);
    transport.owner = this.owner;
    this.#transport = transport;
    const flow = (this.#flow = makeFlow(transport));
    if (this.#isBodiless) transport.endAfterHead();
    else transport.expectBody(false);
    // The answer has been given in one piece.
    if (stream.writableEnded) flow.shutdown('write');
    if (this.#isGone) transport.settle(this.#cause);
  }

  get #cause(): Error | undefined {
    return this.stream.errored ?? undefined;
  }

  #onClose(): void {
    this.#isGone = true;
    if (this.#transport !== null) {
      this.#transport.settle(this.#cause);
      return;
    }
    const { stream, connection, owner } = this;
    owner.onGone();
    // Of a response that is on its way to its end, node:http2 does not always say that it has left.
    const isSent = stream.writableFinished || (stream.writableEnded && !connection.hasLost(stream));
    const isInOrder = stream.rstCode === NO_ERROR && !stream.aborted && isSent;
    if (!isInOrder) owner.onLost(streamLoss(this.name, stream, connection, this.#cause));
  }
}

function unheard(): void {}
