import { Observable, of } from 'rxjs';
import { type Flow, flowPair } from 'rxjs-flow';
import { http2Client, http2Server } from 'rxjs-flow/http2';
import { describeConformance } from '../support/run-conformance.js';

/** The two ends of a CONNECT stream: what the client asks for and what the server sees of it. */
function tunnel(): Observable<[Flow, Flow]> {
  return new Observable((subscriber) => {
    const [near, far] = flowPair();
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

describeConformance('an HTTP/2 tunnel', { create: tunnel });
