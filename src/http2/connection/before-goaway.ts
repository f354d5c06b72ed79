/**
 * What a client waits for before its GOAWAY, which does not wait its turn. Requests that were made have left, since a
 * server need not take those that come behind it (`node:http2` refuses them). And where requests are open, the server has
 * agreed to push no more: nghttp2 forgets what is promised behind a GOAWAY, and takes its response for a fault that ends
 * the connection, though the server could not know.
 */
import type { Http2Session } from 'node:http2';
import { concat, EMPTY, first, Observable, startWith, timer } from 'rxjs';

/** Completes then. */
export function beforeGoaway(session: Http2Session, hasStreams: boolean): Observable<unknown> {
  return concat(hasStreams ? pushesOver(session) : EMPTY, requestsSent(session));
}

/** A setting holds from its acknowledgement on: what was promised before that has come. */
function pushesOver(session: Http2Session): Observable<never> {
  return new Observable((subscriber) => {
    if (session.destroyed || session.localSettings.enablePush === false) subscriber.complete();
    else session.settings({ enablePush: false }, () => subscriber.complete());
  });
}

function requestsSent(session: Http2Session): Observable<unknown> {
  const isSent = () => session.destroyed || session.state.outboundQueueSize === 0;
  return timer(0, AGAIN_MS).pipe(startWith(0), first(isSent));
}

/** How often to look whether requests have left that wait: for the peer to read, or to have room for another stream. */
const AGAIN_MS = 20;
