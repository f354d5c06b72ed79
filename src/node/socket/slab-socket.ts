/**
 * Sockets that read into slabs, by `net`'s `onread`: one to connect with, and one over an accepted connection, which
 * takes `onread` only when its handle is wrapped anew. Where that is not possible, `data` events must do.
 */
import { Socket, type SocketConstructorOpts } from 'node:net';
import { IS_NODE } from '../runtime.js';
import { heedLastWords } from './last-words.js';
import { ReadSlab } from './read-slab.js';

export interface SlabSocket {
  readonly socket: Socket;
  /** `null` where the socket emits `data` events instead. */
  readonly slab: ReadSlab | null;
}

/** A socket that is not connected yet, paused. */
export function slabSocket(): SlabSocket {
  const slab = IS_NODE ? new ReadSlab() : null;
  const socket = new Socket(socketOptions(slab));
  // Or it would read as soon as it has connected, before anybody asks.
  socket.pause();
  heedLastWords(socket);
  return { socket, slab };
}

/** An accepted socket (of a server with `pauseOnConnect`), paused. The one that came is not to be used any more. */
export function slabSocketOf(accepted: Socket): SlabSocket {
  const inner = accepted as unknown as { _handle: { useUserBuffer?: unknown } | null };
  const handle = inner._handle;
  if (!IS_NODE || typeof handle?.useUserBuffer !== 'function') return { socket: accepted, slab: null };
  inner._handle = null;
  const slab = new ReadSlab();
  const options = { ...socketOptions(slab), handle, pauseOnCreate: true };
  const socket = new Socket(options);
  heedLastWords(socket);
  // The server counts its connections by the sockets it made.
  socket.once('close', () => accepted.destroy());
  return { socket, slab };
}

/** A high-water mark of 0 makes every write drain: it is through when the system has taken it, and not before. */
function socketOptions(slab: ReadSlab | null): SocketConstructorOpts {
  const options = { allowHalfOpen: true, writableHighWaterMark: 0 };
  return slab === null ? options : ({ ...options, onread: slab } as SocketConstructorOpts);
}
