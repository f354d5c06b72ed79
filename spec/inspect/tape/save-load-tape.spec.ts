import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { catchError, concat, from, lastValueFrom, NEVER, type Observable, of, throwError, toArray } from 'rxjs';
import { FlowError } from '../../../src/flow/flow-error.js';
import { renderMarblesSvg } from '../../../src/inspect/picture/render-marbles-svg.js';
import { renderMarbles } from '../../../src/inspect/picture/render-marbles.js';
import { record } from '../../../src/inspect/record/record.js';
import { replay } from '../../../src/inspect/replay/replay.js';
import { loadTape } from '../../../src/inspect/tape/load-tape.js';
import { saveTape } from '../../../src/inspect/tape/save-tape.js';
import type { TapeEvent } from '../../../src/inspect/tape/tape-event.js';
import { TapeReader } from '../../../src/inspect/tape/tape-reader.js';
import { TapeWriter } from '../../../src/inspect/tape/tape-writer.js';
import { flowPair } from '../../../src/memory/pair.js';
import { arbitraryTape } from '../../support/arbitrary-tape.js';
import { lawfulTape } from '../lawful-tape.js';

const HEADER = '{"tape":"rxjs-flow","version":1}\n';
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** All that a synchronous source emits; its error is thrown. */
function all<T>(source: Observable<T>): T[] {
  const values: T[] = [];
  let failure: unknown;
  source.subscribe({ next: (value) => values.push(value), error: (error: unknown) => (failure = error) });
  if (failure !== undefined) throw failure;
  return values;
}

function faultOf(file: string | Observable<string | Uint8Array>): string {
  try {
    all(loadTape(file));
    return 'no fault';
  } catch (error) {
    return error instanceof FlowError ? `${error.code}: ${error.message}` : String(error);
  }
}

