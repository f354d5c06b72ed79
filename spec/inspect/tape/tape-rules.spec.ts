import fc from 'fast-check';
import { from, type Observable } from 'rxjs';
import { concrete } from '../../../src/combinators/concrete.js';
import type { Flow } from '../../../src/flow/flow.js';
import { renderMarblesSvg } from '../../../src/inspect/picture/render-marbles-svg.js';
import { renderMarbles } from '../../../src/inspect/picture/render-marbles.js';
import { record } from '../../../src/inspect/record/record.js';
import { replay } from '../../../src/inspect/replay/replay.js';
import { loadTape } from '../../../src/inspect/tape/load-tape.js';
import { saveTape } from '../../../src/inspect/tape/save-tape.js';
import type { TapeEvent } from '../../../src/inspect/tape/tape-event.js';
import { flowPair } from '../../../src/memory/pair.js';
import { play, traffic } from '../any-traffic.js';

const HEADER = '{"tape":"rxjs-flow","version":1}\n';
const data = Uint8Array.of(0);

// Events of a tape, short to write; each has a line of its own.
const read: TapeEvent = { at: 1, kind: 'read', direction: 'in', data };
const eof: TapeEvent = { at: 1, kind: 'eof', direction: 'in' };
const readError: TapeEvent = { at: 1, kind: 'read-error', direction: 'in', error: { code: 'reset', message: '' } };
const wanted: TapeEvent = { at: 1, kind: 'demand', direction: 'in', wanted: true };
const write = (id: number): TapeEvent => ({ at: 1, kind: 'write', direction: 'out', id, data });
const ok = (id: number): TapeEvent => ({ at: 1, kind: 'write-result', direction: 'out', id, ok: true });
const shutdown: TapeEvent = { at: 1, kind: 'shutdown', direction: 'both', mode: 'read_write' };
const flushed: TapeEvent = { at: 1, kind: 'flushed', direction: 'out' };
const close: TapeEvent = { at: 1, kind: 'close', direction: 'both' };
const abort: TapeEvent = { at: 1, kind: 'abort', direction: 'both' };
const closed: TapeEvent = { at: 1, kind: 'closed', direction: 'both' };
const broken: TapeEvent = { at: 1, kind: 'broken', direction: 'both', error: { code: 'reset', message: '' } };
const unknown = { at: 1, kind: 'read-error', direction: 'in', error: { code: 'lost', message: '' } } as unknown as TapeEvent;
const gap: TapeEvent = { at: 1, kind: 'gap', direction: 'both', events: 9 };

function lineOf({ direction: _direction, ...event }: TapeEvent): string {
  const payload = 'data' in event ? { data: undefined, base64: Buffer.from(event.data).toString('base64') } : {};
  return `${JSON.stringify({ ...event, ...payload })}\n`;
}

function outcomeOf(source: Observable<unknown>): string {
  let outcome = 'pending';
  source.subscribe({ error: (error: Error) => (outcome = error.message), complete: () => (outcome = 'complete') });
  return outcome;
}

