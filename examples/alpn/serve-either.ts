/** One port for HTTP/2 and HTTP/1.1: what a client speaks has been agreed in the TLS handshake, by ALPN (RFC 7301). */
import { createServer } from 'node:http';
import { defer, of, type Observable } from 'rxjs';
import { http2Server } from 'rxjs-flow/http2';
import { toNodeStream, type TlsFlow } from 'rxjs-flow/node';

/** In the server's order of preference: the first that the client offers too. */
export const PROTOCOLS = ['h2', 'http/1.1'];

/** The text that answers a request for a path. */
export type Answer = (path: string, protocol: string) => string;

/** Serves one connection to its end, in the protocol that was agreed; HTTP/1.1 with clients that know no ALPN. */
export function serveEither(connection: TlsFlow, answer: Answer): Observable<void> {
  return connection.alpnProtocol === 'h2' ? serveHttp2(connection, answer) : serveHttp1(connection, answer);
}

function serveHttp2(connection: TlsFlow, answer: Answer): Observable<void> {
  return http2Server(connection, ({ path }) => of({ headers: { 'content-type': 'text/plain' }, body: answer(path, 'HTTP/2') }));
}

/** Node's own HTTP/1.1, which takes any stream for a connection. */
function serveHttp1(connection: TlsFlow, answer: Answer): Observable<void> {
  return defer(() => {
    const server = createServer((request, response) => {
      response.setHeader('content-type', 'text/plain');
      response.end(answer(request.url ?? '/', 'HTTP/1.1'));
    });
    server.emit('connection', toNodeStream(connection));
    return connection.closed;
  });
}
