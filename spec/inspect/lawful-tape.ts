// Tapes for property specs that a file can have: those that are consistent in what happens, too.

import type fc from 'fast-check';
import type { TapeEvent } from '../../src/inspect/tape-event.js';
import { arbitraryTape } from '../support/arbitrary-tape.js';

/** Any tape, without the events that cannot be where they are; writes are numbered, and results are of pending ones. */
export const lawfulTape: fc.Arbitrary<TapeEvent[]> = arbitraryTape.map((tape) => {
  let writes = 0;
  let isReadOver = false;
  let isOver = false;
  const pending: number[] = [];
  return tape.flatMap((event): TapeEvent[] => {
    switch (event.kind) {
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
});
