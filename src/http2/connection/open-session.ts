/** A session of `node:http2` on a flow: on its own untouched socket where it has one, over a bridge otherwise. */
import type { Http2Session } from 'node:http2';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Flow } from '../../flow/flow.js';
import { nativeNodeStream } from '../../node/node-stream/native-node-stream.js';
import { endAfterAnswer } from './end-after-answer.js';

export interface OpenSession<S extends Http2Session> {
  readonly session: S;
  /** What it runs on. */
  readonly duplex: Duplex;
  /** Whether the transport has not taken yet all that it was given. */
  readonly isWriting: () => boolean;
}

export function openSession<S extends Http2Session>(flow: Flow, create: (duplex: Duplex) => S): OpenSession<S> {
  const duplex = nativeNodeStream(flow);
  // A connection whose peer has ended its direction is over: HTTP/2 knows no half-open connections.
  duplex.allowHalfOpen = false;
  // A flow over TLS has its handshake behind it; of a server's socket that is none of `tls.Server`'s, Node never says so.
  if ('secureConnecting' in duplex) duplex.secureConnecting = false;
  const session = create(duplex);
  // A session takes over a socket that reads already; this one was waiting for the first reader.
  if (duplex instanceof Socket) duplex.read(0);
  else endAfterAnswer(duplex);
  return { session, duplex, isWriting: () => isWriting(duplex) };
}

function isWriting(duplex: Duplex): boolean {
  // A session writes past a socket, to its handle.
  const { isWriting: isBusy, _handle } = duplex as { readonly isWriting?: boolean; readonly _handle?: { readonly writeQueueSize?: number } | null };
  return isBusy ?? (duplex.writableLength > 0 || (_handle?.writeQueueSize ?? 0) > 0);
}
