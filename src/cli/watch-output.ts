import { isFlowError } from '../flow/flow-error.js';
import { formatError } from '../flow/format-error.js';
import { fileError } from './file-error.js';
import { fail } from './run-to-end.js';

/**
 * Ends the process when nothing can be printed any more: quietly if the reader has just gone, as with `| head`. On stderr
 * nothing but messages is printed, and no work ends because nobody wants to hear of it: they are dropped.
 */
export function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isFlowError(error)) return; // a flow over stdout was aborted: its own story
    if (error.code !== 'EPIPE') fail(formatError(fileError('stdout', error)));
    process.exit(1);
  });
  process.stderr.on('error', () => {});
}
