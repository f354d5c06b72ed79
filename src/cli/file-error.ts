import { isFlowError } from '../flow/flow-error.js';

/**
 * What the system said about a file, as a person says it. No `FlowError`: its codes are those of connections, and nobody
 * has refused a file that is not there. What is no word of the system's stays what it is.
 *
 * @example
 * fileError('nosuch.tape', error) // nosuch.tape: no such file or directory
 */
export function fileError(name: string, error: unknown): unknown {
  const cause = isFlowError(error) ? error.cause : error; // a flow over a file has wrapped it
  const { syscall, message } = Object(cause) as Partial<NodeJS.ErrnoException>;
  return syscall === undefined || message === undefined ? error : new Error(`${name}: ${wordsOf(message)}`);
}

/** Of `ENOENT: no such file or directory, open 'nosuch.tape'`, what names neither a constant nor a call. */
function wordsOf(message: string): string {
  const words = /^E[A-Z0-9]+: (.+?), [a-z]/.exec(message)?.[1] ?? message;
  return words.replace('illegal operation on a directory', 'is a directory');
}
