/**
 * A process of its own that answers HTTP/2 requests for `bench/http2.ts`: by `node:http2` alone, on its socket or on a
 * `Duplex` in front of one, or by `http2Server` over a TCP flow, as it is or behind a decorator. Arguments: which of
 * these, and the bytes of a response's body.
 */
import { createServer, performServerHandshake, type ServerHttp2Stream } from 'node:http2';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { catchError, EMPTY, mergeMap, of } from 'rxjs';
import { named, type Flow } from 'rxjs-flow';
import { http2Server, type Http2Reply } from 'rxjs-flow/http2';
import { listenTcp } from 'rxjs-flow/node';

const [kind, size] = process.argv.slice(2);
const body = new Uint8Array(Number(size)).fill(97);
const tell = (port: number) => process.send?.({ port });

if (kind === 'node:http2') serveByNode();
else if (kind === 'duplex') serveByNodeOnDuplex();
else serveByFlows(kind === 'bridged' ? (flow) => named(flow, 'bridged') : (flow) => flow);

function serveByNode(): void {
  const server = createServer();
  server.on('stream', answer);
  listen(server);
}

/** What `node:http2` makes of any stream that is not a socket: the bridge's own cost is what it loses beside this. */
function serveByNodeOnDuplex(): void {
  const serve = (socket: Socket) => {
    const session = performServerHandshake(inFrontOf(socket));
    session.on('stream', answer);
    session.on('error', () => {});
  };
  listen(createTcpServer(serve));
}

function answer(stream: ServerHttp2Stream): void {
  stream.on('error', () => {});
  stream.respond({ ':status': 200, 'content-type': 'text/plain' });
  stream.end(body);
}

function listen(server: Server | ReturnType<typeof createServer>): void {
  server.listen(0, '127.0.0.1', () => tell((server.address() as AddressInfo).port));
}

function inFrontOf(socket: Socket): Duplex {
  const duplex = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Uint8Array, _encoding, done) => void socket.write(chunk, done),
    writev: (chunks, done) => {
      socket.cork();
      chunks.forEach(({ chunk }, index) => socket.write(chunk as Uint8Array, index === chunks.length - 1 ? done : undefined));
      socket.uncork();
    },
    final: (done) => void socket.end(done),
  });
  socket.on('data', (chunk) => {
    if (!duplex.push(chunk)) socket.pause();
  });
  socket.on('end', () => duplex.push(null));
  socket.on('error', (error) => duplex.destroy(error));
  return duplex;
}

function serveByFlows(dress: (flow: Flow) => Flow): void {
  const reply: Http2Reply = { status: 200, headers: { 'content-type': 'text/plain' }, body };
  const serve = (flow: Flow) => http2Server(dress(flow), () => of(reply)).pipe(catchError(() => EMPTY));
  listenTcp({ listeningObserver: { next: ({ port }) => tell(port) } })
    .pipe(mergeMap(serve))
    .subscribe();
}

process.on('disconnect', () => process.exit());
