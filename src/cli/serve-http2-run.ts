/** A run of `rxjs-flow serve-http2`: a server on each connection, until a signal comes and the last request has ended. */
import { opendirSync, realpathSync } from 'node:fs';
import { catchError, defer, EMPTY, mergeMap, takeUntil, tap, type Observable } from 'rxjs';
import { detach } from '../combinators/detach.js';
import type { Flow } from '../flow/flow.js';
import { formatError } from '../flow/format-error.js';
import type { Http2Request } from '../http2/server/http2-request.js';
import { http2Server } from '../http2/server/http2-server.js';
import type { Http2ErrorHandler } from '../http2/server/server-exchange.js';
import { plainText } from '../inspect/plain-text.js';
import { listenEndpoint } from '../node/endpoint/listen-endpoint.js';
import { onNode } from '../node/runtime.js';
import { complain } from './complain.js';
import type { Listening } from './endpoint-options.js';
import { fileError } from './file-error.js';
import { formatAddress } from './format-address.js';
import { outputBeside } from './output-beside.js';
import { FileFault, replyWithFile } from './reply-with-file.js';
import { shownMethod } from './shown-method.js';
import { stopSignals, type StopSignals } from './stop-signals.js';

export interface ServeHttp2Options {
  readonly drainMs: number;
  readonly maxConnections?: number;
  readonly listening: Listening;
}

/**
 * Errors if the folder is not there or it cannot listen; what goes wrong on one connection, in its TLS handshake, or with a
 * file that is being sent, is one line on stderr.
 */
export function serveHttp2Run(dir: string, url: string, { drainMs, maxConnections, listening }: ServeHttp2Options): Observable<unknown> {
  const serving = defer(() => {
    const root = realFolder(dir);
    const signals = stopSignals(drainMs);
    const out = outputBeside(url);
    const say = (line: string) => void out.write(`${line}\n`);
    const listeningObserver = { next: (address: Parameters<typeof formatAddress>[0]) => say(`listening on ${formatAddress(address, url)}, serving ${dir}`) };
    const tls = /^tls:/i.test(url) ? { ...listening.tls, alpnProtocols: ['h2'] } : listening.tls;
    const handshakeErrorObserver = { next: (error: unknown) => complain(formatError(error)) };
    const limit = maxConnections === undefined ? {} : { maxConnections };
    const options = { ...listening, tls, ...limit, listeningObserver, handshakeErrorObserver };
    // Detached: that listening stops must not abort them.
    const connections = listenEndpoint(url, options).pipe(detach(), takeUntil(signals.stop.pipe(tap((signal) => say(`${signal}: no new requests`)))));
    return connections.pipe(mergeMap((flow) => serve(root, flow, signals, say)));
  });
  return onNode('serve-http2', 'node:http2', serving);
}

function serve(root: string, flow: Flow, { stop, cut }: StopSignals, say: (line: string) => void): Observable<unknown> {
  const answer = async (request: Http2Request) => {
    const reply = await replyWithFile(root, request);
    say(`${lineOf(request)} ${reply.status}`);
    return reply;
  };
  return http2Server(flow, answer, { shutdown: stop, errorHandler: tellFault, keepAliveMs: KEEP_ALIVE_MS, settings: { maxConcurrentStreams: MOST_REQUESTS } }).pipe(
    catchError((error: unknown) => {
      complain(formatError(error));
      return EMPTY;
    }),
    takeUntil(cut),
  );
}

/** Not that a client has cancelled its request, or has gone: it may do so as it likes. */
const tellFault: Http2ErrorHandler = ({ cause }, request) => {
  if (cause instanceof FileFault) complain(`${lineOf(request)}: ${formatError(cause)}`);
  return undefined;
};

function lineOf({ method, path }: Http2Request): string {
  return `${shownMethod(method)} ${plainText(path, LONGEST_PATH)}`;
}

function realFolder(dir: string): string {
  try {
    const folder = realpathSync(dir);
    opendirSync(folder).closeSync(); // of anything else there would be nothing to serve
    return folder;
  } catch (error) {
    throw fileError(dir, error);
  }
}

/** A client that says nothing for so long, when it is asked, is not waited for: a connection of one that is gone would stay. */
const KEEP_ALIVE_MS = 60_000;

/** At a time, on one connection: each holds a file open. RFC 9113 §6.5.2 recommends no fewer. */
const MOST_REQUESTS = 100;

/** Characters of a path that are shown. */
const LONGEST_PATH = 200;
