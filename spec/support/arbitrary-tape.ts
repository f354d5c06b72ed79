// Tapes for property tests: any event of any kind, at times that do not go back, with any bytes and any text.

import fc from 'fast-check';
import type { TapeEvent, TapeFailure } from '../../src/inspect/tape/tape-event.js';

/** Any code point but half a surrogate pair; `fc.string` itself would spend a second on a table of them all. */
const codePoint = fc.oneof(fc.nat(0x7f), fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff }));
export const arbitraryText = fc.array(codePoint, { maxLength: 12 }).map((points) => String.fromCodePoint(...points));
const data = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.string({ minLength: 1, maxLength: 12 }).map(encode));
const id = fc.integer({ min: 1 });

const failure: fc.Arbitrary<TapeFailure> = fc
  .record({ code: fc.constantFrom('reset' as const, 'closed' as const, 'too-large' as const), message: arbitraryText, cause: fc.option(arbitraryText) })
  .map(({ cause, ...rest }) => (cause === null ? rest : { ...rest, cause }));

const event: fc.Arbitrary<TapeEvent> = fc.oneof(
  fc.record({ at: fc.constant(0), kind: fc.constant('gap' as const), direction: fc.constant('both' as const), events: id }),
  fc.record({ at: fc.constant(0), kind: fc.constant('demand' as const), direction: fc.constant('in' as const), wanted: fc.boolean() }),
  fc.record({ at: fc.constant(0), kind: fc.constant('read' as const), direction: fc.constant('in' as const), data }),
  fc.record({ at: fc.constant(0), kind: fc.constant('eof' as const), direction: fc.constant('in' as const) }),
  fc.record({ at: fc.constant(0), kind: fc.constant('read-error' as const), direction: fc.constant('in' as const), error: failure }),
  fc.record({ at: fc.constant(0), kind: fc.constant('write' as const), direction: fc.constant('out' as const), id, data: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ at: fc.constant(0), kind: fc.constant('write-result' as const), direction: fc.constant('out' as const), id, ok: fc.constant(true as const) }),
  fc.record({
    at: fc.constant(0),
    kind: fc.constant('write-result' as const),
    direction: fc.constant('out' as const),
    id,
    ok: fc.constant(false as const),
    error: failure,
  }),
  fc
    .constantFrom({ mode: 'read', direction: 'in' } as const, { mode: 'write', direction: 'out' } as const, { mode: 'read_write', direction: 'both' } as const)
    .map((rest) => ({ at: 0, kind: 'shutdown' as const, ...rest })),
  fc.constantFrom<TapeEvent>(
    { at: 0, kind: 'flushed', direction: 'out' },
    { at: 0, kind: 'close', direction: 'both' },
    { at: 0, kind: 'closed', direction: 'both' },
    { at: 0, kind: 'abort', direction: 'both' },
  ),
  fc.record({ at: fc.constant(0), kind: fc.constant('abort' as const), direction: fc.constant('both' as const), reason: arbitraryText }),
  fc.record({ at: fc.constant(0), kind: fc.constant('broken' as const), direction: fc.constant('both' as const), error: failure }),
);

const start: fc.Arbitrary<TapeEvent[]> = fc.oneof(
  fc.constant<TapeEvent[]>([]),
  fc
    .record({ name: arbitraryText, startedAt: fc.integer({ min: -8.64e15, max: 8.64e15 }) })
    .map((rest): TapeEvent[] => [{ at: 0, kind: 'start', direction: 'both', ...rest }]),
);

/** With a start event or without; consistent in its times, though not in what happens. */
export const arbitraryTape: fc.Arbitrary<TapeEvent[]> = fc
  .tuple(start, fc.array(fc.tuple(event, fc.double({ min: 0, max: 1e6, noNaN: true }))))
  .map(([first, events]) => {
    let at = 0;
    return [...first, ...events.map(([one, pause]) => ({ ...one, at: (at += pause) }))];
  });

function encode(one: string): Uint8Array {
  return new TextEncoder().encode(one);
}