describe('saveTape', () => {
  it('begins with a line that says what the file is, whose tape, and since when', () => {
    const tape = of<TapeEvent>({ at: 0, kind: 'start', direction: 'both', name: 'tcp 127.0.0.1:80', startedAt: Date.UTC(2025, 0, 2) });
    expect(all(saveTape(tape))).toEqual(['{"tape":"rxjs-flow","version":1,"name":"tcp 127.0.0.1:80","startedAt":"2025-01-02T00:00:00.000Z"}\n']);
  });

  it('writes an event to a line: text as text, other bytes as base64', () => {
    const lines = all(
      saveTape([
        { at: 1, kind: 'read', direction: 'in', data: utf8('GET /\r\n') },
        { at: 2.5, kind: 'write', direction: 'out', id: 1, data: Uint8Array.of(0, 255) },
        { at: 3, kind: 'write-result', direction: 'out', id: 1, ok: false, error: { code: 'reset', message: 'x: gone' } },
        { at: 4, kind: 'shutdown', direction: 'both', mode: 'read_write' },
      ]),
    );
    expect(lines).toEqual([
      HEADER,
      '{"at":1,"kind":"read","text":"GET /\\r\\n"}\n',
      '{"at":2.5,"kind":"write","id":1,"base64":"AP8="}\n',
      '{"at":3,"kind":"write-result","id":1,"ok":false,"error":{"code":"reset","message":"x: gone"}}\n',
      '{"at":4,"kind":"shutdown","mode":"read_write"}\n',
    ]);
  });

  it('writes each event as it comes', () => {
    const { flow, tape } = record(flowPair()[0]);
    const lines: string[] = [];
    tape.pipe(saveTape()).subscribe((line) => lines.push(line));
    expect(lines).toHaveLength(1);
    flow.write(utf8('a'));
    expect(lines).toHaveLength(3);
  });

  it('makes a file of an empty tape', () => {
    expect(all(saveTape([]))).toEqual([HEADER]);
  });

  it('refuses to write two tapes into one file', () => {
    const start: TapeEvent = { at: 0, kind: 'start', direction: 'both', name: 'a', startedAt: 0 };
    expect(() => all(saveTape([start, start]))).toThrow(new TypeError('saveTape: tape event 2: a start event can only be the first of a tape'));
  });

  it('fails as the tape fails', () => {
    expect(() => all(throwError(() => new Error('tape')).pipe(saveTape()))).toThrow('tape');
  });

  it('writes what the format knows, and nothing else that is on an event', () => {
    const event = { at: 1, kind: 'read', data: Uint8Array.of(255), text: 'a', notes: 1n };
    expect(all(saveTape([event as unknown as TapeEvent]))).toEqual([HEADER, '{"at":1,"kind":"read","base64":"/w=="}\n']);
  });

  it.each<[unknown, string]>([
    [42, 'must be an object, not number 42'],
    [null, 'must be an object, not null'],
    [[], 'must be an object, not an array'],
    [{}, 'has no at (a number of milliseconds not below 0)'],
    [{ at: NaN, kind: 'eof' }, 'at must be a number of milliseconds not below 0, not number NaN'],
    [{ at: 0, kind: 'nonsense' }, 'kind is none of version 1'],
    [{ at: 0, kind: 'read', data: 'text' }, 'data must be a Uint8Array, not a string'],
    [{ at: 0, kind: 'read', data: new Uint8Array(0) }, 'has no bytes: a read has at least one'],
    [{ at: 0, kind: 'write', data: new Uint8Array(1) }, 'has no id (a whole number above 0)'],
    [{ at: 0, kind: 'broken', error: new Error('x') }, 'has no code (a string)'],
    [{ at: 0, kind: 'broken', error: { code: 'lost', message: '' } }, 'code is none of a FlowError'],
    [{ at: 0, kind: 'start', name: 'x' }, 'has no startedAt (a number of milliseconds since 1970)'],
    [{ at: 0, kind: 'start', name: 'x', startedAt: '2025-01-01' }, 'startedAt must be a number of milliseconds since 1970, not a string'],
    [{ at: 0, kind: 'start', name: 'x', startedAt: 1e300 }, 'startedAt is no time of a calendar'],
    [{ at: 0, kind: 'start', name: 'x', startedAt: -8.64e15 - 1 }, 'startedAt is no time of a calendar'],
    [{ at: 0, kind: 'start', name: 'x', startedAt: NaN }, 'startedAt is no time of a calendar'],
    [{ at: 0, kind: 'start', startedAt: 0 }, 'has no name (a string)'],
  ])('refuses, by its number, what loadTape would refuse: %j', (event, fault) => {
    const told = jest.fn();
    saveTape([{ at: 0, kind: 'close', direction: 'both' }, event as TapeEvent]).subscribe({ error: told });
    expect(told.mock.calls).toEqual([[new TypeError(`saveTape: tape event 2: ${fault}`)]]);
  });

  it('refuses an event whose line would be too long to be read', () => {
    const writer = new TapeWriter(60);
    expect(writer.linesOf({ at: 0, kind: 'eof' }, 0)).toHaveLength(2);
    expect(() => writer.linesOf({ at: 0, kind: 'write', id: 1, data: new Uint8Array(60) }, 1)).toThrow(
      new FlowError('too-large', 'saveTape: tape event 2: its line exceeds 60 characters'),
    );
  });
});

