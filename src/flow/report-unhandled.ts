import { throwError } from 'rxjs';

/** What RxJS does with an error that a subscriber's own handler throws: it comes up later, and all else goes on. */
export function reportUnhandled(error: unknown): void {
  throwError(() => error).subscribe();
}
