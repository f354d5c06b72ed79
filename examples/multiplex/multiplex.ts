/** Many flows over one: each is a CONNECT stream of an HTTP/2 connection, with a window, a half-close and a reset of its own. */
import { map, of, type Observable } from 'rxjs';
import { FlowError, type Flow } from 'rxjs-flow';
import { http2Client, http2Server } from 'rxjs-flow/http2';

/** The end that opens flows. */
export interface Opener {
  /** Cold: subscribing opens a flow, which is the subscription's; `refused` if the other end knows no such name. */
  open(name: string): Observable<Flow>;
}

/** Emits the opener when the connection is there; lifetime is subscription. */
export function openOver(connection: Flow): Observable<Opener> {
  return http2Client(connection).pipe(
    map((client) => ({
      open: (name) =>
        client.request({ method: 'CONNECT', authority: name }).pipe(
          map((flow) => {
            if (flow.status === 200) return flow;
            throw new FlowError('refused', `${flow.name}: the other end has no ${name}`);
          }),
        ),
    })),
  );
}

/** Takes the flows that the other end opens, for as long as `accept` says that it has such a name; ends with the connection. */
export function acceptOver(connection: Flow, accept: (name: string, flow: Flow) => boolean): Observable<void> {
  return http2Server(connection, (flow) => of({ status: accept(flow.authority, flow) ? 200 : 404 }));
}
