/** Listens for connections: what `listenTcp` and `listenUnix` have in common. It knows neither kind of address. */
import { createServer, type ListenOptions, type Server, type ServerOpts, type Socket } from 'node:net';
import type { NextObserver, Observable } from 'rxjs';
import type { FlowError } from '../../flow/flow-error.js';
import { listenerLifetime } from '../../flow/listener-lifetime.js';
import { systemFlowError } from '../system-error.js';
import { tell } from '../tell.js';
import { onreadSocketOf } from './onread-socket.js';
import { socketFlow, type Ends, type SocketFlow } from './socket-flow.js';

export interface Listener<Address> {
  /** What errors say it is, e.g. `tcp 127.0.0.1:80`. */
  readonly name: string;
  readonly options: ServerOpts;
  readonly target: ListenOptions;
  readonly maxConnections: number | undefined;
  readonly listeningObserver: NextObserver<Address> | undefined;
  /** Throws what makes listening there impossible. */
  readonly check?: () => void;
  /** What an error of the system means, where it does not mean what it says. */
  readonly errorOf?: (error: Error) => FlowError | undefined;
  readonly addressOf: (server: Server) => Address;
  readonly endsOf: (socket: Socket) => Ends<Address>;
}

export function listenSocket<Address>(listener: Listener<Address>): Observable<SocketFlow<Address>> {
  const { name, options, target, maxConnections, listeningObserver, errorOf, addressOf, endsOf } = listener;
  return listenerLifetime<SocketFlow<Address>>(({ accept, fail }) => {
    const server = createServer({ ...options, allowHalfOpen: true, pauseOnConnect: true });
    if (maxConnections !== undefined) server.maxConnections = maxConnections;
    let stopped = false;
    server.on('connection', (accepted) => {
      const { socket, memory } = onreadSocketOf(accepted);
      accept(socketFlow(socket, memory, endsOf(socket)));
    });
    // While it listens, an error is that of one connection that could not be accepted: the listener goes on.
    server.on('error', (error) => {
      if (!server.listening) fail(errorOf?.(error) ?? systemFlowError(name, error));
    });
    server.once('listening', () => {
      // A server that is closed while it looks its host up listens all the same.
      if (stopped) server.close();
      else if (listeningObserver !== undefined) tell(listeningObserver, addressOf(server));
    });
    try {
      listener.check?.();
      server.listen(target);
    } catch (error) {
      fail(systemFlowError(name, error));
    }
    return () => {
      stopped = true;
      server.close();
    };
  });
}
