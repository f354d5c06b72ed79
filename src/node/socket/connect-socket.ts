/** Connects a socket: what `connectTcp` and `connectUnix` have in common. It knows neither kind of address. */
import type { NetConnectOpts, Socket } from 'node:net';
import { timer, type Observable } from 'rxjs';
import { FlowError } from '../../flow/flow-error.js';
import { flowLifetime } from '../../flow/flow-lifetime.js';
import { systemFlowError } from '../system-error.js';
import { onreadSocket } from './onread-socket.js';
import { socketFlow, type Ends, type SocketFlow } from './socket-flow.js';

export interface Destination<Address> {
  /** What errors say it is, e.g. `tcp 127.0.0.1:80`. */
  readonly name: string;
  readonly target: NetConnectOpts;
  readonly connectTimeoutMs: number | undefined;
  /** Sets what there is to set on a connection: `Socket.connect` takes none of it. */
  readonly tune?: (socket: Socket) => void;
  /** Throws what makes the destination impossible. */
  readonly check?: () => void;
  /** The ends of a connection that stands. */
  readonly endsOf: (socket: Socket) => Ends<Address>;
}

export function connectSocket<Address>(destination: Destination<Address>): Observable<SocketFlow<Address>> {
  const { name, target, connectTimeoutMs, endsOf } = destination;
  return flowLifetime<SocketFlow<Address>>(({ ready, fail }) => {
    const { socket, memory } = onreadSocket();
    const stop = () => {
      timeout?.unsubscribe();
      socket.destroy();
    };
    const failed = (error: unknown) => {
      stop();
      fail(systemFlowError(name, error));
    };
    const late = () => failed(new FlowError('timeout', `${name}: not connected within ${connectTimeoutMs} ms`));
    const timeout = connectTimeoutMs === undefined ? undefined : timer(connectTimeoutMs).subscribe(late);
    // It stays after a failure, so that a later one is not uncaught; the flow brings its own.
    socket.on('error', failed);
    socket.once('connect', () => {
      timeout?.unsubscribe();
      socket.off('error', failed);
      destination.tune?.(socket);
      ready(socketFlow(socket, memory, endsOf(socket)));
    });
    try {
      destination.check?.();
      socket.connect(target);
    } catch (error) {
      failed(error);
    }
    return stop;
  });
}
