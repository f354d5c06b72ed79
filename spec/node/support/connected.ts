// Pairs of connected socket flows for specs: a listener on any free port (or a path of its own) and a client.

import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finalize, mergeMap, Observable, ReplaySubject, zip } from 'rxjs';
import { detach } from '../../../src/combinators/detach.js';
import type { Flow } from '../../../src/flow/flow.js';
import { fromNodeStream } from '../../../src/node/node-stream/from-node-stream.js';
import { connectTcp, type ConnectTcpConfig } from '../../../src/node/socket/connect-tcp.js';
import { connectUnix } from '../../../src/node/socket/connect-unix.js';
import { listenTcp } from '../../../src/node/socket/listen-tcp.js';
import { listenUnix } from '../../../src/node/socket/listen-unix.js';
import type { SocketFlow, TcpAddress, UnixAddress } from '../../../src/node/socket/socket-flow.js';

/** The client's flow and the accepted one, both the subscriber's to close; the listener goes with the subscription. */
export function tcpPair(config: Partial<ConnectTcpConfig> = {}): Observable<[SocketFlow, SocketFlow]> {
  return new Observable((subscriber) => {
    const listening = new ReplaySubject<TcpAddress>(1);
    const accepted = listenTcp({ listeningObserver: listening }).pipe(detach());
    const connected = listening.pipe(mergeMap(({ port }) => connectTcp({ ...config, port }).pipe(detach())));
    return zip(connected, accepted).subscribe(subscriber);
  });
}

export function unixPair(): Observable<[SocketFlow<UnixAddress>, SocketFlow<UnixAddress>]> {
  return new Observable((subscriber) => {
    const path = temporaryPath();
    const listening = new ReplaySubject<UnixAddress>(1);
    const accepted = listenUnix({ path: path.name, listeningObserver: listening }).pipe(detach());
    const connected = listening.pipe(mergeMap(() => connectUnix({ path: path.name }).pipe(detach())));
    return zip(connected, accepted)
      .pipe(finalize(() => path.remove()))
      .subscribe(subscriber);
  });
}

/** Sockets of `net`'s own making: read by `data` events, and not into slabs. */
export function plainSocketPair(): Observable<[Flow, Flow]> {
  return new Observable((subscriber) => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (accepted) => {
      subscriber.next([fromNodeStream(client), fromNodeStream(accepted)]);
    });
    let client: Socket;
    server.listen(0, '127.0.0.1', () => {
      client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
    });
    return () => void server.close();
  });
}

/** A name for a Unix socket in a folder of its own. */
export function temporaryPath(): { readonly name: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'rxjs-flow-'));
  return { name: join(folder, 's'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
