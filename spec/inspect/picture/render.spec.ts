import fc from 'fast-check';
import { firstValueFrom, from, type Observable, throwError, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { FlowErrorCode } from '../../../src/flow/flow-error.js';
import { renderMarblesSvg } from '../../../src/inspect/picture/render-marbles-svg.js';
import { renderMarbles } from '../../../src/inspect/picture/render-marbles.js';
import { record } from '../../../src/inspect/record/record.js';
import type { TapeEvent } from '../../../src/inspect/tape/tape-event.js';
import { flowPair } from '../../../src/memory/pair.js';
import { arbitraryTape, arbitraryText } from '../../support/arbitrary-tape.js';
import { elementsOf, parseXml, textOf, type XmlElement } from '../../support/xml.js';
import { lawful } from '../lawful-tape.js';

const start = (name: string): TapeEvent => ({ at: 0, kind: 'start', direction: 'both', name, startedAt: 0 });
const demand = (at: number, wanted: boolean): TapeEvent => ({ at, kind: 'demand', direction: 'in', wanted });
const read = (at: number, size: number): TapeEvent => ({ at, kind: 'read', direction: 'in', data: new Uint8Array(size) });
const write = (at: number, id: number, size: number): TapeEvent => ({ at, kind: 'write', direction: 'out', id, data: new Uint8Array(size) });
const ok = (at: number, id: number): TapeEvent => ({ at, kind: 'write-result', direction: 'out', id, ok: true });
const failed = (at: number, id: number): TapeEvent => ({
  at,
  kind: 'write-result',
  direction: 'out',
  id,
  ok: false,
  error: { code: 'reset', message: 'gone' },
});

/** A question that has to wait for room, an answer that has to wait for a reader, and an end in order. */
const conversation: TapeEvent[] = [
  start('tcp 127.0.0.1:80'),
  write(0, 1, 42),
  ok(0, 1),
  demand(0, true),
  read(12, 30),
  demand(12, false),
  demand(27, true),
  read(27, 20),
  write(40, 2, 65536),
  ok(140, 2),
  { at: 150, kind: 'shutdown', direction: 'out', mode: 'write' },
  { at: 150, kind: 'flushed', direction: 'out' },
  { at: 160, kind: 'eof', direction: 'in' },
  { at: 160, kind: 'closed', direction: 'both' },
];

const breakdown: TapeEvent[] = [
  start('x'),
  demand(0, true),
  write(5, 1, 100),
  { at: 6, kind: 'shutdown', direction: 'out', mode: 'write' },
  failed(30, 1),
  { at: 30, kind: 'read-error', direction: 'in', error: { code: 'reset', message: 'gone' } },
  { at: 30, kind: 'broken', direction: 'both', error: { code: 'reset', message: 'gone' } },
];

/** `count` reads and as many writes, each 1 ms after the other; every tenth write waits 2 ms. */
function longTape(count: number, stepMs = 1): TapeEvent[] {
  const events: TapeEvent[] = [start('long'), demand(0, true)];
  for (let id = 1; id <= count; id += 1) {
    const at = id * 3 * stepMs;
    events.push(read(at, 100), write(at + stepMs, id, 10), ok(at + stepMs + (id % 10 === 0 ? 2 * stepMs : 0), id));
  }
  return [...events, { at: (count * 3 + 10) * stepMs, kind: 'eof', direction: 'in' }];
}

/** One write that is pending all the time, among many reads. */
const longWait: TapeEvent[] = [write(0, 1, 9), ...Array.from({ length: 199 }, (_, at) => read(at * 5 + 5, 1)), ok(1000, 1)];

/** Reads and writes in turn, one at each time; each write waits for the next but one. */
function tapeAt(times: readonly number[]): TapeEvent[] {
  return times.flatMap((at, id) => (id % 2 === 0 ? [read(at, 3)] : [...(id > 2 ? [ok(at, (id - 1) / 2)] : []), write(at, (id + 1) / 2, 4)]));
}

/** The shortest time there is, others that calculating makes 0 of, and the longest. */
const EXTREMES = [Number.MIN_VALUE, 1e-323, 1e-322, 2e-308, Number.EPSILON, 2 ** 53, Number.MAX_VALUE / 2, Number.MAX_VALUE];

/** The same again and again, in later and later times, with its ends in the last round. */
function repeated(tape: readonly TapeEvent[], times: number): TapeEvent[] {
  const events: TapeEvent[] = [];
  for (let left = times; left > 0; left -= 1) {
    const since = events.at(-1)?.at ?? 0;
    const round = left === 1 ? tape : tape.filter(({ kind }) => !ENDS.has(kind));
    events.push(...round.map((event) => ({ ...event, at: since + event.at })));
  }
  return lawful(events);
}

const ENDS: ReadonlySet<string> = new Set<TapeEvent['kind']>(['eof', 'read-error', 'closed', 'broken']);

/** A reader who works 20 ms on each request, and waits for the next: as a socket and the clock of a machine give it. */
const heldThenWaits = [start('tcp'), demand(1, true), read(105, 7), demand(106, false), demand(126, true), read(2107, 7)];

/** Nobody reads for 9 s: nothing comes then, or what has come. */
const lateReader: TapeEvent[] = [start('late'), write(1000, 1, 1), ok(1000, 1), demand(9000, true), { at: 10_000, kind: 'eof', direction: 'in' }];
const lateForData: TapeEvent[] = [start('late'), write(1000, 1, 1), ok(1000, 1), demand(9000, true), read(9001, 5)];

/** Two writes wait for room, the end of writing for them, and then there is another write. */
const lateWrite: TapeEvent[] = [
  write(10, 1, 8),
  write(10, 2, 3),
  { at: 20, kind: 'shutdown', direction: 'out', mode: 'write' },
  write(30, 3, 4),
  failed(30, 3),
  ok(1000, 1),
  ok(1000, 2),
  { at: 1000, kind: 'flushed', direction: 'out' },
  { at: 2000, kind: 'closed', direction: 'both' },
];

/** What acts on a terminal, or turns its text around; newlines are the picture's own. */
const ACTIVE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/u;

const tooWide = (picture: string, width: number): string[] => picture.split('\n').filter((line) => line.length > width);

function lane(picture: string, name: string): string {
  return picture
    .split('\n')
    .filter((line) => line.startsWith(`  ${name.padEnd(4)}`) && !line.includes('peer'))
    .map((line) => line.slice(6))
    .join('\n');
}

describe('renderMarbles', () => {
  it('sums up in three lines, then draws both directions under a line of times', () => {
    expect(renderMarbles(conversation).split('\n').slice(0, 9)).toEqual([
      'tcp 127.0.0.1:80, 160 ms, closed',
      '  in   peer -> here   2 reads, 50 B; data waited for a reader up to 15 ms; EOF at 160 ms',
      '  out  here -> peer   2 writes, 64 KiB; 1 had to wait, up to 100 ms; EOF at 150 ms',
      '',
      '  ms    0     12    27          40        140         150   160',
      '  in  --------30B===(15ms)20B-------------------------------|',
      '  out --42B---------------------64KiB~~~~~ok(100ms)---|',
      '  flow                                                      closed',
      '',
    ]);
  });

  it('explains the signs that it uses, and no others', () => {
    const legend = renderMarbles(conversation).split('\n\n').at(-1);
    expect(legend).toContain('|  EOF');
    expect(legend).toContain('~~ a write is pending');
    expect(legend).toContain('== data waits for a reader');
    expect(legend).not.toContain('!');
    expect(legend).not.toContain('#');
  });

  it('shows failures with their codes, how long they were pending, and what was to come', () => {
    const picture = renderMarbles(breakdown);
    expect(picture.split('\n')[0]).toBe('x, 30 ms, broken: reset');
    expect(picture).toContain('  out  here -> peer   1 write, 100 B; 1 failed (reset)');
    expect(lane(picture, 'out')).toMatch(/^--100B~+>~+!reset\(25ms\) *$/);
    expect(lane(picture, 'in')).toMatch(/^-+#reset$/);
    expect(lane(picture, 'flow')).toMatch(/^ +broken: reset$/);
  });

  it('shows a write that is still pending, a flow that is still open, and lost events', () => {
    const picture = renderMarbles([start('x'), { at: 3, kind: 'gap', direction: 'both', events: 7 }, write(4, 9, 1), read(9, 1)]);
    expect(picture.split('\n')[0]).toBe('x, 9 ms, 7 events lost, still open');
    expect(picture).toContain('1 still pending');
    expect(lane(picture, 'out')).toMatch(/1B~+$/);
  });

  it('counts all events that are lost, however many gaps there are', () => {
    const gap = (at: number, events: number): TapeEvent => ({ at, kind: 'gap', direction: 'both', events });
    expect(renderMarbles([gap(3, 3), read(4, 1), gap(5, 5), gap(5, 2), read(9, 1)]).split('\n')[0]).toBe('tape, 9 ms, 10 events lost, still open');
  });

  it('draws what is pending on after a write that comes too late and fails', () => {
    const picture = renderMarbles(lateWrite);
    expect(lane(picture, 'out')).toMatch(/^--8B~3B~+>~+4B~!reset~+2x:ok\(990ms\)\| *$/);
    expect(picture).toContain('3 writes, 15 B; 2 had to wait, up to 990 ms; 1 failed (reset); EOF at 1 s');
  });

  it('draws nothing to go after a write that failed, unless it is pending', () => {
    const shutdown = (at: number): TapeEvent => ({ at, kind: 'shutdown', direction: 'out', mode: 'write' });
    expect(lane(renderMarbles([write(0, 1, 9), failed(9, 1), shutdown(20), read(30, 1)]), 'out').trimEnd()).toMatch(/^--9B~+!reset\(9ms\)$/);
    expect(lane(renderMarbles([write(0, 1, 9), write(0, 2, 9), failed(9, 2), ok(20, 1), read(30, 1)]), 'out').trimEnd()).toMatch(/!reset\(9ms\)~+ok\(20ms\)$/);
    expect(lane(renderMarbles([write(0, 1, 9), shutdown(5), failed(9, 1), read(30, 1)]), 'out').trimEnd()).toMatch(/!reset\(9ms\)$/);
  });

  it('tells how long writes had to wait apart from how long those were pending that failed', () => {
    const tape = [write(0, 1, 1), write(0, 2, 1), ok(50, 1), failed(1000, 2)];
    expect(renderMarbles(tape)).toContain('1 had to wait, up to 50 ms; 1 failed (reset)');
    const all = Array.from({ length: 200 }, (_, at) => [write(0, 2 * at + 1, 1), write(0, 2 * at + 2, 1), ok(50, 2 * at + 1), failed(1000, 2 * at + 2)]);
    const grouped = lane(renderMarbles(all.flat().sort((one, other) => one.at - other.at)), 'out');
    expect(grouped).toMatch(/ok\(50ms\)/);
    expect(grouped).toMatch(/!reset\(1s\)/);
    expect(grouped).not.toMatch(/ok\(1s\)|!reset\(50ms\)/);
  });

  it('takes no write for pending after a gap, which may have its result', () => {
    const gap: TapeEvent = { at: 10, kind: 'gap', direction: 'both', events: 3 };
    const end: TapeEvent = { at: 40, kind: 'closed', direction: 'both' };
    const picture = renderMarbles([write(1, 1, 5), gap, write(20, 4, 5), ok(20, 4), end]);
    expect(picture).not.toContain('pending;');
    expect(picture).toContain('  out  here -> peer   2 writes, 10 B\n');
    expect(lane(picture, 'out')).toMatch(/^--5B~+-{5,}5B-+$/);
    expect(lane(renderMarbles([write(1, 1, 5), gap, write(20, 4, 6), end]), 'out')).toMatch(/^--5B~+-+6B~+$/);
  });

  it('tells how long a write was pending whose result comes after a gap', () => {
    const gap: TapeEvent = { at: 10, kind: 'gap', direction: 'both', events: 3 };
    expect(lane(renderMarbles([write(1, 1, 5), gap, ok(20, 1)]), 'out')).toMatch(/^--5B~+-+ok\(19ms\)-*$/);
    expect(lane(renderMarbles([write(1, 1, 5), ok(1, 1), gap, ok(20, 1)]), 'out')).toMatch(/^--5B-+$/); // it had come before
  });

  it('takes no end of writing for one to come after a gap, which may have it', () => {
    const shutdown: TapeEvent = { at: 1, kind: 'shutdown', direction: 'out', mode: 'write' };
    const gap: TapeEvent = { at: 10, kind: 'gap', direction: 'both', events: 3 };
    expect(lane(renderMarbles([shutdown, gap, { ...shutdown, at: 15 }, read(20, 1)]), 'out')).toMatch(/^-->~+-{5,}$/);
    expect(lane(renderMarbles([shutdown, gap, { at: 20, kind: 'flushed', direction: 'out' }]), 'out')).toMatch(/^-->~+-+\|$/);
  });

  it('shows when nobody reads', () => {
    const picture = renderMarbles([read(1, 5), demand(1, false), write(500, 1, 3), ok(500, 1)]);
    expect(lane(picture, 'in')).toMatch(/^--5B\.+$/);
  });

  it('shows shutdown of the read side, close and abort', () => {
    const picture = renderMarbles([
      { at: 1, kind: 'shutdown', direction: 'in', mode: 'read' },
      { at: 5, kind: 'close', direction: 'both' },
      { at: 9, kind: 'abort', direction: 'both' },
    ]);
    expect(picture).toContain('0 reads, 0 B; shut down at 1 ms');
    expect(lane(picture, 'in').trimEnd()).toBe('..x');
    expect(lane(picture, 'flow')).toMatch(/close\(\) +abort\(\)/);
  });

  it('does not take a result that comes at once for a wait', () => {
    expect(renderMarbles([write(3, 1, 5), ok(3, 1)])).not.toMatch(/ok|~/);
  });

  it('does not say that data waited where it came after the reader', () => {
    expect(renderMarbles([demand(0, false), demand(90, true), write(90, 1, 1), read(90, 1)])).not.toContain('waited');
  });

  it('does not say that data waited where the reader did, who had been held for a while before', () => {
    expect(renderMarbles(heldThenWaits)).toContain('  in   peer -> here   2 reads, 14 B\n');
    expect(lane(renderMarbles(heldThenWaits), 'in')).toMatch(/^--7B\.+-+7B-+$/);
  });

  it('gives a reader who comes or goes a time of its own, unless that was but an instant', () => {
    expect(renderMarbles(heldThenWaits).split('\n').slice(4, 6)).toEqual([
      '  ms    105   126       2107',
      '  in  --7B....----------7B---',
    ]);
    const instant = [demand(0, true), read(1, 7), demand(1, false), demand(6, true), read(60_000, 7), demand(60_000, false), demand(60_100, true)];
    expect(renderMarbles(instant).split('\n').slice(4, 6)).toEqual(['  ms    1          60000     60100', '  in  --7B---------7B........------']);
  });

  it('draws a reader who comes for an instant, and gets nothing, as none', () => {
    const picture = renderMarbles([read(1, 1), demand(1, false), demand(500, true), demand(501, false), write(900, 1, 1), ok(900, 1)]);
    expect(lane(picture, 'in')).toMatch(/^--1B\.+$/);
    expect(picture).not.toMatch(/50[01]/);
  });

  it.each([
    [1, 'comes through a socket at once', []],
    [5, 'comes through a busy one', []],
    [1, 'comes beside the result of a write', [write(0, 1, 9), ok(101, 1)]],
  ])('says that data waited that after %d ms %s', (ms, _, written) => {
    const tape = [...written.slice(0, 1), demand(0, true), read(1, 1), demand(1, false), demand(100, true), ...written.slice(1), read(100 + ms, 1)];
    expect(renderMarbles(tape)).toContain('data waited for a reader up to 99 ms');
    expect(lane(renderMarbles(tape), 'in')).toMatch(/1B=+\(99ms\)1B-$/);
  });

  it.each([
    [99, 6],
    [4, 2],
  ])('takes data that comes to a reader who was held for %d ms, %d ms later, for what came after', (heldMs, laterMs) => {
    const tape = [demand(0, true), read(1, 1), demand(1, false), demand(1 + heldMs, true), read(1 + heldMs + laterMs, 1)];
    expect(renderMarbles(tape)).not.toMatch(/waited|=/);
    expect(lane(renderMarbles(tape), 'in')).toMatch(/^--1B\.+-+1B-+$/);
  });

  it('draws that no reader waits, or data does, from the start on', () => {
    expect(lane(renderMarbles(lateReader), 'in')).toMatch(/^\.{5,}-+\|$/);
    expect(lane(renderMarbles(lateForData), 'in')).toMatch(/^={5,}\(9s\)5B-$/);
    expect(lane(renderMarbles([write(0, 1, 9), ok(0, 1), write(0, 2, 9), ok(0, 2), demand(0, true), read(9, 1)]), 'in')).toMatch(/^-+1B-$/);
  });

  it('draws a reader where a tape says nothing of readers, but what was read', () => {
    const picture = renderMarbles([write(0, 1, 9), ok(0, 1), write(10, 2, 9), ok(10, 2), read(20, 1)]);
    expect(lane(picture, 'in')).toMatch(/^-+1B-$/);
  });

  it('draws a reader whom a gap has swallowed from that gap on', () => {
    const gap: TapeEvent = { at: 50, kind: 'gap', direction: 'both', events: 3 };
    expect(lane(renderMarbles([demand(0, true), read(1, 1), demand(1, false), gap, read(90, 1)]), 'in')).toMatch(/^--1B\.{4,}-{10,}1B-$/);
    expect(lane(renderMarbles([gap, read(90, 1)]), 'in')).toMatch(/^-+1B-$/);
  });

  it('takes demand that is said again for no news', () => {
    const polled = [0, 1000, 2000].flatMap((at) => [demand(at, true), read(at + 1, 1)]);
    expect(renderMarbles(polled)).toBe(renderMarbles(polled.filter((event, at) => at === 0 || event.kind === 'read')));
    expect(renderMarbles(polled)).not.toMatch(/waited|=/);
  });

  it('counts how long data has waited from when the reader went, however often that is said', () => {
    const tape = [demand(0, true), read(1, 1), demand(2, false), demand(8, false), demand(12, true), demand(12, true), read(12, 1)];
    expect(renderMarbles(tape)).toContain('data waited for a reader up to 10 ms');
  });

  it('draws a tape of 100 events one by one', () => {
    const picture = renderMarbles(longTape(33));
    expect(picture).not.toContain('groups');
    expect(lane(picture, 'in').match(/100B/g)).toHaveLength(33);
    expect(lane(picture, 'out').match(/10B/g)).toHaveLength(33);
  });

  it('draws a tape of 10,000 events in groups that leave nothing out, and says so', () => {
    const picture = renderMarbles(longTape(3333));
    expect(picture).toMatch(/10,001 events, drawn in 3\d groups/);
    expect(picture.split('\n').length).toBeLessThan(60);
    const count = (name: string) => [...lane(picture, name).matchAll(/(\d+)x:[\d.,]+(?:B|KiB)/g)].reduce((sum, match) => sum + Number(match[1]), 0);
    expect([count('in'), count('out')]).toEqual([3333, 3333]);
    expect(lane(picture, 'in')).toMatch(/\|$/);
  });

  it('draws a wait that lasts through the groups that it spans, and explains it', () => {
    const picture = renderMarbles(longWait);
    expect(picture).toMatch(/drawn in 3\d groups/);
    expect(lane(picture, 'out').replaceAll('\n', '')).toMatch(/^--9B~{100,}ok\(1s\)-+$/);
    expect(picture).toContain('~~ a write is pending');
  });

  it('does not part groups by a wait that happens to be between them', () => {
    expect(lane(renderMarbles(longTape(3333)), 'out')).not.toMatch(/~(?!\d+x:ok)/);
  });

  it('draws data that waits for a reader through the groups that it spans', () => {
    const writes = Array.from({ length: 200 }, (_, at) => [write(300 + at, at + 1, 1), ok(300 + at, at + 1)]).flat();
    const picture = renderMarbles([demand(0, true), read(300, 1), demand(300, false), ...writes, demand(500, true), read(500, 1)]);
    expect(lane(picture, 'in').replaceAll('\n', '')).toMatch(/^--1B={100,}\(200ms\)1B-+$/);
  });

  it('groups by number where all happens in one instant', () => {
    expect(renderMarbles(longTape(3333, 0))).toMatch(/drawn in [1-3]\d groups/);
  });

  it('groups ends too, once there are many of them', () => {
    const closes = Array.from({ length: 500 }, (_, at): TapeEvent => ({ at, kind: 'close', direction: 'both' }));
    const picture = renderMarbles(closes);
    expect(picture).toMatch(/drawn in 3\d groups/);
    expect([...lane(picture, 'flow').matchAll(/(\d+) close\(\)/g)].reduce((sum, match) => sum + Number(match[1]), 0)).toBe(500);
  });

  it('gives long tapes their times in seconds, and longer ones in hours', () => {
    expect(renderMarbles([read(0, 1), read(3_600_000, 1)])).toMatch(/ {2}s +0\.0 +3600\.0/);
    expect(renderMarbles([read(0, 1), read(3_661_400, 1), read(259_199_600, 1)])).toMatch(/^tape, 3 d,.*\n(.*\n)* {2}h +0:00:00 +1:01:01 +72:00:00\n/);
  });

  it('writes all numbers of a picture alike', () => {
    const ids = Array.from({ length: 4000 }, (_, at) => at + 1);
    const results = ids.slice(0, 2800).map((id) => (id <= 1500 ? ok(9, id) : failed(9, id)));
    const tape = [{ at: 0, kind: 'gap', direction: 'both', events: 123_456 } as const, ...ids.map((id) => write(0, id, 1)), ...results];
    const picture = renderMarbles(tape);
    expect(picture).toContain('4,000 writes, 4,000 B; 1,500 had to wait, up to 9 ms; 1,300 failed (reset);\n       1,200 still pending');
    for (const drawn of [lane(picture, 'out') + lane(picture, 'flow'), labelsOf(parseXml(renderMarblesSvg(tape))).join('\n')]) {
      expect(drawn).toContain('123,456 events lost');
      expect(drawn).toMatch(/1,\d{3}/);
      expect(drawn).not.toMatch(/\d{4}/);
    }
  });

  it('keeps to its width, and draws any tape', () => {
    fc.assert(
      fc.property(arbitraryTape, fc.constantFrom(1, 50), fc.integer({ min: 40, max: 200 }), (tape, times, width) => {
        const picture = renderMarbles(repeated(tape, times), { width });
        expect(tooWide(picture, width)).toEqual([]);
        // What is too wide for its line goes on below it.
        expect(picture.split('\n\n')[0]).toMatch(/^.*\n {2}in .*\n(?: {7}\S.*\n)* {2}out .*$/m);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps to its width whatever the flow is called', () => {
    const word = fc.oneof(arbitraryText, fc.string({ maxLength: 400 }), fc.string({ unit: 'grapheme', maxLength: 60 }), fc.constantFrom('x'.repeat(300), ' '.repeat(300)));
    fc.assert(
      fc.property(word, fc.integer({ min: 40, max: 120 }), (name, width) => {
        const picture = renderMarbles([start(name), ...breakdown.slice(1)], { width });
        expect(tooWide(picture, width)).toEqual([]);
        expect(picture).not.toMatch(ACTIVE);
      }),
    );
  });

  it('wraps what is too wide where one of its parts ends', () => {
    const tape = [start(`tcp ${'n'.repeat(40)}`), ...conversation.slice(1)];
    expect(renderMarbles(tape, { width: 50 }).split('\n').slice(0, 6)).toEqual([
      `tcp ${'n'.repeat(40)},`,
      '  160 ms, closed',
      '  in   peer -> here   2 reads, 50 B;',
      '       data waited for a reader up to 15 ms;',
      '       EOF at 160 ms',
      '  out  here -> peer   2 writes, 64 KiB;',
    ]);
  });

  it('lets nothing through that acts on a terminal or spans lines', () => {
    fc.assert(
      fc.property(arbitraryText, (name) => {
        expect(renderMarbles([start(name)])).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}]*, 0 ms, still open\n/u);
      }),
    );
    expect(renderMarbles([start('\u001b[31m\u202Ered')])).toContain('\uFFFD[31m\uFFFDred');
  });

  it.each([
    ['a tape', () => renderMarbles(undefined as unknown as TapeEvent[]), /^renderMarbles: tape must be an Observable, .* not undefined$/],
    ['a picture of a tape', () => renderMarblesSvg({} as unknown as TapeEvent[]), /^renderMarblesSvg: tape must be an Observable, .* not an object$/],
    ['options', () => renderMarbles([], null as unknown as object), /^renderMarbles: options must be an object, not null$/],
    ['a width', () => renderMarbles([], { width: 39 }), /^renderMarbles: width must be a whole number of at least 40, not number 39$/],
  ])('is not made without %s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it.each<[string, unknown, RegExp]>([
    ['the text of a file', '{"tape":"rxjs-flow"}', /^renderMarbles: tape must be an Observable, .* not a string: loadTape makes a tape of a file$/],
    ['the bytes of a file', Buffer.from('{}'), /^renderMarbles: tape must be an Observable, .* not a Buffer: loadTape makes a tape of a file$/],
    ['numbers', [start('x'), 42], /^renderMarbles: tape event 2: must be an object, not number 42$/],
    ['an array with a hole', [start('x'), , start('x')], /^renderMarbles: tape event 2: must be an object, not undefined$/],
    ['events without a time', [{ kind: 'eof' }], /^renderMarbles: tape event 1: has no at \(a number of milliseconds not below 0\)$/],
    ['events of no kind', [{ at: 0, kind: 'nonsense' }], /^renderMarbles: tape event 1: kind is none of version 1$/],
    ['events without their fields', [{ at: 0, kind: 'read' }], /^renderMarbles: tape event 1: has no data \(a Uint8Array\)$/],
  ])('is not made of %s', async (_, tape, message) => {
    const render = (): unknown => renderMarbles(tape as TapeEvent[]);
    expect(render).toThrow(TypeError);
    expect(render).toThrow(message);
    if (Array.isArray(tape)) await expect(firstValueFrom(renderMarbles(from(tape as TapeEvent[])))).rejects.toThrow(message);
  });

  it('draws an empty tape', () => {
    expect(renderMarbles([])).toBe('tape, 0 ms, still open\n  in   peer -> here   0 reads, 0 B\n  out  here -> peer   0 writes, 0 B\n');
  });

  it('gives an Observable of the picture for a tape that is still to come', async () => {
    const picture: Observable<string> = renderMarbles(from(conversation));
    expect(await firstValueFrom(picture)).toBe(renderMarbles(conversation));
    expect(await firstValueFrom(picture)).toBe(renderMarbles(conversation)); // and for each subscriber anew
    await expect(firstValueFrom(renderMarbles(throwError(() => new Error('bad tape'))))).rejects.toThrow('bad tape');
  });

  it('draws what record puts on the tape', () => {
    const events: TapeEvent[] = [];
    const scheduler = new TestScheduler(() => {});
    scheduler.run(() => {
      const [inner, peer] = flowPair({ capacity: 10, name: 'line' });
      const { flow, tape } = record(inner);
      tape.subscribe((event) => events.push(event));
      flow.read().subscribe();
      flow.write(new Uint8Array(50));
      timer(30).subscribe(() => peer.read().subscribe());
      timer(40).subscribe(() => peer.write(new Uint8Array(7)));
      timer(50).subscribe(() => flow.close());
      timer(60).subscribe(() => peer.close());
      scheduler.flush();
    });
    const picture = renderMarbles(events);
    expect(lane(picture, 'out')).toMatch(/^--50B~+ok\(30ms\)-+/);
    expect(lane(picture, 'in')).toMatch(/7B-+\|$/);
    expect(lane(picture, 'flow')).toMatch(/close\(\) +closed$/);
  });
});

// ── SVG ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const labelsOf = (root: XmlElement): string[] => elementsOf(root, 'text').map(textOf);
const drawnAs = (root: XmlElement, ...styles: string[]): XmlElement[] =>
  [...elementsOf(root, 'line'), ...elementsOf(root, 'path'), ...elementsOf(root, 'rect')].filter((one) => styles.includes(one.attributes['class'] ?? ''));
const number = (one: XmlElement, name: string): number => Number(one.attributes[name]);
const waits = (root: XmlElement, y: number): XmlElement[] => drawnAs(root, 'wait line').filter((one) => number(one, 'y1') === y);

describe('renderMarblesSvg', () => {
  it('is described to its end, however much there is to say', () => {
    const failure = (code: FlowErrorCode) => ({ code, message: 'gone' });
    const codes: FlowErrorCode[] = ['unreachable', 'unsupported', 'truncated', 'too-large', 'overflow', 'reset'];
    const fails = codes.map((code, at): TapeEvent => ({ at: 20_000 + 100 * at, kind: 'write-result', direction: 'out', id: at + 2, ok: false, error: failure(code) }));
    const events: TapeEvent[] = [
      ...[start('x'), demand(0, true), read(1, 123_457), demand(1, false), write(7, 1, 123_457), ok(12_345, 1), demand(12_345, true), read(12_345, 1)],
      ...codes.map((_, at) => write(12_345, at + 2, 123_457)),
      ...fails,
      { at: 23_456, kind: 'read-error', direction: 'in', error: failure('reset') },
      { at: 23_456, kind: 'broken', direction: 'both', error: failure('reset') },
    ];
    const description = textOf(elementsOf(parseXml(renderMarblesSvg(events)), 'desc')[0]!);
    expect(description).toMatch(/^in: .* failed \(reset\) at .*\. out: .* 6 failed \(unreachable, .*, reset\)$/);
    expect(description.length).toBeGreaterThan(200);
  });

  it('draws sizes, waits, ends and times, and sums up', () => {
    const root = parseXml(renderMarblesSvg(conversation));
    const labels = labelsOf(root);
    expect(labels).toEqual(expect.arrayContaining(['tcp 127.0.0.1:80, 160 ms, closed', '2 reads, 50 B; data waited for a reader up to 15 ms; EOF at 160 ms']));
    expect(labels).toEqual(expect.arrayContaining(['42 B', '30 B', '20 B', '64 KiB', 'unread 15 ms', 'ok +100 ms', 'EOF', 'closed']));
    expect(labels).toEqual(expect.arrayContaining(['0 ms', '12 ms', '27 ms', '40 ms', '140 ms', 'pause 100 ms']));
    expect(textOf(elementsOf(root, 'title')[0]!)).toBe('tcp 127.0.0.1:80, 160 ms, closed');
  });

  it('draws a wait as a band from the write to its result, and from the reader gone to the data read', () => {
    const root = parseXml(renderMarblesSvg(conversation));
    const pills = drawnAs(root, 'in pill', 'out pill');
    const placeOf = (label: string) => pills.find((pill, at) => at >= 0 && textAfter(root, pill) === label)!;
    const middle = (pill: XmlElement) => number(pill, 'y') + number(pill, 'height') / 2;
    const [pending] = waits(root, middle(placeOf('64 KiB')));
    expect(number(pending!, 'x1')).toBe(number(placeOf('64 KiB'), 'x'));
    expect(number(pending!, 'x2')).toBeGreaterThan(number(placeOf('64 KiB'), 'x') + number(placeOf('64 KiB'), 'width'));
    const [unread] = waits(root, middle(placeOf('20 B')));
    expect([number(unread!, 'x1'), number(unread!, 'x2')]).toEqual([number(placeOf('30 B'), 'x'), number(placeOf('20 B'), 'x')]);
  });

  it('draws no band where the reader waits, and dots where there is none', () => {
    const root = parseXml(renderMarblesSvg(heldThenWaits));
    expect(labelsOf(root).filter((label) => /unread|data waits/.test(label))).toEqual([]);
    expect(inStretches(root)).toEqual(['in line', 'quiet', 'in line']);
    expect(labelsOf(root)).toContain('no reader waits');
    expect(inStretches(parseXml(renderMarblesSvg(lateReader)))).toEqual(['quiet', 'in line']);
    expect(inStretches(parseXml(renderMarblesSvg(lateForData)))).toEqual(['wait line', 'in line']);
    expect(inStretches(parseXml(renderMarblesSvg(conversation)))).toEqual(['in line', 'wait line', 'in line']);
  });

  it('draws what is pending on after a write that comes too late and fails', () => {
    const root = parseXml(renderMarblesSvg(lateWrite));
    const [band] = drawnAs(root, 'wait line');
    const eof = elementsOf(root, 'text').find((one) => textOf(one) === 'EOF')!;
    expect(number(band!, 'x2')).toBe(number(eof, 'x'));
  });

  it('tells how long a write was pending that failed beside one that did not', () => {
    const picture = renderMarblesSvg([write(0, 1, 1), write(950, 2, 1), ok(1000, 1), failed(1000, 2)]);
    expect(labelsOf(parseXml(picture))).toEqual(expect.arrayContaining(['ok +1 s', 'reset +50 ms']));
    expect(picture).toContain('1 accepted after up to 1 s; 1 failed (reset) after up to 50 ms');
  });

  it('explains the same states as the text', () => {
    const pairs = [
      ['== data waits', 'data waits for a reader (in)'],
      ['.. no reader waits', 'no reader waits'],
      ['~~ a write is pending', 'a write is pending (out)'],
    ] as const;
    fc.assert(
      fc.property(arbitraryTape.map(lawful), (tape) => {
        const legend = labelsOf(parseXml(renderMarblesSvg(tape))).join('\n');
        for (const [inText, inSvg] of pairs) expect(renderMarbles(tape).includes(inText)).toBe(legend.includes(inSvg));
      }),
    );
  });

  it('shows over time that data waits from the start on', () => {
    const writes = Array.from({ length: 40 }, (_, at) => [write(5000 + at, at + 1, 1), ok(5000 + at, at + 1)]).flat();
    const root = parseXml(renderMarblesSvg([...writes, demand(9000, true), read(9000, 5)]));
    const bars = drawnAs(root, 'wait bar').map((one) => number(one, 'x'));
    expect(Math.min(...bars)).toBe(92);
    expect(Math.max(...bars) - Math.min(...bars)).toBe((bars.length - 1) * 4);
  });

  it('draws failures in their own colour and with a cross', () => {
    const root = parseXml(renderMarblesSvg(breakdown));
    expect(labelsOf(root)).toEqual(expect.arrayContaining(['reset +25 ms', 'broken: reset', "shutdown('write'), EOF to come"]));
    expect(drawnAs(root, 'bad mark').length).toBeGreaterThanOrEqual(2);
  });

  it('has a light and a dark palette that say the same of the same things', () => {
    const style = textOf(elementsOf(parseXml(renderMarblesSvg([])), 'style')[0]!);
    const [light, dark] = style.split('@media (prefers-color-scheme:dark)') as [string, string];
    const coloured = (rules: string) => [...rules.matchAll(/([^{}]+)\{[^}]*#[0-9a-f]{6}/g)].map((match) => match[1]);
    expect(coloured(dark.slice(1))).toEqual(coloured(light));
    expect(coloured(light).length).toBeGreaterThan(10);
  });

  it('has text that can be read on its ground, light and dark', () => {
    const style = textOf(elementsOf(parseXml(renderMarblesSvg([])), 'style')[0]!);
    for (const rules of style.split('@media')) {
      const fill = (selector: string) => new RegExp(`\\.${selector}\\{[^}]*fill:(#[0-9a-f]{6})`).exec(rules)![1]!;
      for (const text of ['ink', 'faint', 'in\\.text', 'out\\.text', 'wait\\.text', 'bad\\.text']) {
        expect(contrast(fill(text), fill('paper'))).toBeGreaterThanOrEqual(4.5);
      }
      for (const tone of ['in', 'out', 'bad']) expect(contrast(fill(`${tone}\\.text`), fill(`${tone}\\.pill`))).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('draws a tape of 100 events one by one, with the bytes over time above', () => {
    const root = parseXml(renderMarblesSvg(longTape(33)));
    expect(labelsOf(root).filter((label) => label === '100 B')).toHaveLength(33);
    expect(labelsOf(root)).toContain('over time');
  });

  it('draws a tape of 10,000 events in groups that leave nothing out, and says so', () => {
    const picture = renderMarblesSvg(longTape(3333));
    const root = parseXml(picture);
    const labels = labelsOf(root);
    expect(labels.find((label) => label.includes('groups'))).toMatch(/^10,001 events, drawn in 3\d groups/);
    const sum = (noun: string) => labels.flatMap((label) => new RegExp(`^(\\d+) ${noun}$`).exec(label)?.[1] ?? []).reduce((all, one) => all + Number(one), 0);
    expect([sum('reads'), sum('writes')]).toEqual([3333, 3333]);
    expect(number(root, 'height')).toBeLessThan(1400);
    expect(picture.length).toBeLessThan(200_000);
  });

  it('draws a wait that lasts as one band, through all groups, as it does over time', () => {
    const root = parseXml(renderMarblesSvg(longWait));
    const rows = new Set(drawnAs(root, 'out line', 'wait line').map((one) => number(one, 'y1')));
    expect(drawnAs(root, 'wait line').length).toBe(rows.size);
  });

  it('shows in the bytes over time what is very little beside the other direction', () => {
    const data = new Uint8Array(100_000);
    const tape = longTape(3333).map((event) => (event.kind === 'read' ? { ...event, data } : event));
    const root = parseXml(renderMarblesSvg(tape));
    const heights = (style: string) => drawnAs(root, style).map((one) => number(one, 'height'));
    expect(heights('out bar').length).toBeGreaterThan(100);
    expect(Math.min(...heights('in bar'), ...heights('out bar'))).toBe(5);
    expect(Math.max(...heights('in bar'))).toBe(34);
  });

  it('is well-formed for any tape, nothing in it overlaps, and nothing leaves it', () => {
    fc.assert(
      fc.property(arbitraryTape, fc.constantFrom(1, 50), (tape, times) => {
        const root = parseXml(renderMarblesSvg(repeated(tape, times)));
        expect(JSON.stringify(root)).not.toMatch(/NaN|Infinity|undefined/);
        const [width, height] = [number(root, 'width'), number(root, 'height')];
        const pills = drawnAs(root, 'in pill', 'out pill', 'bad pill');
        const rights = pills.map((pill) => number(pill, 'x') + number(pill, 'width'));
        const overlapping = pills.filter((pill, at) => {
          const next = pills.slice(at + 1).find((other) => other.attributes['y'] === pill.attributes['y']);
          return next !== undefined && number(next, 'x') < rights[at]!;
        });
        const outside = elementsOf(root, 'text').filter((one) => number(one, 'y') >= height || number(one, 'x') >= width);
        expect([overlapping, outside, rights.filter((right) => right > width)]).toEqual([[], [], []]);
      }),
      { numRuns: 60 },
    );
  });

  it('draws tapes of any time, however short or long', () => {
    const time = fc.oneof(fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }), fc.constantFrom(0, ...EXTREMES));
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 60 }), fc.constantFrom(1, 40), (times, each) => {
        const tape = tapeAt(times.sort((one, other) => one - other).flatMap((at) => Array<number>(each).fill(at)));
        for (const picture of [renderMarbles(tape), renderMarblesSvg(tape)]) expect(picture).not.toMatch(/NaN|Infinity|undefined/);
      }),
      { numRuns: 60 },
    );
  });

  it.each(EXTREMES)('gives the bytes over time of a tape of %d ms a few times to read them by', (endsAt) => {
    const times = Array.from({ length: 60 }, (_, at) => (at < 30 ? 0 : endsAt));
    const texts = elementsOf(parseXml(renderMarblesSvg(tapeAt(times))), 'text');
    const first = texts.findIndex((one) => textOf(one).startsWith('bars up to')) + 1;
    const ticks = texts.filter((one) => one.attributes['y'] === texts[first]!.attributes['y']).map(textOf);
    expect(ticks[0]).toBe('0 ms');
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThan(12);
  });

  it('escapes whatever text is on the tape', () => {
    const name = '<script>alert("1")</script> & \'x\'\u0000\uD800';
    const picture = renderMarblesSvg([start(name)]);
    expect(picture).not.toContain('<script>');
    expect(textOf(elementsOf(parseXml(picture), 'title')[0]!)).toBe(`<script>alert("1")</script> & 'x'\uFFFD\uFFFD, 0 ms, still open`);
  });

  it('counts long times in units of a clock', () => {
    const labels = labelsOf(parseXml(renderMarblesSvg(longTape(100, 100_000))));
    expect(labels).toEqual(expect.arrayContaining(['0 ms', '2 h', '4 h', '6 h', '8 h']));
  });

  it('gives an Observable of the picture for a tape that is still to come', async () => {
    expect(await firstValueFrom(renderMarblesSvg(from(conversation)))).toBe(renderMarblesSvg(conversation));
  });
});

/** The stretches of the upper lane of the first row, from left to right, as they are drawn. */
function inStretches(root: XmlElement): string[] {
  const level = number(elementsOf(root, 'text').find((one) => textOf(one) === 'in' && one.attributes['y'] !== '64')!, 'y') - 1;
  const stretches = drawnAs(root, 'in line', 'wait line', 'quiet').filter((one) => number(one, 'y1') === level);
  return stretches.sort((one, other) => number(one, 'x1') - number(other, 'x1')).map((one) => one.attributes['class']!);
}

/** The label of a pill is the text that follows it. */
function textAfter(root: XmlElement, pill: XmlElement): string | undefined {
  for (const group of elementsOf(root, 'g')) {
    const at = group.children.indexOf(pill);
    const next = group.children[at + 1];
    if (at >= 0 && typeof next === 'object') return textOf(next);
  }
  return undefined;
}

/** WCAG 2's contrast ratio of two colours. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string) => {
    const channel = (at: number) => {
      const value = parseInt(colour.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  };
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}
