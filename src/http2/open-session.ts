/** A session of `node:http2` on a flow: on its own untouched socket where it has one, over a bridge otherwise. */
import type { Http2Session } from 'node:http2';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Flow } from '../flow/flow.js';
import { nativeNodeStream } from '../node/native-node-stream.js';

export function openSession<S extends Http2Session>(flow: Flow, create: (duplex: Duplex) => S): S {
  const duplex = nativeNodeStream(flow);
  // A connection whose peer has ended its direction is over: HTTP/2 knows no half-open connections.
  duplex.allowHalfOpen = false;
  const session = create(duplex);
  // A session takes over a socket that reads already; this one was waiting for the first reader.
  if (duplex instanceof Socket) duplex.read(0);
  return session;
}
