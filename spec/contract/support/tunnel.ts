// A CONNECT stream of HTTP/2 as a pair of flows.

import { Observable, of } from 'rxjs';
import type { Flow } from 'rxjs-flow';
import { http2Client, http2Server } from 'rxjs-flow/http2';

/** The two ends of a CONNECT stream over two connected flows: what the client asks for and what the server sees of it. */
export function tunnelOver([near, far]: readonly [Flow, Flow]): Observable<[Flow, Flow]> {
  return new Observable((subscriber) => {
    let upper: Flow | undefined;
    const serving = http2Server(far, (request) => {
      upper = request;
      return of({ status: 200 });
    }).subscribe({ error: () => {} });
    const asking = http2Client(near).subscribe({
      next: (client) => {
        subscriber.add(
          client.request({ method: 'CONNECT', authority: 'upper:1' }).subscribe({
            next: (response) => subscriber.next([response, upper!]),
            error: () => {},
          }),
        );
      },
      error: () => {},
    });
    subscriber.add(() => {
      asking.unsubscribe();
      serving.unsubscribe();
    });
  });
}
