/**
 * What an event of each kind consists of: made of fields, be they those of a file's line or of an object that a program
 * has put together, and of nothing else that is there. Which events may follow each other is `tape-rules.ts`.
 */
import type { ShutdownMode } from '../../flow/flow.js';
import type { TapeEvent } from './tape-event.js';
import { countIn, failureIn, type Fields, flagIn, LineFault, textIn, timeIn } from './tape-fields.js';

/** The first event of a tape has the file's first line, the one that says what the file is. */
export type StartEvent = Extract<TapeEvent, { kind: 'start' }>;
/** An event that has a line like the others. */
type FiledEvent = Exclude<TapeEvent, StartEvent>;

/** The payload stands otherwise in a file than in memory. */
type PayloadIn = (fields: Fields) => Uint8Array;

export const VERSION = 1;

/** Throws a `LineFault` if the fields make no event. */
export function eventIn(fields: Fields, payloadIn: PayloadIn): FiledEvent {
  const at = timeIn(fields, 'at');
  const kind = textIn(fields, 'kind');
  if (!Object.hasOwn(MAKERS, kind)) throw new LineFault(`kind is none of version ${VERSION}`);
  return { at, ...MAKERS[kind as FiledEvent['kind']](fields, payloadIn) };
}

/** An event of this kind, without its time. */
type Told<Kind> = TapeEvent extends infer One ? (One extends { kind: Kind } ? Omit<One, 'at'> : never) : never;

const MAKERS: { readonly [Kind in FiledEvent['kind']]: (fields: Fields, payloadIn: PayloadIn) => Told<Kind> } = {
  gap: (fields) => ({ kind: 'gap', direction: 'both', events: countIn(fields, 'events') }),
  demand: (fields) => ({ kind: 'demand', direction: 'in', wanted: flagIn(fields, 'wanted') }),
  read: (fields, payloadIn) => ({ kind: 'read', direction: 'in', data: payloadIn(fields) }),
  eof: () => ({ kind: 'eof', direction: 'in' }),
  'read-error': (fields) => ({ kind: 'read-error', direction: 'in', error: failureIn(fields) }),
  write: (fields, payloadIn) => ({ kind: 'write', direction: 'out', id: countIn(fields, 'id'), data: payloadIn(fields) }),
  'write-result': (fields) => ({ kind: 'write-result', direction: 'out', id: countIn(fields, 'id'), ...outcomeIn(fields) }),
  shutdown: (fields) => {
    const mode = modeIn(fields);
    return { kind: 'shutdown', direction: DIRECTION_OF[mode], mode };
  },
  flushed: () => ({ kind: 'flushed', direction: 'out' }),
  close: () => ({ kind: 'close', direction: 'both' }),
  abort: (fields) => {
    const reason = fields['reason'] === undefined ? {} : { reason: textIn(fields, 'reason') };
    return { kind: 'abort', direction: 'both', ...reason };
  },
  closed: () => ({ kind: 'closed', direction: 'both' }),
  broken: (fields) => ({ kind: 'broken', direction: 'both', error: failureIn(fields) }),
};

/** What a `shutdown` of each mode ends. */
export const DIRECTION_OF = { read: 'in', write: 'out', read_write: 'both' } as const;

function outcomeIn(fields: Fields) {
  return flagIn(fields, 'ok') ? { ok: true as const } : { ok: false as const, error: failureIn(fields) };
}

function modeIn(fields: Fields): ShutdownMode {
  const mode = textIn(fields, 'mode');
  if (Object.hasOwn(DIRECTION_OF, mode)) return mode as ShutdownMode;
  throw new LineFault("mode must be 'read', 'write' or 'read_write'");
}
