import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { asyncScheduler, concatMap, delay, finalize, from, of, Subject, take, takeUntil, throwError, timer, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { drainMap } from '../../../src/combinators/drain-map.js';
import { FlowError } from '../../../src/flow/flow-error.js';
import type { Flow } from '../../../src/flow/flow.js';
import { record } from '../../../src/inspect/record/record.js';
import { replay, type ReplayOptions } from '../../../src/inspect/replay/replay.js';
import { loadTape } from '../../../src/inspect/tape/load-tape.js';
import { saveTape } from '../../../src/inspect/tape/save-tape.js';
import type { TapeEvent } from '../../../src/inspect/tape/tape-event.js';
import { flowPair } from '../../../src/memory/pair.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (buffer: Uint8Array): string => new TextDecoder().decode(buffer);

// Events of a tape, short to write.
const read = (at: number, data: string): TapeEvent => ({ at, kind: 'read', direction: 'in', data: bytes(data) });
const eof = (at: number): TapeEvent => ({ at, kind: 'eof', direction: 'in' });
const write = (at: number, id: number, data: string): TapeEvent => ({ at, kind: 'write', direction: 'out', id, data: bytes(data) });
const ok = (at: number, id: number): TapeEvent => ({ at, kind: 'write-result', direction: 'out', id, ok: true });
const failed = (at: number, id: number, code: 'reset' | 'failed'): TapeEvent => ({
  at,
  kind: 'write-result',
  direction: 'out',
  id,
  ok: false,
  error: { code, message: `there: ${code}` },
});
const shutdown = (at: number): TapeEvent => ({ at, kind: 'shutdown', direction: 'out', mode: 'write' });
const flushed = (at: number): TapeEvent => ({ at, kind: 'flushed', direction: 'out' });
const closed = (at: number): TapeEvent => ({ at, kind: 'closed', direction: 'both' });
const broken = (at: number): TapeEvent => ({ at, kind: 'broken', direction: 'both', error: { code: 'reset', message: 'there: reset' } });

/** Runs in virtual time; what is logged has its time before it. */
function inVirtualTime(run: (log: (line: string) => void) => void): string[] {
  const scheduler = new TestScheduler(() => {});
  const lines: string[] = [];
  scheduler.run(() => {
    run((line) => lines.push(`${scheduler.now()} ${line}`));
    scheduler.flush();
  });
  return lines;
}

function logReads(flow: Flow, log: (line: string) => void): void {
  flow.read().subscribe({
    next: (buffer) => log(text(buffer)),
    error: (error: FlowError) => log(`fails: ${error.code}`),
    complete: () => log('EOF'),
  });
}

/** Of a reader that takes 10 ms for each. */
function logSlowReads(flow: Flow, log: (line: string) => void): void {
  flow
    .read()
    .pipe(drainMap((buffer) => of(text(buffer)).pipe(delay(10))))
    .subscribe({ next: log, error: (error: FlowError) => log(`fails: ${error.code}`), complete: () => log('EOF') });
}

function logWrite(flow: Flow, data: string, log: (line: string) => void): void {
  flow.write(bytes(data)).subscribe((result) => log(`${data} ${result.ok ? 'ok' : result.error.code}`));
}

/** The failure that the flow broke with. */
function breakageOf(flow: Flow): FlowError {
  let failure: unknown;
  flow.closed.subscribe({ error: (error: unknown) => (failure = error) });
  if (!(failure instanceof FlowError)) throw new Error('the flow is not broken');
  return failure;
}

describe('replay', () => {
  it('is given a tape, or throws', () => {
    expect(() => replay('text' as unknown as TapeEvent[])).toThrow(
      new TypeError('replay: tape must be an Observable, or what can be made one, not a string: loadTape makes a tape of a file'),
    );
    expect(() => replay([eof(1), 42 as unknown as TapeEvent])).toThrow(new TypeError('replay: tape event 2: must be an object, not number 42'));
  });

  it.each<[unknown, string]>([
    [null, 'options must be an object, not null'],
    [5, 'options must be an object, not number 5'],
    [{ immediate: 'x' }, 'immediate must be a boolean, not a string'],
    [{ immediate: null }, 'immediate must be a boolean, not null'],
  ])('is given options that it knows, or throws: %j', (options, fault) => {
    expect(() => replay([], options as ReplayOptions)).toThrow(new TypeError(`replay: ${fault}`));
  });

  it("gives another realm's bytes as any", () => {
    const data = runInNewContext('Uint8Array.of(104, 105)') as Uint8Array;
    expect(inVirtualTime((log) => logReads(replay([{ ...read(0, ''), data } as TapeEvent, eof(0)]), log))).toEqual(['0 hi', '0 EOF']);
  });

  it('breaks where something that comes is no event of a tape', () => {
    const failure = breakageOf(replay(of(read(0, 'a'), { at: 0, kind: 'nonsense' } as unknown as TapeEvent)));
    expect(failure).toMatchObject({ code: 'failed', cause: new TypeError('replay: tape event 2: kind is none of version 1') });
  });

  it('has a name that is harmless to a terminal', () => {
    expect(replay([{ at: 0, kind: 'start', direction: 'both', name: '\u001b[31mred', startedAt: 0 }]).name).toBe('replay of \uFFFD[31mred');
  });

  it('gives what was read at the times at which it was', () => {
    const lines = inVirtualTime((log) => {
      logReads(replay([read(5, 'a'), read(20, 'b'), eof(30)]), log);
    });
    expect(lines).toEqual(['5 a', '20 b', '30 EOF']);
  });

  it('gives it at once with immediate', () => {
    const lines = inVirtualTime((log) => {
      logReads(replay([read(5, 'a'), read(20, 'b'), eof(30)], { immediate: true }), log);
    });
    expect(lines).toEqual(['0 a', '0 b', '0 EOF']);
  });

  it('counts the times from its call: a late reader finds what has come meanwhile', () => {
    const lines = inVirtualTime((log) => {
      const flow = replay([read(5, 'a'), read(8, 'b'), read(20, 'c')]);
      timer(10).subscribe(() => flow.read().pipe(take(3)).subscribe((buffer) => log(text(buffer))));
    });
    expect(lines).toEqual(['10 a', '10 b', '20 c']);
  });

  it('pulls one buffer for each that is asked for', async () => {
    const flow = replay([read(0, 'a'), read(0, 'b'), eof(0)]);
    for (const expected of ['a', 'b']) {
      const got: Uint8Array[] = [];
      flow.read().pipe(take(1)).subscribe((buffer) => got.push(buffer));
      expect(got.map(text)).toEqual([expected]);
    }
  });

  it('waits with an answer for the question, and moves the rest by as much as that was late', () => {
    const tape = [write(10, 1, 'ping'), ok(10, 1), read(15, 'pong'), read(25, 'more')];
    const lines = inVirtualTime((log) => {
      const flow = replay(tape);
      logReads(flow, log);
      timer(100).subscribe(() => logWrite(flow, 'ping', log));
    });
    expect(lines).toEqual(['100 ping ok', '105 pong', '115 more', '115 fails: truncated']);
  });

  it('does not hasten the rest where a question comes early', () => {
    const lines = inVirtualTime((log) => {
      const flow = replay([write(10, 1, 'ping'), ok(10, 1), read(15, 'pong')]);
      flow.read().pipe(take(1)).subscribe((buffer) => log(text(buffer)));
      logWrite(flow, 'ping', log);
    });
    expect(lines).toEqual(['0 ping ok', '15 pong']);
  });

  it('waits with an answer for the end of the question', () => {
    const tape = [write(0, 1, 'ask'), ok(0, 1), shutdown(0), read(0, 'answer'), eof(0), closed(0)];
    const flow = replay(tape);
    const lines: string[] = [];
    logReads(flow, (line) => lines.push(line));
    flow.write(bytes('ask'));
    expect(lines).toEqual([]);
    flow.shutdown('write');
    expect(lines).toEqual(['answer', 'EOF']);
  });

  it('does not wait for writes, or for the end of writing, that were still pending at that time', () => {
    const lines = inVirtualTime((log) => {
      const flow = replay([write(0, 1, 'big'), shutdown(0), read(5, 'early'), ok(20, 1), flushed(20), read(25, 'late')]);
      flow.read().pipe(take(2)).subscribe((buffer) => log(text(buffer)));
      timer(50).subscribe(() => {
        logWrite(flow, 'big', log);
        flow.shutdown('write').subscribe(() => log('shut down'));
      });
    });
    expect(lines).toEqual(['5 early', '70 big ok', '70 shut down', '75 late']);
  });

  it('keeps a write pending for as long as it was', () => {
    const lines = inVirtualTime((log) => {
      const flow = replay([write(0, 1, 'big'), ok(40, 1), write(50, 2, 'small'), ok(50, 2)]);
      logWrite(flow, 'big', log);
      logWrite(flow, 'small', log);
    });
    expect(lines).toEqual(['40 big ok', '40 small ok']);
  });

  it.each([
    ['shutdown', [shutdown(0), eof(5), flushed(20), closed(20)], ['5 EOF', '20 flushed', '20 closed']],
    ['close', [{ at: 0, kind: 'close', direction: 'both' }, eof(5), closed(20)], ['5 EOF', '20 closed']],
    ['shutdown', [shutdown(0), eof(5), broken(20)], ['5 EOF', '20 broken: reset', '20 flushed: reset']],
    ['close', [{ at: 0, kind: 'close', direction: 'both' }, eof(5), broken(20)], ['5 EOF', '20 broken: reset']],
  ] as [string, TapeEvent[], string[]][])('keeps the end of writing pending for as long as it was, by %s', (how, tape, expected) => {
    const lines = inVirtualTime((log) => {
      const flow = replay(tape);
      logReads(flow, log);
      flow.closed.subscribe({ next: () => log('closed'), error: ({ code }) => log(`broken: ${code}`) });
      if (how === 'shutdown') flow.shutdown('write').subscribe({ next: () => log('flushed'), error: ({ code }) => log(`flushed: ${code}`) });
      else flow.close();
    });
    expect(lines).toEqual(expected);
  });

  it('waits with nothing for the end of writing, but with the end of the flow', () => {
    const tape = new Subject<TapeEvent>();
    const flow = replay(tape, { immediate: true });
    const lines: string[] = [];
    logReads(flow, (line) => lines.push(line));
    flow.closed.subscribe(() => lines.push('closed'));
    flow.close();
    for (const event of [{ at: 0, kind: 'close', direction: 'both' } as const, read(10, 'answer'), eof(11)]) tape.next(event);
    expect(lines).toEqual(['answer', 'EOF']);
    tape.next(closed(12));
    expect(lines).toEqual(['answer', 'EOF', 'closed']);
  });

  it('takes the first word on the end of writing: one that is asked for once the flow has closed says nothing', () => {
    const lines = inVirtualTime((log) => {
      const flow = replay([{ at: 0, kind: 'close', direction: 'both' }, eof(0), closed(5), shutdown(300), flushed(300)]);
      logReads(flow, log);
      flow.closed.subscribe(() => log('closed'));
      flow.close();
    });
    expect(lines).toEqual(['0 EOF', '5 closed']);
  });

  it('lets the end of writing through that nobody was told of before the flow broke', () => {
    const lines = inVirtualTime((log) => {
      const flow = replay([{ at: 0, kind: 'close', direction: 'both' }, broken(5)]);
      logReads(flow, log);
      flow.close();
      timer(20).subscribe(() => flow.shutdown('write').subscribe({ complete: () => log('shut down'), error: ({ code }) => log(code) }));
    });
    expect(lines).toEqual(['5 fails: reset', '20 shut down']);
  });

  it('waits for no end of writing behind a write that failed', () => {
    const refusal = { code: 'closed', message: 'there: closed' } as const;
    const flow = replay([write(0, 1, 'lost'), { at: 0, kind: 'write-result', direction: 'out', id: 1, ok: false, error: refusal }, { at: 0, kind: 'close', direction: 'both' }, read(0, 'answer'), closed(0), eof(0)]);
    const lines: string[] = [];
    logReads(flow, (line) => lines.push(line));
    flow.write(bytes('lost'));
    flow.close();
    expect(lines).toEqual(['answer', 'EOF']);
  });

  it('leaves what was pending when the program aborted the flow to the program', () => {
    const aborted = { code: 'aborted', message: 'there: aborted' } as const;
    const lines = inVirtualTime((log) => {
      const flow = replay([eof(0), write(0, 1, 'big'), { at: 10, kind: 'abort', direction: 'both' }, { at: 10, kind: 'write-result', direction: 'out', id: 1, ok: false, error: aborted }, { at: 10, kind: 'broken', direction: 'both', error: aborted }]);
      logWrite(flow, 'big', log);
      timer(11).subscribe(() => flow.abort());
    });
    expect(lines).toEqual(['11 big aborted']);
  });

  it('hears of the end of writing from a tape that is still coming', () => {
    const tape = new Subject<TapeEvent>();
    const flow = replay(tape, { immediate: true });
    const done = jest.fn();
    for (const event of [shutdown(0), eof(0)]) tape.next(event);
    flow.shutdown('write').subscribe(done);
    expect(done).not.toHaveBeenCalled();
    tape.next(flushed(20));
    expect(done).toHaveBeenCalledTimes(1);
  });

  it('compares bytes, not how they are cut', () => {
    const flow = replay([write(0, 1, 'one'), ok(0, 1), write(0, 2, 'two'), ok(0, 2), shutdown(0), eof(0), closed(0)]);
    const done = jest.fn();
    flow.closed.subscribe(done);
    flow.write(bytes('o'));
    flow.writev([bytes('net'), bytes('w')]);
    flow.write(bytes('o'));
    flow.close();
    expect(done).toHaveBeenCalledTimes(1);
  });

  it('breaks with both sides shown where a byte differs', () => {
    const flow = replay([{ at: 0, kind: 'start', direction: 'both', name: 'web', startedAt: 0 }, write(0, 1, 'GET '), write(0, 2, '/index\r\n')]);
    flow.write(bytes('GET '));
    const results: unknown[] = [];
    flow.write(bytes('/images\r\n')).subscribe((result) => results.push(result));
    const failure = breakageOf(flow);
    expect(failure.code).toBe('protocol');
    expect(failure.message).toBe(
      [
        'replay of web: byte 6 of what is written differs from the tape',
        '  tape     2f 69 6e 64 65 78 0d 0a   /index··',
        '  written  2f 69 6d 61 67 65 73 0d 0a   /images··',
        '                 ^^',
      ].join('\n'),
    );
    logReads(flow, (line) => expect(line).toBe('fails: protocol'));
  });

  it('shows what is near the difference, and no more of a long write', () => {
    const expected = 'x'.repeat(500) + 'a' + 'y'.repeat(500);
    const flow = replay([write(0, 1, expected)]);
    flow.write(bytes(expected.replace('a', 'b')));
    const [head, tape, written, mark] = breakageOf(flow).message.split('\n');
    expect(head).toBe('replay: byte 500 of what is written differs from the tape');
    expect(tape).toMatch(/^ {2}tape {5}(78 ){8}61 (79 ){15}… {3}x{8}ay{15} …$/);
    expect(written).toMatch(/^ {2}written {2}(78 ){8}62 (79 ){15}… {3}x{8}by{15} …$/);
    expect(mark).toBe(' '.repeat(tape!.indexOf('61')) + '^^');
  });

  it('breaks where more is written than on the tape', () => {
    const flow = replay([write(0, 1, 'a'), ok(0, 1), eof(0)]);
    flow.write(bytes('abc'));
    expect(breakageOf(flow).message).toBe('replay: something is written after 1 bytes, where the tape ends\n  written  62 63   bc');
  });

  it('breaks where something is written after what was the end of writing', () => {
    const flow = replay([write(0, 1, 'a'), ok(0, 1), shutdown(0)]);
    flow.write(bytes('ab'));
    expect(breakageOf(flow).message).toContain('something is written after 1 bytes, where the tape ends its write side');
  });

  it('breaks where writing ends before the tape does', () => {
    const flow = replay([write(0, 1, 'abc'), ok(0, 1)]);
    flow.write(bytes('a'));
    flow.shutdown('write');
    expect(breakageOf(flow)).toMatchObject({
      code: 'protocol',
      message: 'replay: the write side ended after 1 bytes, where the tape goes on\n  tape     62 63   bc',
    });
  });

  it('lets the write side end where the tape has no end of it', () => {
    const flow = replay([write(0, 1, 'a'), ok(0, 1)]);
    const done = jest.fn();
    flow.write(bytes('a'));
    flow.shutdown('write').subscribe(done);
    expect(done).toHaveBeenCalledTimes(1);
  });

  it('fails writes that failed, with the same code, and goes on reading', () => {
    const tape = [write(0, 1, 'a'), ok(0, 1), write(0, 2, 'b'), failed(0, 2, 'failed'), write(0, 3, ''), shutdown(0), read(0, 'still'), eof(0)];
    const flow = replay(tape);
    const lines: string[] = [];
    logWrite(flow, 'a', (line) => lines.push(line));
    logReads(flow, (line) => lines.push(line));
    logWrite(flow, 'b', (line) => lines.push(line));
    logWrite(flow, 'c', (line) => lines.push(line));
    expect(lines).toEqual(['a ok', 'still', 'EOF', 'b failed', 'c failed']);
  });

  it('keeps a write that failed pending for as long as it was', () => {
    const lines = inVirtualTime((log) => {
      const flow = replay([write(0, 1, 'a'), write(0, 2, 'b'), ok(100, 1), failed(300, 2, 'failed')]);
      for (const data of ['a', 'b', 'c']) logWrite(flow, data, log);
      timer(400).subscribe(() => logWrite(flow, 'd', log));
    });
    expect(lines).toEqual(['100 a ok', '300 b failed', '300 c failed', '400 d failed']);
  });

  it('leaves to the flow what fails after the end of writing', () => {
    const tape = [write(0, 1, 'a'), ok(0, 1), shutdown(0), write(0, 2, 'b'), failed(0, 2, 'failed'), read(0, 'r'), eof(0)];
    const flow = replay(tape);
    const lines: string[] = [];
    logReads(flow, (line) => lines.push(line));
    flow.write(bytes('a'));
    expect(lines).toEqual([]);
    flow.shutdown('write');
    logWrite(flow, 'b', (line) => lines.push(line));
    expect(lines).toEqual(['r', 'EOF', 'b closed']);
  });

  it('breaks as the flow broke, after the data before it', () => {
    const lines = inVirtualTime((log) => {
      const flow = replay([read(1, 'a'), broken(7)]);
      logReads(flow, log);
      flow.closed.subscribe({ error: (error: FlowError) => log(`closed: ${error.message}`) });
    });
    expect(lines).toEqual(['1 a', '7 fails: reset', '7 closed: there: reset']);
  });

  it.each([false, true])('gives all that was read after the flow had closed, immediate %s', (immediate) => {
    const lines = inVirtualTime((log) => {
      const flow = replay([read(0, 'a'), shutdown(0), closed(5), read(10, 'b'), read(20, 'c'), eof(30)], { immediate });
      flow.closed.subscribe(() => log('closed'));
      logSlowReads(flow, log);
      flow.shutdown('write');
    });
    expect(lines).toEqual([immediate ? '0 closed' : '5 closed', '10 a', '20 b', '30 c', '30 EOF']);
  });

  it('gives all that was read after the flow had broken, and then the end that followed it', () => {
    const readError: TapeEvent = { at: 30, kind: 'read-error', direction: 'in', error: { code: 'reset', message: 'there: reset' } };
    const endings = [readError, eof(30)].map((end) =>
      inVirtualTime((log) => {
        const flow = replay([read(0, 'a'), broken(5), read(10, 'b'), read(20, 'c'), end]);
        flow.closed.subscribe({ error: (error: FlowError) => log(`closed: ${error.code}`) });
        logSlowReads(flow, log);
      }),
    );
    const bytes = ['5 closed: reset', '10 a', '20 b', '30 c'];
    expect(endings).toEqual([
      [...bytes, '30 fails: reset'],
      [...bytes, '30 EOF'],
    ]);
  });

  it('breaks as the flow broke, after its EOF too', () => {
    const lines = inVirtualTime((log) => {
      const flow = replay([eof(10), broken(50)]);
      logReads(flow, log);
      flow.closed.subscribe({ error: (error: FlowError) => log(`closed: ${error.code}`) });
      timer(100).subscribe(() => flow.close().subscribe({ error: (error: FlowError) => log(`close(): ${error.code}`) }));
    });
    expect(lines).toEqual(['10 EOF', '50 closed: reset', '100 close(): reset']);
  });

  it('breaks as the flow broke, with a write that failed by it after the EOF', () => {
    const lines = inVirtualTime((log) => {
      const flow = replay([write(0, 1, 'a'), eof(10), failed(300, 1, 'reset'), broken(300)]);
      logReads(flow, log);
      logWrite(flow, 'a', log);
      flow.closed.subscribe({ error: (error: FlowError) => log(`closed: ${error.code}`), complete: () => log('closed') });
    });
    expect(lines).toEqual(['10 EOF', '300 a reset', '300 closed: reset']);
  });

  it('closes as the flow closed, though nobody had read to its end', () => {
    const flow = replay([{ at: 0, kind: 'close', direction: 'both' }, closed(0)]);
    const done = jest.fn();
    flow.close().subscribe(done);
    expect(done).toHaveBeenCalledTimes(1);
  });

  it('leaves an abort to the program that did it', () => {
    const lines = inVirtualTime((log) => {
      const flow = replay([
        { at: 0, kind: 'abort', direction: 'both' },
        { at: 0, kind: 'read-error', direction: 'in', error: { code: 'aborted', message: '' } },
        { at: 0, kind: 'broken', direction: 'both', error: { code: 'aborted', message: '' } },
      ]);
      logReads(flow, log);
      timer(10).subscribe(() => flow.abort());
    });
    expect(lines).toEqual(['10 fails: aborted']);
  });

  it('breaks with truncated where a reader wants more than is on the tape', () => {
    const lines = inVirtualTime((log) => {
      const flow = replay([read(5, 'a'), write(7, 1, 'b'), ok(7, 1)]);
      logReads(flow, log);
      flow.closed.subscribe({ error: (error: FlowError) => log(error.message) });
      timer(10).subscribe(() => logWrite(flow, 'b', log));
    });
    expect(lines).toEqual(['5 a', '10 b ok', '10 fails: truncated', "10 replay: the tape ends at 7 ms, before the peer's end"]);
  });

  it('does not break at the end of the tape while nobody wants more', () => {
    const lines = inVirtualTime((log) => {
      const flow = replay([read(0, 'a')]);
      flow.closed.subscribe({ error: (error: FlowError) => log(error.code) });
      const reading = flow.read().subscribe((buffer) => log(text(buffer)));
      reading.unsubscribe();
    });
    expect(lines).toEqual(['0 a']);
  });

  it('breaks with truncated where events are missing', () => {
    const flow = replay([{ at: 0, kind: 'gap', direction: 'both', events: 7 }]);
    expect(breakageOf(flow)).toMatchObject({ code: 'truncated', message: 'replay: 7 events are missing on the tape' });
  });

  it('breaks with the fault of a bad tape, which names the line', () => {
    expect(breakageOf(replay(loadTape('{"tape":"rxjs-flow","version":1}\nnonsense'))).message).toBe('tape line 2: is not JSON');
    expect(breakageOf(replay(throwError(() => new Error('disk'))))).toMatchObject({
      code: 'failed',
      message: 'replay: the tape cannot be read',
      cause: new Error('disk'),
    });
  });

  it('plays a tape while it is still loading, and judges what is written once it is known', () => {
    const lines = inVirtualTime((log) => {
      const tape = new Subject<TapeEvent>();
      const flow = replay(tape, { immediate: true });
      logReads(flow, log);
      logWrite(flow, 'ab', log);
      flow.shutdown('write').subscribe(() => log('shut down'));
      const events = [write(0, 1, 'a'), ok(0, 1), read(0, 'one'), write(0, 2, 'b'), ok(0, 2)];
      events.forEach((event, index) => timer(index + 1).subscribe(() => tape.next(event)));
      timer(9).subscribe(() => tape.complete());
    });
    expect(lines).toEqual(['3 one', '5 ab ok', '9 shut down', '9 fails: truncated']);
  });

  it.each([true, false])('keeps a write pending until the tape, still loading, says what became of it: %p', (immediate) => {
    const tape = [write(0, 1, 'a'), ok(500, 1), write(501, 2, 'b'), failed(700, 2, 'reset'), broken(700)];
    const lines = inVirtualTime((log) => {
      const loading = new Subject<TapeEvent>();
      const flow = replay(loading, { immediate });
      logWrite(flow, 'a', log);
      logWrite(flow, 'b', log);
      flow.closed.subscribe({ error: (error: FlowError) => log(`broke: ${error.code}`) });
      tape.forEach((event, index) => timer(index + 1).subscribe(() => loading.next(event)));
      timer(6).subscribe(() => loading.complete());
    });
    const times = immediate ? [2, 4, 6] : [500, 700, 700];
    expect(lines).toEqual([`${times[0]} a ok`, `${times[1]} b reset`, `${times[2]} broke: reset`]);
  });

  it('accepts a write at the end of a tape that never says what became of it', () => {
    const lines = inVirtualTime((log) => {
      const loading = new Subject<TapeEvent>();
      logWrite(replay(loading), 'a', log);
      loading.next(write(0, 1, 'a'));
      timer(5).subscribe(() => loading.complete());
    });
    expect(lines).toEqual(['5 a ok']);
  });

  it('says at once that what is written differs, whatever would have become of it', () => {
    const loading = new Subject<TapeEvent>();
    const flow = replay(loading);
    flow.write(bytes('b'));
    loading.next(write(0, 1, 'a'));
    expect(breakageOf(flow).code).toBe('protocol');
  });

  it.each([
    ['at the same time', 0, {}],
    ['later, without the times', 500, { immediate: true }],
    ['later', 500, {}],
  ])('accepts a write that was accepted before the flow broke, %s', (_, at, options) => {
    for (const acceptedAt of [0, at]) {
      const lines = inVirtualTime((log) => {
        const flow = replay([write(0, 1, 'QUIT'), ok(acceptedAt, 1), broken(at)], options);
        flow.closed.subscribe({ error: (error: FlowError) => log(error.code) });
        logWrite(flow, 'QUIT', log);
      });
      expect(lines.map((line) => line.replace(/^\d+ /, ''))).toEqual(['QUIT ok', 'reset']);
    }
  });

  it('is cut off where the tape is, and not before: until then it is known that nothing came', () => {
    const tape = [write(5, 1, 'abc'), ok(300, 1), read(500, 'x')];
    const play = (options: ReplayOptions) =>
      inVirtualTime((log) => {
        const flow = replay([...tape, { at: 800, kind: 'demand', direction: 'in', wanted: true }], options);
        logReads(flow, log);
        timer(5).subscribe(() => logWrite(flow, 'abc', log));
      });
    expect(play({})).toEqual(['300 abc ok', '500 x', '800 fails: truncated']);
    expect(play({ immediate: true })).toEqual(['5 x', '5 abc ok', '5 fails: truncated']);
  });

  it('leaves a reader who goes before the end of the tape alone', () => {
    const lines = inVirtualTime((log) => {
      const flow = replay([read(5, 'a'), { at: 500, kind: 'demand', direction: 'in', wanted: false }]);
      flow.read().pipe(takeUntil(timer(400))).subscribe({ next: (buffer) => log(text(buffer)), complete: () => log('went') });
      flow.closed.subscribe({ error: (error: FlowError) => log(error.code) });
    });
    expect(lines).toEqual(['5 a', '400 went']);
  });

  it('waits for as long as the tape did, however long that was, on timers that hold it', () => {
    const days = 2 ** 32;
    const lines = inVirtualTime((log) => {
      const delays = jest.spyOn(asyncScheduler, 'schedule');
      const flow = replay([write(0, 1, 'a'), ok(days, 1), shutdown(days), read(2 * days, 'b'), eof(3 * days)]);
      logWrite(flow, 'a', log);
      logReads(flow, log);
      flow.closed.subscribe(() => log(`at most ${Math.max(...delays.mock.calls.map(([, ms]) => ms ?? 0))} at once`));
      flow.shutdown('write');
    });
    expect(lines).toEqual([`${days} a ok`, `${2 * days} b`, `${3 * days} at most ${2 ** 31 - 1} at once`, `${3 * days} EOF`]);
  });

  it('stops with the flow: no timer and no subscription to the tape is left', () => {
    const endings: [(flow: Flow) => void, string[]][] = [
      [(flow) => flow.abort(), ['0 fails: aborted', '0 true false']],
      [(flow) => flow.close(), ['0 EOF', '50 true false']],
    ];
    for (const [end, expected] of endings) {
      const lines = inVirtualTime((log) => {
        const tape = new Subject<TapeEvent>();
        const flow = replay(tape);
        const seen = tape.observed;
        for (const event of [shutdown(0), eof(0), closed(50)]) tape.next(event);
        end(flow);
        logReads(flow, log);
        flow.closed.pipe(finalize(() => log(`${seen} ${tape.observed}`))).subscribe({ error: () => {} });
      });
      expect(lines).toEqual(expected);
    }
  });

  it('says what it was given where that is no tape', () => {
    expect(() => replay(7 as unknown as TapeEvent[])).toThrow(/^replay: tape must be an Observable, or what can be made one, not number 7$/);
  });
});

/** What a program does in answer to what it reads and to the time: the same in front of a peer and of its tape. */
interface Script {
  readonly capacity: number;
  readonly program: readonly { readonly at: number; readonly size: number }[];
  readonly peer: readonly { readonly at: number; readonly size: number }[];
  readonly peerReadsFrom: number;
}

const script: fc.Arbitrary<Script> = fc.record({
  capacity: fc.integer({ min: 1, max: 20 }),
  program: fc.array(fc.record({ at: fc.nat(50).map((at) => at * 2 + 1), size: fc.nat(12) }), { maxLength: 8 }),
  // At other times than the program: of two timers for one time, nothing says which is first.
  peer: fc.array(fc.record({ at: fc.nat(50).map((at) => at * 2), size: fc.integer({ min: 1, max: 12 }) }), { maxLength: 8 }),
  peerReadsFrom: fc.nat(60).map((at) => at * 2),
});

function play(flow: Flow, { program }: Script, log: (line: string) => void): void {
  flow.read().subscribe({
    next: (buffer) => {
      log(`read ${[...buffer].join()}`);
      flow.write(buffer.slice(0, 1)).subscribe((result) => log(`answer ${result.ok}`));
    },
    complete: () => log('EOF'),
  });
  program.forEach(({ at, size }, index) => {
    timer(at).subscribe(() => flow.write(new Uint8Array(size).fill(index)).subscribe((result) => log(`write ${index} ${result.ok}`)));
  });
  timer(131).subscribe(() => flow.close());
  flow.closed.subscribe(() => log('closed'));
}

/** A reader that is still busy with what came early when the flow ends. */
interface SlowReading {
  readonly capacity: number;
  readonly peer: Script['peer'];
  readonly peerEndsAt: number;
  readonly peerAborts: boolean;
  readonly closesAt: number;
  readonly readMs: number;
}

const slowReading: fc.Arbitrary<SlowReading> = fc.record({
  capacity: fc.integer({ min: 1, max: 40 }),
  peer: fc.array(fc.record({ at: fc.nat(50), size: fc.integer({ min: 1, max: 12 }) }), { maxLength: 8 }),
  peerEndsAt: fc.nat(100),
  peerAborts: fc.boolean(),
  closesAt: fc.nat(100),
  readMs: fc.nat(60),
});

function readSlowly(flow: Flow, { closesAt, readMs }: SlowReading, log: (line: string) => void): void {
  flow
    .read()
    .pipe(drainMap((buffer) => of([...buffer].join()).pipe(delay(readMs))))
    .subscribe({ next: log, error: (error: FlowError) => log(error.code), complete: () => log('EOF') });
  flow.closed.subscribe({ error: (error: FlowError) => log(`broken: ${error.code}`), complete: () => log('closed') });
  timer(closesAt).subscribe(() => flow.close().subscribe({ error: () => {} }));
}

/** A flow that is recorded line by line, and its peer, which writes as it is told. */
function recordedPair(one: { readonly capacity: number; readonly peer: readonly { readonly at: number; readonly size: number }[] }, lines: string[]): [Flow, Flow] {
  const [inner, peer] = flowPair({ capacity: one.capacity });
  const { flow, tape } = record(inner);
  tape.pipe(saveTape()).subscribe((line) => lines.push(line));
  one.peer.forEach(({ at, size }, index) => timer(at).subscribe(() => peer.write(new Uint8Array(size).fill(index))));
  return [flow, peer];
}

describe('a tape that is recorded, saved, loaded and replayed', () => {
  it('gives the same program the same experience at the same times', () => {
    fc.assert(
      fc.property(script, (one) => {
        const lines: string[] = [];
        const original = inVirtualTime((log) => {
          const [flow, peer] = recordedPair(one, lines);
          timer(one.peerReadsFrom).subscribe(() => peer.read().subscribe());
          timer(150).subscribe(() => peer.close());
          play(flow, one, log);
        });
        const replayed = inVirtualTime((log) => play(replay(loadTape(lines)), one, log));
        expect([...replayed].sort()).toEqual([...original].sort());
      }),
      { numRuns: 100 },
    );
  });

  it('gives the same bytes, and the same end, to whoever reads slowly, in whatever order the flow ended', () => {
    fc.assert(
      fc.property(slowReading, (one) => {
        const lines: string[] = [];
        const original = inVirtualTime((log) => {
          const [flow, peer] = recordedPair(one, lines);
          timer(one.peerEndsAt).subscribe(() => (one.peerAborts ? peer.abort() : peer.shutdown('write')));
          peer.read().subscribe({ error: () => {} });
          readSlowly(flow, one, log);
        });
        const bytes = (seen: readonly string[]) => seen.map((line) => line.replace(/^\d+ /, ''));
        const replayed = inVirtualTime((log) => readSlowly(replay(loadTape(lines)), one, log));
        const atOnce = inVirtualTime((log) => readSlowly(replay(loadTape(lines), { immediate: true }), one, log));
        expect([...replayed].sort()).toEqual([...original].sort());
        expect(bytes(atOnce).sort()).toEqual(bytes(original).sort());
      }),
      { numRuns: 100 },
    );
  });

  it('plays a whole protocol again without its server', () => {
    const ask = (flow: Flow) => {
      const answers: string[] = [];
      flow
        .read()
        .pipe(take(2), toArray())
        .subscribe((all) => answers.push(...all.map(text)));
      from(['one', 'two'])
        .pipe(concatMap((question) => of(question).pipe(delay(5))))
        .subscribe((question) => flow.write(bytes(question)));
      return answers;
    };
    const events: TapeEvent[] = [];
    let recorded: string[] = [];
    let replayed: string[] = [];
    inVirtualTime(() => {
      const [inner, server] = flowPair();
      server.read().subscribe((question) => server.write(bytes(`${text(question)}!`)));
      const { flow, tape } = record(inner);
      tape.subscribe((event) => events.push(event));
      recorded = ask(flow);
    });
    inVirtualTime(() => (replayed = ask(replay(events))));
    expect(recorded).toEqual(['one!', 'two!']);
    expect(replayed).toEqual(recorded);
  });
});
