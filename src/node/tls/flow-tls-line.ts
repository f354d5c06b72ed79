/** TLS on any flow, by way of a stream. */
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { timer } from 'rxjs';
import type { Flow } from '../../flow/flow.js';
import { TlsLineStream } from './tls-line-stream.js';
import { type TlsEnd, TlsLine } from './tls-line.js';

export class FlowTlsLine extends TlsLine {
  readonly stream: Duplex;
  #lineHasEnded = false;
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
      abort: (reason) => this.#onDestroyed(reason),
    });
    // Here first, and then TLS is told.
    this.stream.once('end', () => (this.#lineHasEnded = true));
  }

  leave(socket: TLSSocket, done?: () => void): void {
    this.#left = true;
    socket.destroy();
    this.#letEnd(done);
  }

  abort(socket: TLSSocket, reason: unknown): void {
    this.flow.abort(reason);
    socket.destroy();
  }

  protected endOf(): TlsEnd {
    return this.#lineHasEnded ? 'cut' : 'announced';
  }

  /** TLS destroys the stream when it is done with it: after an end in order, the flow's own end is still to come. */
  #onDestroyed(reason: unknown): void {
    if (this.#left) return;
    if (reason === undefined && this.hasEnded) this.#letEnd();
    else this.flow.abort(reason);
  }

  #letEnd(done?: () => void): void {
    const { flow } = this;
    const late = timer(PATIENCE_MS).subscribe(() => flow.abort());
    const gone = () => {
      late.unsubscribe();
      done?.();
    };
    flow.closed.subscribe({ error: gone, complete: gone });
    flow.shutdown('read');
    flow.close();
  }
}

/** How long a peer may take to end the line when TLS is over. */
const PATIENCE_MS = 1000;
