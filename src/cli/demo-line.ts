/** What the demo talks to: a service that sends back what it gets, and a proxy in front of it, both on this machine. */
import { catchError, EMPTY, map, mergeMap, Observable, ReplaySubject, switchMap } from 'rxjs';
import { copy } from '../combinators/copy.js';
import { detach } from '../combinators/detach.js';
import { proxy, type ProxyStats } from '../combinators/proxy.js';
import type { Flow } from '../flow/flow.js';
import { connectTcp } from '../node/socket/connect-tcp.js';
import { listenTcp } from '../node/socket/listen-tcp.js';
import type { TcpAddress } from '../node/socket/socket-flow.js';

export interface DemoLine {
  readonly service: TcpAddress;
  readonly front: TcpAddress;
  /** What the proxy has carried for the first connection, once that has ended. */
  readonly carried: Observable<ProxyStats>;
}

/** Emits once both listen, and keeps them up until it is unsubscribed. */
export function demoLine(): Observable<DemoLine> {
  return listen(echo).pipe(
    switchMap((service) => {
      const carried = new ReplaySubject<ProxyStats>(1);
      const carry = (client: Flow) => connectTcp(service).pipe(detach(), mergeMap((server) => proxy(client, server)));
      return listen((client) => carry(client).pipe(map((stats) => carried.next(stats)))).pipe(
        map((front) => ({ service, front, carried })),
      );
    }),
  );
}

function echo(flow: Flow): Observable<unknown> {
  return copy(flow, flow).pipe(mergeMap(() => flow.close()));
}

/** Emits the address, and does with each connection what `handle` says. */
function listen(handle: (flow: Flow) => Observable<unknown>): Observable<TcpAddress> {
  return new Observable((subscriber) => {
    const listeningObserver = { next: (address: TcpAddress) => subscriber.next(address) };
    // A connection that fails is seen by the client, too: that is where the demo tells of it.
    const served = listenTcp({ listeningObserver }).pipe(mergeMap((flow) => handle(flow).pipe(catchError(() => EMPTY))));
    subscriber.add(served.subscribe({ error: (error: unknown) => subscriber.error(error) }));
  });
}
