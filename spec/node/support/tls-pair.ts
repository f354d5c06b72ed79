// Two flows over TLS, each on an end of a pair of flows below: the client's, then the server's.

import { combineLatest, map, mergeMap, type Observable } from 'rxjs';
import { detach } from '../../../src/combinators/detach.js';
import type { Flow } from '../../../src/flow/flow.js';
import { tlsClient, type TlsClientOptions } from '../../../src/node/tls-client.js';
import type { TlsFlow } from '../../../src/node/tls-flow.js';
import { tlsServer, type TlsServerOptions } from '../../../src/node/tls-server.js';

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
