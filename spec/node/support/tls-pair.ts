// Two flows over TLS, each on an end of a pair of flows below: the client's, then the server's.

import { combineLatest, map, mergeMap, Observable, ReplaySubject, zip } from 'rxjs';
import { detach } from '../../../src/combinators/detach.js';
import type { Flow } from '../../../src/flow/flow.js';
import type { SocketFlow, TcpAddress } from '../../../src/node/socket/socket-flow.js';
import { connectTls } from '../../../src/node/tls/connect-tls.js';
import { listenTls } from '../../../src/node/tls/listen-tls.js';
import { tlsClient, type TlsClientOptions } from '../../../src/node/tls/tls-client.js';
import type { TlsFlow } from '../../../src/node/tls/tls-flow.js';
import { tlsServer, type TlsServerOptions } from '../../../src/node/tls/tls-server.js';

/** Both are the subscriber's to close. */
export function tlsOver<A extends Flow, B extends Flow>(
  pair: Observable<[A, B]>,
  client: TlsClientOptions,
  server: TlsServerOptions,
): Observable<[TlsFlow<A>, TlsFlow<B>]> {
  return pair.pipe(
    mergeMap(([a, b]) => combineLatest([tlsClient(a, client).pipe(detach()), tlsServer(b, server).pipe(detach())])),
    map(([a, b]): [TlsFlow<A>, TlsFlow<B>] => [a, b]),
  );
}

/** The client's flow and the accepted one, both the subscriber's to close; the listener goes with the subscription. */
export function tlsPair(client: TlsClientOptions, server: TlsServerOptions): Observable<[TlsFlow<SocketFlow>, TlsFlow<SocketFlow>]> {
  return new Observable((subscriber) => {
    const listening = new ReplaySubject<TcpAddress>(1);
    const accepted = listenTls({ ...server, listeningObserver: listening }).pipe(detach());
    const connected = listening.pipe(mergeMap(({ port }) => connectTls({ ...client, port }).pipe(detach())));
    return zip(connected, accepted).subscribe(subscriber);
  });
}
