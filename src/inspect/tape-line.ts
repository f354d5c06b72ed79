/**
 * An event as one line of a tape's file, and back. The format is in `docs/tape-format.md`; what is wrong with a line is
 * told by a `LineFault`, which knows no line numbers.
 */
import type { ShutdownMode } from '../flow/flow.js';
import type { TapeEvent } from './tape-event.js';
import { countIn, failureIn, type Fields, flagIn, LineFault, objectOf, textIn, timeIn } from './tape-fields.js';
import { payloadIn, payloadOf } from './tape-payload.js';

/** The first event of a tape has the file's first line, the one that says what the file is. */
export type StartEvent = Extract<TapeEvent, { kind: 'start' }>;

const VERSION = 1;
const DIRECTION_OF = { read: 'in', write: 'out', read_write: 'both' } as const;

export function headerLine(start: StartEvent | undefined): string {
  const about = start === undefined ? {} : { name: start.name, startedAt: new Date(start.startedAt).toISOString() };
  return `${JSON.stringify({ tape: 'rxjs-flow', version: VERSION, ...about })}\n`;
}

export function parseHeader(line: string): StartEvent | undefined {
  const fields = objectOf(line);
  if (fields['tape'] !== 'rxjs-flow') throw new LineFault(`is not {"tape":"rxjs-flow","version":${VERSION}}: this is no tape`);
  if (fields['version'] !== VERSION) throw new LineFault(`has a version other than ${VERSION}`, 'unsupported');
  if (fields['name'] === undefined) return undefined;
  const startedAt = Date.parse(textIn(fields, 'startedAt'));
  if (Number.isNaN(startedAt)) throw new LineFault('startedAt must be a time of ISO 8601');
  return { at: 0, kind: 'start', direction: 'both', name: textIn(fields, 'name'), startedAt };
}

export function eventLine(event: TapeEvent): string {
  // What the kind says already is left out; what a line does not know is not in it.
  const { at, kind, direction: _direction, ...details } = event;
  const fields = 'data' in event ? { ...details, data: undefined, ...payloadOf(event.data) } : details;
  return `${JSON.stringify({ at, kind, ...fields })}\n`;
}

export function parseEvent(line: string): TapeEvent {
  const fields = objectOf(line);
  const at = timeIn(fields, 'at');
  const kind = textIn(fields, 'kind');
  if (!Object.hasOwn(PARSERS, kind)) throw new LineFault(`kind is none of version ${VERSION}`);
  return { at, ...PARSERS[kind as FiledKind](fields) };
}

type FiledKind = Exclude<TapeEvent['kind'], 'start'>;
/** An event of this kind, without its time. */
type Told<Kind> = TapeEvent extends infer One ? (One extends { kind: Kind } ? Omit<One, 'at'> : never) : never;

const PARSERS: { readonly [Kind in FiledKind]: (fields: Fields) => Told<Kind> } = {
  gap: (fields) => ({ kind: 'gap', direction: 'both', events: countIn(fields, 'events') }),
  demand: (fields) => ({ kind: 'demand', direction: 'in', wanted: flagIn(fields, 'wanted') }),
  read: (fields) => ({ kind: 'read', direction: 'in', data: payloadIn(fields, 1) }),
  eof: () => ({ kind: 'eof', direction: 'in' }),
  'read-error': (fields) => ({ kind: 'read-error', direction: 'in', error: failureIn(fields) }),
  write: (fields) => ({ kind: 'write', direction: 'out', id: countIn(fields, 'id'), data: payloadIn(fields, 0) }),
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

function outcomeIn(fields: Fields) {
  return flagIn(fields, 'ok') ? { ok: true as const } : { ok: false as const, error: failureIn(fields) };
}

function modeIn(fields: Fields): ShutdownMode {
  const mode = textIn(fields, 'mode');
  if (Object.hasOwn(DIRECTION_OF, mode)) return mode as ShutdownMode;
  throw new LineFault("mode must be 'read', 'write' or 'read_write'");
}