describe('loadTape', () => {
  it('gives back what saveTape was given, however the file is cut', () => {
    fc.assert(
      fc.property(lawfulTape, fc.integer({ min: 1, max: 60 }), (tape, size) => {
        const lines = all(saveTape(tape));
        const text = lines.join('');
        const cut = <T extends { slice(from: number, to: number): T; length: number }>(whole: T): T[] =>
          Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.slice(at * size, (at + 1) * size));
        expect(all(loadTape(lines))).toEqual(tape);
        expect(all(from(lines).pipe(loadTape()))).toEqual(tape);
        expect(all(loadTape(text))).toEqual(tape);
        expect(all(loadTape(utf8(text)))).toEqual(tape);
        expect(all(loadTape(text.trimEnd().split('\n')))).toEqual(tape);
        expect(all(loadTape(from(cut(text))))).toEqual(tape);
        expect(all(loadTape(from(cut(utf8(text)))))).toEqual(tape);
      }),
    );
  });

  it('reads files of other systems: CRLF, a byte order mark, empty lines, text beyond ASCII', () => {
    const file = `\uFEFF${HEADER.trim()}\r\n\r\n{"at":1,"kind":"read","text":"é"}\r\n\n{"kind":"eof","at":2}`;
    const tape: TapeEvent[] = [
      { at: 1, kind: 'read', direction: 'in', data: utf8('é') },
      { at: 2, kind: 'eof', direction: 'in' },
    ];
    expect(all(loadTape(file))).toEqual(tape);
    expect(all(loadTape([utf8(file)]))).toEqual(tape);
  });

  it('reads the tape that the description of the format shows', () => {
    const description = readFileSync(join(__dirname, '../../../docs/tape-format.md'), 'utf8');
    const shown = /```jsonl\n([^`]*)```/.exec(description)![1]!;
    const events = all(loadTape(shown));
    expect(events).toHaveLength(shown.trim().split('\n').length);
    expect(all(saveTape(events)).join('')).toBe(shown);
  });

  it('is described with every kind of event that there is', () => {
    const description = readFileSync(join(__dirname, '../../../docs/tape-format.md'), 'utf8');
    const kinds = new Set<string>();
    fc.assert(
      fc.property(arbitraryTape, (tape) => {
        for (const event of tape) kinds.add(event.kind);
      }),
    );
    kinds.delete('start');
    expect([...description.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]).sort()).toEqual(['kind', ...kinds].sort());
  });

  it.each([
    ['1970-01-01T00:00:00+02:00', -7_200_000],
    ['1969-12-31T23:59:59.000Z', -1000],
    ['-271821-04-20T00:00:00.000Z', -8.64e15],
    ['+275760-09-13T00:00:00.000Z', 8.64e15],
  ])('takes a tape of any time of the calendar, as everybody else does: %s', (time, startedAt) => {
    const [start] = all(loadTape(`{"tape":"rxjs-flow","version":1,"name":"x","startedAt":"${time}"}\n`)) as [TapeEvent];
    expect(start).toEqual({ at: 0, kind: 'start', direction: 'both', name: 'x', startedAt });
    expect(all(loadTape(saveTape([start])))).toEqual([start]);
    expect(() => [renderMarbles([start]), renderMarblesSvg([start]), replay([start])]).not.toThrow();
  });

  it('gives back the time of a tape, whichever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: -8.64e15, max: 8.64e15 }), (startedAt) => {
        const start: TapeEvent = { at: 0, kind: 'start', direction: 'both', name: 'x', startedAt };
        expect(all(loadTape(saveTape([start])))).toEqual([start]);
      }),
    );
  });

  it('reads from what produces its chunks in time', async () => {
    async function* file() {
      yield HEADER;
      yield utf8('{"at":1,"kind":"eof"}\n');
    }
    expect(await lastValueFrom(loadTape(file()).pipe(toArray()))).toEqual([{ at: 1, kind: 'eof', direction: 'in' }]);
  });

  it('emits an event as soon as its line is whole', () => {
    const events: TapeEvent[] = [];
    loadTape(concat(of(HEADER, '{"at":1,"kind":"eof"}'), NEVER)).subscribe((event) => events.push(event));
    expect(events).toHaveLength(1);
  });

  it.each([
    ['base64', 'A'],
    ['text', '}'],
  ])('reads a line of much %s once, however many chunks it comes in', (field, sign) => {
    const line = JSON.stringify({ at: 1, kind: 'read', [field]: sign.repeat(40_000) });
    const chunks = line.match(/.{1,100}/g)!;
    const looks = [jest.spyOn(String.prototype, 'trim'), jest.spyOn(String.prototype, 'trimEnd'), jest.spyOn(JSON, 'parse')];
    const events = all(loadTape([HEADER, ...chunks, '\n']));
    const lookedAt = looks.flatMap(({ mock }) => [...mock.contexts, ...mock.calls.flat()]).filter((one) => String(one).length > 10_000);
    jest.restoreAllMocks();
    expect(events).toHaveLength(1);
    expect(lookedAt.length).toBeLessThan(5);
  });

  it('emits what precedes a line that is cut off', () => {
    const events: (TapeEvent | string)[] = [];
    loadTape(`${HEADER}{"at":1,"kind":"eof"}\n{"at":2,"ki`)
      .pipe(catchError((error: FlowError) => of(error.code)))
      .subscribe((event) => events.push(event));
    expect(events).toEqual([{ at: 1, kind: 'eof', direction: 'in' }, 'truncated']);
  });

  it('fails as the file fails', () => {
    expect(() => all(loadTape(throwError(() => new Error('disk'))))).toThrow('disk');
  });

  it.each([
    ['', 'truncated: tape line 1: is missing: the tape is empty'],
    ['\n\n', 'truncated: tape line 3: is missing: the tape is empty'],
    ['hello\n', 'protocol: tape line 1: is not JSON'],
    ['[]\n', 'protocol: tape line 1: must be a JSON object, not an array'],
    ['"x"', 'protocol: tape line 1: must be a JSON object, not a string'],
    ['{"at":1,"kind":"eof"}\n', 'protocol: tape line 1: is not {"tape":"rxjs-flow","version":1}: this is no tape'],
    ['{"tape":"rxjs-flow","version":2}\n', 'unsupported: tape line 1: has a version other than 1'],
    ['{"tape":"rxjs-flow","version":1,"name":"x"}\n', 'protocol: tape line 1: has no startedAt (a string)'],
    ['{"tape":"rxjs-flow","version":1,"startedAt":"2025-01-01T00:00:00Z"}\n', 'protocol: tape line 1: has no name (a string)'],
    ['{"tape":"rxjs-flow","version":1,"name":"x","startedAt":"soon"}\n', 'protocol: tape line 1: startedAt must be a time of ISO 8601, as 2025-03-01T09:30:00.000Z'],
    ['{"tape":"rxjs-flow","version":1,"name":"x","startedAt":"March 1, 2025"}\n', 'protocol: tape line 1: startedAt must be a time of ISO 8601, as 2025-03-01T09:30:00.000Z'],
    ['{"tape":"rxjs-flow","version":1,"name":"x","startedAt":"2025-13-01"}\n', 'protocol: tape line 1: startedAt must be a time of ISO 8601, as 2025-03-01T09:30:00.000Z'],
    ['{"tape":"rxjs-flow","version":1,"name":"x","startedAt":"2025-02-29T12:00:00Z"}\n', 'protocol: tape line 1: startedAt must be a time of ISO 8601, as 2025-03-01T09:30:00.000Z'],
    ['{"tape":"rxjs-flow","version":1,"name":"x","startedAt":"-000000-01-01"}\n', 'protocol: tape line 1: startedAt must be a time of ISO 8601, as 2025-03-01T09:30:00.000Z'],
    ['{"tape":"rxjs-flow","version":1,"name":"x","startedAt":"+275760-09-13T00:00:00.001Z"}\n', 'protocol: tape line 1: startedAt must be a time of ISO 8601, as 2025-03-01T09:30:00.000Z'],
    ['{"tape":"rxjs-flow","version":1,"name":7,"startedAt":"2025-01-01"}\n', 'protocol: tape line 1: name must be a string, not number 7'],
  ])('names the line of a bad beginning: %j', (file, fault) => {
    expect(faultOf(file)).toBe(fault);
    expect(faultOf(of(utf8(file)))).toBe(fault);
  });

  it.each([
    ['nonsense', 'protocol: is not JSON'],
    ['{"at":1,}\n', 'protocol: is not JSON (column 9)'],
    ['{"at":1,}', 'protocol: is not JSON (column 9)'],
    ['{"at":3,"kind":"eo', 'truncated: is cut off: the tape ends in it'],
    ['{"kind":"eof"}', 'protocol: has no at (a number of milliseconds not below 0)'],
    ['{"at":-1,"kind":"eof"}', 'protocol: at must be a number of milliseconds not below 0, not number -1'],
    ['{"at":"1","kind":"eof"}', 'protocol: at must be a number of milliseconds not below 0, not a string'],
    ['{"at":1,"kind":"eof"}', 'protocol: at 1 comes after 2'],
    ['{"at":3}', 'protocol: has no kind (a string)'],
    ['{"at":3,"kind":"toString"}', 'protocol: kind is none of version 1'],
    ['{"at":3,"kind":"start"}', 'protocol: kind is none of version 1'],
    ['{"at":3,"kind":"read"}', 'protocol: has neither text nor base64'],
    ['{"at":3,"kind":"read","text":""}', 'protocol: has no bytes: a read has at least one'],
    ['{"at":3,"kind":"read","text":5}', 'protocol: text must be a string, not number 5'],
    ['{"at":3,"kind":"read","text":"a","base64":"YQ=="}', 'protocol: has both text and base64'],
    ['{"at":3,"kind":"read","base64":"*"}', 'protocol: base64 is not base64'],
    ['{"at":3,"kind":"read","base64":"YR=="}', 'protocol: base64 is not base64'],
    ['{"at":3,"kind":"write","id":0,"text":"a"}', 'protocol: id must be a whole number above 0, not number 0'],
    ['{"at":3,"kind":"write","id":1.5,"text":"a"}', 'protocol: id must be a whole number above 0, not number 1.5'],
    ['{"at":3,"kind":"write-result","id":1,"ok":"yes"}', 'protocol: ok must be true or false, not a string'],
    ['{"at":3,"kind":"write-result","id":1,"ok":false}', 'protocol: has no error (an object)'],
    ['{"at":3,"kind":"broken","error":{"code":"lost","message":""}}', 'protocol: code is none of a FlowError'],
    ['{"at":3,"kind":"broken","error":{"code":"reset"}}', 'protocol: has no message (a string)'],
    ['{"at":3,"kind":"broken","error":{"code":"reset","message":"","cause":1}}', 'protocol: cause must be a string, not number 1'],
    ['{"at":3,"kind":"shutdown","mode":"both"}', "protocol: mode must be 'read', 'write' or 'read_write'"],
    ['{"at":3,"kind":"demand"}', 'protocol: has no wanted (true or false)'],
    ['{"at":3,"kind":"gap","events":-1}', 'protocol: events must be a whole number above 0, not number -1'],
    ['{"at":3,"kind":"abort","reason":null}', 'protocol: reason must be a string, not null'],
  ])('names the line of a bad event: %s', (line, fault) => {
    const [code, ...rest] = fault.split(': ');
    const expected = `${code}: tape line 4: ${rest.join(': ')}`;
    const before = `${HEADER}\n{"at":2,"kind":"close"}\n`;
    expect(faultOf(before + line)).toBe(expected);
    expect(faultOf(of(before.trimEnd(), '\n', line))).toBe(expected);
    expect(faultOf(of(utf8(before + line)))).toBe(expected);
  });

  it('names the line that is not UTF-8', () => {
    const bad = Uint8Array.of(...utf8(`${HEADER}{"at":1,"kind":"eof"}\n{"at":2,"kind":"`), 0xff, ...utf8('"}\n'));
    expect(faultOf(of(bad))).toBe('protocol: tape line 3: is not UTF-8');
  });

  it('calls a file that ends inside a character cut off', () => {
    expect(faultOf(of(Uint8Array.of(...utf8(`${HEADER}{"at":1,"kind":"eof"}\n`), 0xe2, 0x82)))).toBe(
      'truncated: tape line 3: is cut off: the tape ends in it',
    );
  });

  it('keeps the faults free of payload', () => {
    expect(faultOf(`${HEADER}{"at":1,"kind":"read","text":"secret" x}`)).not.toContain('secret');
  });

  it('limits the length of a line, so that a file without lines cannot fill the memory', () => {
    const reader = new TapeReader(100);
    expect(() => [...reader.read(HEADER), ...reader.read(`{"at":1,"kind":"read","text":"${'x'.repeat(100)}`)]).toThrow(
      new FlowError('too-large', 'tape line 2: exceeds 100 characters'),
    );
  });

  it('names the argument that is no file or no tape', () => {
    expect(() => saveTape(HEADER as unknown as TapeEvent[])).toThrow(
      /^saveTape: tape must be an Observable, or what can be made one, not a string: loadTape makes a tape of a file$/,
    );
    expect(() => loadTape(7 as unknown as string)).toThrow(/^loadTape: file must be an Observable, or what can be made one, not number 7$/);
    expect(() => saveTape(7 as unknown as TapeEvent[])).toThrow(/^saveTape: tape must be an Observable, or what can be made one, not number 7$/);
  });

  it('takes text and bytes only', () => {
    expect(() => all(loadTape([7] as unknown as string[]))).toThrow(new TypeError('loadTape: takes strings and Uint8Arrays, not number 7'));
  });
});
