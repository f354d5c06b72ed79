/**
 * Sockets that read into slabs, by `net`'s `onread`: one to connect with, and one over an accepted connection, which
 * takes `onread` only when its handle is wrapped anew. Where that is not possible, `data` events must do.
 */
import { Socket, type SocketConstructorOpts } from 'node:net';
import { IS_NODE } from '../runtime.js';
import { heedLastWords } from './last-words.js';
import { ReadMemory } from './read-memory.js';

export interface OnreadSocket {
  readonly socket: Socket;
  /** `null` where the socket emits `data` events instead. */
  readonly memory: ReadMemory | null;
}

/** A socket that is not connected yet, paused. */
export function onreadSocket(): OnreadSocket {
  const memory = IS_NODE ? new ReadMemory() : null;
  const socket = new Socket(socketOptions(memory));
  // Or it would read as soon as it has connected, before anybody asks.
  socket.pause();
  return heeded(socket, memory);
}

/** An accepted socket (of a server with `pauseOnConnect`), paused. The one that came is not to be used any more. */
export function onreadSocketOf(accepted: Socket): OnreadSocket {
  const inner = accepted as unknown as { _handle: { useUserBuffer?: unknown } | null };
  const handle = inner._handle;
  if (!IS_NODE || typeof handle?.useUserBuffer !== 'function') return { socket: accepted, memory: null };
  inner._handle = null;
  const memory = new ReadMemory();
  const options = { ...socketOptions(memory), handle, pauseOnCreate: true };
  const socket = new Socket(options);
  // The server counts its connections by the sockets it made.
  socket.once('close', () => accepted.destroy());
  return heeded(socket, memory);
}

/** Before it reads or writes. */
function heeded(socket: Socket, memory: ReadMemory | null): OnreadSocket {
  if (memory !== null) memory.fail = (error) => socket.destroy(error);
  heedLastWords(socket);
  return { socket, memory };
}

/** A high-water mark of 0 makes every write drain: it is through when the system has taken it, and not before. */
function socketOptions(memory: ReadMemory | null): SocketConstructorOpts {
  const options = { allowHalfOpen: true, writableHighWaterMark: 0 };
  return memory === null ? options : ({ ...options, onread: memory } as SocketConstructorOpts);
}
