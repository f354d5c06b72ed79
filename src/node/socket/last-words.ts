import type { Socket } from 'node:net';
import { IS_NODE } from '../runtime.js';
import { doubtEnd } from '../stream/doubt-end.js';
import { hearOut } from '../stream/hear-out.js';

/**
 * Has all that a peer said before it went, and knows whether that was an end, where `net` on its own would lose the one and
 * mistake the other. To be called before the socket reads or writes.
 */
export function heedLastWords(socket: Socket): void {
  if (!IS_NODE) return;
  doubtEnd(socket);
  hearOut(socket);
}
