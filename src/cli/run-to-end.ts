/** Runs a command's work. What went wrong is one line on stderr, and the exit status. */
import { lastValueFrom, type Observable } from 'rxjs';
import { formatError } from '../flow/format-error.js';
import { complain } from './complain.js';

/** Resolves when the work is over, however it ended; the exit status is 1 if it failed. */
export async function runToEnd(work: Observable<unknown>): Promise<void> {
  try {
    await lastValueFrom(work, { defaultValue: undefined });
  } catch (error) {
    fail(formatError(error));
  }
}

/** One line on stderr, and exit status 1 when the process ends. */
export function fail(line: string): void {
  complain(line);
  process.exitCode = 1;
}
