/**
 * A process of its own that answers HTTP/2 requests for `bench/http2.ts`: by `node:http2` alone, or by `http2Server` over
 * a TCP flow, as it is or behind a decorator. Arguments: which of these, and the bytes of a response's body.
 */
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { catchError, EMPTY, mergeMap, of } from 'rxjs';
import { named, type Flow } from 'rxjs-flow';
import { http2Server, type Http2Reply } from 'rxjs-flow/http2';
import { listenTcp } from 'rxjs-flow/node';

const [kind, size] = process.argv.slice(2);
const body = new Uint8Array(Number(size)).fill(97);
const tell = (port: number) => process.send?.({ port });

if (kind === 'node:http2') serveByNode();
else serveByFlows(kind === 'bridged' ? (flow) => named(flow, 'bridged') : (flow) => flow);

function serveByNode(): void {
  const server = createServer();
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200, 'content-type': 'text/plain' });
    stream.end(body);
  });
  server.listen(0, '127.0.0.1', () => tell((server.address() as AddressInfo).port));
}

function serveByFlows(dress: (flow: Flow) => Flow): void {
  const reply: Http2Reply = { status: 200, headers: { 'content-type': 'text/plain' }, body };
  const serve = (flow: Flow) => http2Server(dress(flow), () => of(reply)).pipe(catchError(() => EMPTY));
  listenTcp({ listeningObserver: { next: ({ port }) => tell(port) } })
    .pipe(mergeMap(serve))
    .subscribe();
}

process.on('disconnect', () => process.exit());
