import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { NextObserver, Observable } from 'rxjs';
import { FlowError } from '../../flow/flow-error.js';
import { aCount, anObserver, aText, checkConfig, optional } from '../check-config.js';
import { listenSocket } from './listen-socket.js';
import type { SocketFlow, UnixAddress } from './socket-flow.js';
import { checkUnixPath } from './unix-path.js';

/** Where to listen on a Unix socket, and how many connections to take. */
export interface ListenUnixConfig {
  /** Where the socket is made; the file goes when the listener stops. On Windows, a named pipe's path. */
  readonly path: string;
  /** `next` is called with the address once the listener listens. */
  readonly listeningObserver?: NextObserver<UnixAddress>;
  /** Connections beyond so many open ones are closed at once, unseen (default: no limit). */
  readonly maxConnections?: number;
  /** Connections that may wait to be accepted (default: the system's). */
  readonly backlog?: number;
}

/**
 * Listens on a Unix socket. All is as with `listenTcp`. A file that is there already is `refused`, even one that a
 * listener which died has left: removing it is the caller's decision. A client's abort looks like an end, as at
 * `connectUnix`.
 *
 * @example
 * listenUnix({ path: '/run/app.sock' }).subscribe((flow) => serve(flow));
 */
export function listenUnix(config: ListenUnixConfig): Observable<SocketFlow<UnixAddress>> {
  checkConfig('listenUnix', config, {
    path: aText,
    listeningObserver: optional(anObserver),
    maxConnections: optional(aCount),
    backlog: optional(aCount),
  });
  const { path, listeningObserver, maxConnections, backlog } = config;
  const name = `unix ${path}`;
  return listenSocket({
    name,
    check: () => checkUnixPath(path),
    options: {},
    target: { path, ...(backlog === undefined ? {} : { backlog }) },
    maxConnections,
    listeningObserver,
    errorOf: (cause) => {
      // Node says `EACCES` of a folder that is not there as well.
      const folder = dirname(path);
      return existsSync(folder) ? undefined : new FlowError('refused', `${name}: no such folder: ${folder}`, { cause });
    },
    addressOf: () => ({ path }),
    endsOf: () => ({ name, local: { path }, remote: { path: '' } }),
  });
}
