/** The server's end of HTTP/2 over a flow: one connection, each request to a handler. */
import * as http2 from 'node:http2';
import { EMPTY, from, Observable, take, type ObservableInput } from 'rxjs';
import { checkDuration } from '../../flow/check-duration.js';
import { checkFlow } from '../../flow/check-flow.js';
import { checkOptions } from '../../flow/check-options.js';
import { describe } from '../../flow/describe.js';
import { FlowError } from '../../flow/flow-error.js';
import type { Flow } from '../../flow/flow.js';
import { claimFlow } from '../connection/claim-flow.js';
import { Http2Connection } from '../connection/http2-connection.js';
import { openSession } from '../connection/open-session.js';
import { MOST_STREAMS, SESSION_LIMITS } from '../connection/session-limits.js';
import { checkedSettings, type Http2Settings } from '../connection/settings.js';
import { ENHANCE_YOUR_CALM } from '../error-codes.js';
import { isHeaderListTaken } from '../message/header-list-size.js';
import { ServerExchange, type Http2ErrorHandler, type Http2Handler } from './server-exchange.js';

/** What a server tells the client of itself, who hears of failed requests, and when the connection ends. */
export interface Http2ServerOptions {
  /** Told to the client as the connection begins. */
  readonly settings?: Http2Settings;
  /** Told of requests that failed, and decides the answer to one that failed before its reply. */
  readonly errorHandler?: Http2ErrorHandler;
  /** When it emits, the connection ends gracefully: GOAWAY, and the requests that are open go on to their end. */
  readonly shutdown?: ObservableInput<unknown>;
  /**
   * Sends a PING this often; the connection fails with `timeout` if one is not answered before the next is due. Nor does it
   * wait longer than that for a peer that stays when all has ended.
   */
  readonly keepAliveMs?: number;
}

/**
 * Serves one HTTP/2 connection (prior knowledge, or after ALPN) over any flow, by `node:http2`; an untouched TCP or TLS
 * flow's socket is used as it is. The flow is the connection's from the subscription on.
 *
 * Each request goes to `handler`; its first reply is sent. What fails in one request is that request's matter, told to
 * `errorHandler`: the client sees status 500, or a reset with INTERNAL_ERROR if the reply's head had gone already.
 *
 * Cold: subscribing runs the connection, and another on the same flow errors with `busy`. Emits once and completes when it
 * has ended in order; errors with a `FlowError` when it broke: `protocol` for a peer that does not keep to HTTP/2,
 * `truncated` for one that went away with requests open, `reset` for a GOAWAY with an error, `timeout` for one that is
 * gone, `unsupported` on Bun and Deno, and what the flow reports. Unsubscribing before that aborts it with all its streams.
 *
 * @example
 * listenTcp({ port: 8080 }).pipe(
 *   mergeMap((flow) => http2Server(flow, (request) => of({ body: `you asked for ${request.path}` })).pipe(
 *     catchError((error) => { console.error(formatError(error)); return EMPTY; }),
 *   )),
 * ).subscribe();
 */
export function http2Server(flow: Flow, handler: Http2Handler, options: Http2ServerOptions = {}): Observable<void> {
  checkFlow('http2Server: flow', flow);
  if (typeof handler !== 'function') throw new TypeError(`http2Server: handler must be a function, not ${describe(handler)}`);
  checkOptions('http2Server', options);
  const settings = checkedSettings('http2Server', options.settings);
  const { errorHandler, keepAliveMs } = options;
  if (errorHandler !== undefined && typeof errorHandler !== 'function') {
    throw new TypeError(`http2Server: errorHandler must be a function, not ${describe(errorHandler)}`);
  }
  const shutdown = checkedShutdown(options.shutdown);
  if (keepAliveMs !== undefined) checkDuration('http2Server: keepAliveMs', keepAliveMs);
  return new Observable<void>((subscriber) => {
    const refusal = claimFlow(flow);
    if (refusal !== null) {
      subscriber.error(refusal);
      return;
    }
    const open = openSession(flow, (duplex) => http2.performServerHandshake(duplex, { ...SESSION_LIMITS, settings: { maxConcurrentStreams: MOST_STREAMS, ...settings } }));
    const { session } = open;
    const connection = new Http2Connection(flow, open, settings.maxHeaderListSize);
    session.on('stream', (stream: http2.ServerHttp2Stream, block: http2.IncomingHttpHeaders, flags: number, fields: readonly string[]) => {
      connection.countReset(stream);
      if (isHeaderListTaken(fields, connection.headerLimit)) {
        new ServerExchange(connection, stream, flags, errorHandler).run(handler, block);
      } else stream.on('error', () => {}).close(ENHANCE_YOUR_CALM); // as nghttp2 does once the client has acknowledged the limit
    });
    if (keepAliveMs !== undefined) connection.keepAlive(keepAliveMs);
    subscriber.add(connection.closed.subscribe(subscriber));
    subscriber.add(() => connection.fail(new FlowError('aborted', `${connection.name}: aborted`)));
    subscriber.add(shutdown.pipe(take(1)).subscribe({ next: () => connection.shutdown(), error: (error: unknown) => subscriber.error(error) }));
  });
}

function checkedShutdown(shutdown: Http2ServerOptions['shutdown'] = EMPTY): Observable<unknown> {
  try {
    return from(shutdown);
  } catch {
    throw new TypeError(`http2Server: shutdown must be an Observable, or something that can be made one, not ${describe(shutdown)}`);
  }
}
