import { Buffer } from 'node:buffer';
import { FlowError } from '../../flow/flow-error.js';

/**
 * Throws a `FlowError` for a path that the system would cut off without a word, so that sockets with the same beginning
 * would be one: it has no room for it, or takes a zero in it for its end. One in front is Linux's way to say that a name
 * stands in no folder.
 */
export function checkUnixPath(path: string): void {
  const most = MOST_BYTES[process.platform] ?? 103;
  const byteLength = Buffer.byteLength(path);
  if (path.indexOf('\0', 1) > 0) throw new FlowError('unsupported', `unix ${path.slice(0, 40)}: a path with a zero in it`);
  if (byteLength <= most) return;
  throw new FlowError('unsupported', `unix ${path.slice(0, 40)}…: a path of ${byteLength} bytes, where the system takes ${most}`);
}

/** The length of `sun_path` in `sockaddr_un`, without the final zero; Windows has named pipes instead. */
const MOST_BYTES: Readonly<Partial<Record<NodeJS.Platform, number>>> = { linux: 107, win32: 32767 };