describe('the rules of a tape', () => {
  it.each<[string, TapeEvent[], string]>([
    ['a time before the last one', [{ ...close, at: 2 }, close], 'at 1 comes after 2'],
    ['a first write that is not number 1', [write(2)], 'id is 2, where 1 comes next'],
    ['a write whose number is not the next', [write(1), write(3)], 'id is 3, where 2 comes next'],
    ['a number for the second time', [write(1), ok(1), write(1)], 'id is 1, where 2 comes next'],
    ['a result without its write', [write(1), ok(2)], 'id is 2, which is no write that is pending'],
    ['a result at the beginning', [ok(1)], 'id is 1, which is no write that is pending'],
    ['a result for the second time', [write(1), ok(1), ok(1)], 'id is 1, which is no write that is pending'],
    ['a read after EOF', [eof, read], 'read comes after eof'],
    ['EOF for the second time', [read, eof, eof], 'eof comes after eof'],
    ['a read after one that failed', [readError, read], 'read comes after read-error'],
    ['an end of another kind', [readError, eof], 'eof comes after read-error'],
    ['an end of the flow after its end', [closed, broken], 'broken comes after closed'],
    ['a number after a gap that was there before it', [write(1), gap, write(1)], 'id is 1, where 2 comes next'],
    ['numbers left out that no gap has', [gap, write(5), write(7)], 'id is 7, where 6 comes next'],
    ['a result for the second time, of a write that no gap has', [gap, write(5), ok(5), ok(5)], 'id is 5, which is no write that is pending'],
    ['a failure of a code that there is not', [closed, unknown], 'code is none of a FlowError'],
  ])('refuse %s, in a file, on the way there, in a picture and in a replay', (_, events, fault) => {
    const named = `tape event ${events.length}: ${fault}`;
    expect(outcomeOf(loadTape(HEADER + events.map(lineOf).join('')))).toBe(`tape line ${events.length + 1}: ${fault}`);
    expect(outcomeOf(saveTape(events))).toBe(`saveTape: ${named}`);
    expect(() => renderMarbles(events)).toThrow(new TypeError(`renderMarbles: ${named}`));
    expect(() => renderMarblesSvg(events)).toThrow(new TypeError(`renderMarblesSvg: ${named}`));
    expect(() => replay(events)).toThrow(new TypeError(`replay: ${named}`));
    expect(outcomeOf(renderMarbles(from(events)))).toBe(`renderMarbles: ${named}`);
    const failed = jest.fn();
    replay(from(events)).closed.subscribe({ error: failed });
    expect(failed.mock.calls).toEqual([[expect.objectContaining({ code: 'failed', cause: new TypeError(`replay: ${named}`) })]]);
  });

  it.each<[string, TapeEvent[]]>([
    ['results in any order', [write(1), write(2), ok(2), ok(1)]],
    ['results after the end of writing, after an abort, and after the end', [write(1), write(2), write(3), shutdown, ok(1), abort, ok(2), broken, ok(3)]],
    ['reads after close() until EOF', [close, read, eof, closed]],
    ['reads of what had come before the end, and a reader that waits for them', [closed, wanted, read, eof]],
    ['calls of whoever still reads after the end', [closed, read, write(1), ok(1), shutdown, flushed, close, abort]],
    ['readers that come after EOF', [eof, wanted]],
    ['numbers that a gap has swallowed', [write(1), gap, write(4), ok(4)]],
    ['results of writes that a gap may have swallowed, or may not', [write(1), gap, ok(1), ok(3), write(4), ok(2)]],
    ['a tape that stops anywhere', [write(1)]],
  ])('allow %s', (_, events) => {
    expect(outcomeOf(loadTape(HEADER + events.map(lineOf).join('')))).toBe('complete');
    expect(outcomeOf(saveTape(events))).toBe('complete');
    expect(outcomeOf(renderMarbles(from(events)))).toBe('complete');
    expect(() => [renderMarbles(events), renderMarblesSvg(events), replay(events)]).not.toThrow();
  });

  it('refuse nothing that record puts on a tape, whatever both sides do, and however much of it is lost', () => {
    const bounds = fc.constantFrom(1, 5, 1000);
    fc.assert(
      fc.property(traffic, bounds, fc.boolean(), fc.boolean(), (steps, maxEvents, isLate, isConcrete) => {
        const events: TapeEvent[] = [];
        const lines: string[] = [];
        const faults = jest.fn();
        let listen = () => {};
        const dress = (inner: Flow): Flow => {
          const { flow, tape } = record(isConcrete ? concrete(inner) : inner, { maxEvents });
          listen = () => {
            tape.subscribe((event) => events.push(event));
            tape.pipe(saveTape()).subscribe({ next: (line) => lines.push(line), error: faults });
          };
          if (!isLate) listen();
          return flow;
        };
        play(steps, dress);
        if (isLate) listen();
        expect(faults.mock.calls).toEqual([]);
        const loaded: TapeEvent[] = [];
        loadTape(lines).subscribe((event) => loaded.push(event));
        expect(loaded).toEqual(events);
        expect(() => [renderMarbles(events), replay(events)]).not.toThrow();
      }),
      { numRuns: 200 },
    );
  });

  it('refuse nothing of a tape whose listener causes more events than it holds', () => {
    const [inner, peer] = flowPair();
    const { flow, tape } = record(inner, { maxEvents: 1 });
    const events: TapeEvent[] = [];
    tape.subscribe((event) => {
      events.push(event);
      if (event.kind === 'read') for (let count = 0; count < 3; count += 1) flow.write(data);
    });
    flow.read().subscribe();
    for (let count = 0; count < 3; count += 1) peer.write(data);
    expect(events.map((event) => event.kind)).toEqual(['start', 'demand', ...Array(3).fill(['read', 'gap', 'write-result']).flat()]);
    expect(outcomeOf(saveTape(events))).toBe('complete');
  });
});
