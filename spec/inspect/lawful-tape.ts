// Tapes for property specs that nobody refuses: those that are consistent in what happens, too.

import type fc from 'fast-check';
import type { TapeEvent } from '../../src/inspect/tape/tape-event.js';
import { arbitraryTape } from '../support/arbitrary-tape.js';

/** The same tape without the events that cannot be where they are; writes are numbered, and results are of pending ones. */
export function lawful(tape: readonly TapeEvent[]): TapeEvent[] {
  let writes = 0;
  let isReadOver = false;
  let isOver = false;
  const pending: number[] = [];
  return tape.flatMap((event, at): TapeEvent[] => {
    switch (event.kind) {
      case 'start':
        return at === 0 ? [event] : [];
      case 'write':
        writes += 1;
        pending.push(writes);
        return [{ ...event, id: writes }];
      case 'write-result':
        return pending.splice(event.id % pending.length, 1).map((id) => ({ ...event, id }));
      case 'read':
      case 'eof':
      case 'read-error':
        if (isReadOver) return [];
        isReadOver = event.kind !== 'read';
        return [event];
      case 'closed':
      case 'broken':
        if (isOver) return [];
        isOver = true;
        return [event];
      default:
        return [event];
    }
  });
}

export const lawfulTape: fc.Arbitrary<TapeEvent[]> = arbitraryTape.map(lawful);
