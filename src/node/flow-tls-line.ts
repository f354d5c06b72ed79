/** TLS on any flow, by way of a stream. */
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { timer } from 'rxjs';
import type { Flow } from '../flow/flow.js';
import { type TlsEnd, TlsLine } from './tls-line.js';
import { TlsLineStream } from './tls-line-stream.js';

export class FlowTlsLine extends TlsLine {
  readonly stream: Duplex;
  #hasEnded = false;
  #left = false;

  constructor(private readonly flow: Flow) {
    super();
    const { name, closed } = flow;
    this.stream = new TlsLineStream({
      name,
      closed,
      read: () => flow.read(),
      write: (buffer) => flow.write(buffer),
      writev: (buffers) => flow.writev(buffers),
      shutdown: (mode) => flow.shutdown(mode),
      close: () => flow.close(),
      // TLS destroys the stream when it is done with it, but the flow's own end is still to come.
      abort: (reason) => (this.#left ? undefined : flow.abort(reason)),
    });
    // Here first, and then TLS is told.
    this.stream.once('end', () => (this.#hasEnded = true));
  }

  leave(socket: TLSSocket, done?: () => void): void {
    const { flow } = this;
    this.#left = true;
    socket.destroy();
    const late = timer(PATIENCE_MS).subscribe(() => flow.abort());
    const gone = () => {
      late.unsubscribe();
      done?.();
    };
    flow.closed.subscribe({ error: gone, complete: gone });
    flow.shutdown('read');
    flow.close();
  }

  abort(socket: TLSSocket, reason: unknown): void {
    this.flow.abort(reason);
    socket.destroy();
  }

  protected endOf(): TlsEnd {
    return this.#hasEnded ? 'cut' : 'announced';
  }
}

/** How long a peer may take to end the line when TLS is over. */
const PATIENCE_MS = 1000;
