/** The client's end of HTTP/2 over a flow: requests, pings, pushes, and a way to end. */
import * as http2 from 'node:http2';
import { ignoreElements, Observable } from 'rxjs';
import { checkDuration } from '../../flow/check-duration.js';
import { checkFlow } from '../../flow/check-flow.js';
import { checkOptions } from '../../flow/check-options.js';
import { abortUnlessDetached, DETACH, detachFlow, type Detachable } from '../../flow/detached.js';
import { FlowError } from '../../flow/flow-error.js';
import type { Flow } from '../../flow/flow.js';
import { claimFlow } from '../connection/claim-flow.js';
import { Http2Connection } from '../connection/http2-connection.js';
import { openSession } from '../connection/open-session.js';
import { ping, type Http2PingOptions } from '../connection/ping.js';
import { SESSION_LIMITS } from '../connection/session-limits.js';
import { checkedSettings, type Http2Settings } from '../connection/settings.js';
import { checkDefaults, type RequestDefaults } from '../message/request-head.js';
import { ClientPushes, type Http2Push } from './client-pushes.js';
import { clientRequest, type Http2RequestOptions } from './client-request.js';
import type { Http2Response } from './http2-response.js';

/** What a client tells the server of itself, what its requests have in common, and how it notices a server that is gone. */
export interface Http2ClientOptions {
  /** Told to the server as the connection begins. */
  readonly settings?: Http2Settings;
  /** What requests ask for unless they say otherwise: `:authority` (default: the flow's remote address, or `localhost`). */
  readonly authority?: string;
  /** `:scheme` (default: `https` where the flow is encrypted and says so, `http` otherwise). */
  readonly scheme?: string;
  /**
   * Sends a PING this often; the connection fails with `timeout` if one is not answered before the next is due. Nor does it
   * wait longer than that for a peer that stays when all has ended.
   */
  readonly keepAliveMs?: number;
}

/** One HTTP/2 connection, seen from the client. */
export interface Http2Client {
  /**
   * Cold: subscribing sends the request. Emits the response when its head has come, completes when the exchange is over,
   * body and all, and errors if it failed, with a `FlowError`: `reset` with the HTTP/2 code in the message; `refused`
   * where the server did nothing for it; `closed` after a shutdown or GOAWAY; `too-large` for headers that the server
   * does not take; and what ended the connection. Unsubscribing before that cancels the stream (CANCEL), unless the
   * response was taken with `detach()`. Throws a `TypeError` for what is no request.
   */
  request(options: Http2RequestOptions): Observable<Http2Response>;
  /** Cold: subscribing sends a PING. Emits the milliseconds until its answer came, and completes. */
  ping(options?: Http2PingOptions): Observable<number>;
  /** Hot: what the server pushes. While nobody subscribes, pushes are refused. Completes with the connection. */
  readonly pushes: Observable<Http2Push>;
  /**
   * GOAWAY: no more requests; those that were made go on, and leave before it. Pushes that nobody has subscribed to are
   * refused, and so are those that come later. Emits once and completes when what was open has ended and the connection
   * has; errors as `closed` does. Hot, idempotent, replayed.
   */
  shutdown(): Observable<void>;
  /** Emits once and completes when the connection has ended in order; errors with why it broke. Replayed. */
  readonly closed: Observable<void>;
}

/**
 * HTTP/2 with prior knowledge over any flow, by `node:http2`; an untouched TCP or TLS flow's socket is used as it is.
 * The flow is the connection's from the first subscription on: another on it errors with `busy`. On Bun and Deno it
 * errors with `unsupported`, and nothing is begun.
 *
 * Lifetime is subscription: subscribing starts the connection, the client is emitted, and the Observable completes when
 * the connection has ended in order and errors when it broke. Unsubscribing before that aborts it with all its streams,
 * unless the client was taken with `detach()`.
 *
 * @example
 * connectTcp({ port }).pipe(
 *   mergeMap((flow) => http2Client(flow)),
 *   mergeMap((client) => client.request({ path: '/' })),
 *   mergeMap((response) => response.read().pipe(collectText())),
 *   take(1), // then aborts the connection
 * ).subscribe(console.log);
 */
export function http2Client(flow: Flow, options: Http2ClientOptions = {}): Observable<Http2Client> {
  checkFlow('http2Client: flow', flow);
  checkOptions('http2Client', options);
  const settings = checkedSettings('http2Client', options.settings);
  checkDefaults('http2Client', options);
  const { authority = authorityOf(flow), scheme, keepAliveMs } = options;
  if (keepAliveMs !== undefined) checkDuration('http2Client: keepAliveMs', keepAliveMs);
  return new Observable((subscriber) => {
    const refusal = claimFlow(flow);
    if (refusal !== null) {
      subscriber.error(refusal);
      return;
    }
    const open = openSession(flow, (duplex) => http2.connect('http://localhost', { ...SESSION_LIMITS, createConnection: () => duplex, settings }));
    const { session } = open;
    const connection = new Http2Connection(flow, open, settings.maxHeaderListSize);
    if (keepAliveMs !== undefined) connection.keepAlive(keepAliveMs);
    const client = new Client(flow, connection, session, { authority, scheme: scheme ?? (session.encrypted === true ? 'https' : 'http') });
    session.once('connect', () => subscriber.next(client));
    subscriber.add(() => abortUnlessDetached(client));
    connection.closed.pipe(ignoreElements()).subscribe(subscriber);
  });
}

class Client implements Http2Client, Detachable {
  readonly closed: Observable<void>;
  readonly pushes: Observable<Http2Push>;
  readonly #pushes: ClientPushes;
  isDetached = false;

  constructor(
    private readonly flow: Flow,
    private readonly connection: Http2Connection,
    private readonly session: http2.ClientHttp2Session,
    private readonly defaults: RequestDefaults,
  ) {
    this.closed = connection.closed;
    this.#pushes = new ClientPushes(connection, session);
    this.pushes = this.#pushes.observable;
  }

  request(options: Http2RequestOptions): Observable<Http2Response> {
    return clientRequest(this.connection, this.session, this.defaults, options);
  }

  ping(options?: Http2PingOptions): Observable<number> {
    return ping(this.connection, options);
  }

  shutdown(): Observable<void> {
    this.#pushes.refuseAll();
    return this.connection.shutdown();
  }

  /** The end of its subscription. */
  abort(cause: unknown): void {
    this.connection.fail(new FlowError('aborted', `${this.connection.name}: aborted`, { cause }));
  }

  [DETACH](): void {
    this.isDetached = true;
    detachFlow(this.flow); // it is the connection's, and ends with it
  }
}

function authorityOf(flow: Flow): string {
  const { remote } = flow as { remote?: { host?: unknown; port?: unknown } };
  if (typeof remote?.host !== 'string' || typeof remote.port !== 'number') return 'localhost';
  return `${remote.host.includes(':') ? `[${remote.host}]` : remote.host}:${remote.port}`;
}
