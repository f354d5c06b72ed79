import type { Observable } from 'rxjs';
import { aDuration, aText, checkConfig, optional } from '../check-config.js';
import { connectSocket } from './connect-socket.js';
import type { SocketFlow, UnixAddress } from './socket-flow.js';
import { checkUnixPath } from './unix-path.js';

/** Which Unix socket to connect to, and for how long to try. */
export interface ConnectUnixConfig {
  /** The socket's path in the file system; on Windows, a named pipe's. */
  readonly path: string;
  /** Gives up with `timeout` when the connection is not up in time (default: never). */
  readonly connectTimeoutMs?: number;
}

/**
 * Connects to a Unix socket. All is as with `connectTcp`, but that an abort just closes: a Unix socket has no reset, and
 * the peer sees an end, or a reset where it left this side unread data.
 *
 * Errors with `FlowError`: `refused` where there is no such socket, nobody listens, or permission is denied; `timeout`,
 * `reset`; `unsupported` for a path that is too long for the system. Throws a `TypeError` for a wrong configuration.
 *
 * @example
 * connectUnix({ path: '/run/app.sock' }).pipe(switchMap((flow) => flow.read()));
 */
export function connectUnix(config: ConnectUnixConfig): Observable<SocketFlow<UnixAddress>> {
  checkConfig('connectUnix', config, { path: aText, connectTimeoutMs: optional(aDuration) });
  const { path, connectTimeoutMs } = config;
  const name = `unix ${path}`;
  return connectSocket({
    name,
    check: () => checkUnixPath(path),
    target: { path },
    connectTimeoutMs,
    endsOf: () => ({ name, local: { path: '' }, remote: { path } }),
  });
}
