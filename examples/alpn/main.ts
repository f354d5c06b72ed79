/**
 * `npx tsx examples/alpn/main.ts CERT KEY [port]` (in a checkout after `npm run build`): serves both
 * protocols on one port, with a certificate and a key in PEM. Ask it with `curl --cacert CERT --http2 https://localhost:8443/`,
 * and with `--http1.1`.
 */
import { readFileSync } from 'node:fs';
import { catchError, EMPTY, mergeMap } from 'rxjs';
import { formatError } from 'rxjs-flow';
import { listenTls } from 'rxjs-flow/node';
import { PROTOCOLS, serveEither } from './serve-either.js';

const [cert, key, port = '8443'] = process.argv.slice(2);
if (cert === undefined || key === undefined) throw new Error('usage: main.ts CERT KEY [port]');

listenTls({
  port: Number(port),
  cert: readFileSync(cert),
  key: readFileSync(key),
  alpnProtocols: PROTOCOLS,
  listeningObserver: { next: (address) => console.log(`https://localhost:${address.port}/`) },
})
  .pipe(
    mergeMap((connection) =>
      serveEither(connection, (path, protocol) => `${path} by ${protocol}\n`).pipe(
        catchError((error: unknown) => {
          console.error(formatError(error));
          return EMPTY;
        }),
      ),
    ),
  )
  .subscribe();
