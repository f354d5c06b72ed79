import type { Observable } from 'rxjs';

/** What a source has said so far, and goes on to say: its values, then `'complete'` or the error itself. */
export function logOf(source: Observable<unknown>): unknown[] {
  const log: unknown[] = [];
  source.subscribe({
    next: (value) => log.push(value),
    error: (error: unknown) => log.push(error),
    complete: () => log.push('complete'),
  });
  return log;
}
