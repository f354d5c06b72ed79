import type { Socket } from 'node:net';
import { doubtEnd } from './doubt-end.js';
import { hearOut } from './hear-out.js';
import { IS_NODE } from './runtime.js';

/**
 * Has all that a peer said before it went, and knows whether that was an end, where `net` on its own would lose the one and
 * mistake the other. To be called before the socket reads or writes.
 */
export function heedLastWords(socket: Socket): void {
  if (!IS_NODE) return;
  doubtEnd(socket);
  hearOut(socket);
}
