import fc from 'fast-check';
import { concat, concatMap, from, ignoreElements, map, take, timer, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { Flow } from '../../src/flow/flow.js';
import { flowPair } from '../../src/memory/pair.js';
import { bytes, errorOf, logOf, text } from './log-of.js';

interface Stage {
  /** Runs the action at that virtual time, in milliseconds. */
  at(ms: number, action: () => void): void;
  /** What an observable, made at that time, does: each entry of `logOf` with its time, `50 hello`, `90 |`. */
  watch(source: () => Observable<unknown>, fromMs?: number): string[];
  /** Lets virtual time run to its end. */
  play(): void;
}

/** Runs a play in virtual time. */
function inVirtualTime(play: (stage: Stage) => void): void {
  const scheduler = new TestScheduler(() => undefined);
  scheduler.run(({ flush }) => {
    const at = (ms: number, action: () => void) => timer(ms).subscribe(action);
    const watch = (source: () => Observable<unknown>, fromMs = 0) => {
      const log: string[] = [];
      const start = () => logOf(source(), (entry) => log.push(`${scheduler.now()} ${entry}`));
      if (fromMs === 0) start();
      else at(fromMs, start);
      return log;
    };
    play({ at, watch, play: flush });
  });
}

function write(flow: Flow, data: string): Observable<unknown> {
  return flow.write(bytes(data));
}

describe('flowPair: latencyMs', () => {
  it('delays what is written, and its end, by the latency', () => {
    inVirtualTime(({ at, watch, play }) => {
      const [a, b] = flowPair({ latencyMs: 50 });
      const log = watch(() => b.read());
      at(0, () => write(a, 'one'));
      at(10, () => write(a, 'two'));
      at(20, () => a.shutdown('write'));
      play();
      expect(log).toEqual(['50 one', '60 two', '70 |']);
    });
  });

  it('is as long in both directions', () => {
    inVirtualTime(({ watch, play }) => {
      const [a, b] = flowPair({ latencyMs: 50 });
      const log = watch(() => a.read());
      b.read().subscribe((buffer) => b.write(buffer));
      write(a, 'ping');
      play();
      expect(log).toEqual(['100 ping']);
    });
  });

  it('hands over the very buffer that was written', () => {
    inVirtualTime(({ play }) => {
      const [a, b] = flowPair({ latencyMs: 5 });
      const buffer = bytes('hello');
      const came: Uint8Array[] = [];
      b.read().subscribe((one) => came.push(one));
      a.write(buffer);
      play();
      expect(came[0]).toBe(buffer);
    });
  });

  it('accepts at once what the capacity has room for, and the rest as it is read', () => {
    inVirtualTime(({ at, watch, play }) => {
      const [a, b] = flowPair({ latencyMs: 50, capacity: 10 });
      const results = ['12345678', '12', '1', '2'].map((data) => watch(() => write(a, data)));
      const reads = [60, 70, 80].map((ms) => watch(() => b.read().pipe(take(1)), ms));
      at(200, () => a.abort());
      play();
      expect(results).toEqual([['0 ok', '0 |'], ['0 ok', '0 |'], ['60 ok', '60 |'], ['60 ok', '60 |']]);
      expect(reads).toEqual([['60 12345678', '60 |'], ['70 12', '70 |'], ['80 1', '80 |']]);
    });
  });

  it('counts bytes on their way that are read as they come', () => {
    inVirtualTime(({ watch, play }) => {
      const [a, b] = flowPair({ latencyMs: 50, capacity: 4 });
      const log = watch(() => b.read());
      const results = ['abcd', 'e', 'fghi', 'j'].map((data) => watch(() => write(a, data)));
      play();
      expect(results.map(([first]) => first)).toEqual(['0 ok', '50 ok', '50 ok', '100 ok']);
      expect(log).toEqual(['50 abcd', '50 e', '100 fghi', '100 j']);
    });
  });

  it('flushes what is written before the end, and close() waits for the peer', () => {
    inVirtualTime(({ at, watch, play }) => {
      const [a, b] = flowPair({ latencyMs: 50 });
      write(a, 'last');
      const closed = watch(() => a.close());
      const log = watch(() => b.read());
      at(60, () => b.close());
      const over = [a, b].map((flow) => watch(() => flow.closed));
      play();
      expect(log).toEqual(['50 last', '50 |']);
      expect(closed).toEqual(['110 |']);
      expect(over).toEqual([['110 |'], ['60 |']]);
    });
  });

  it('lets the end arrive though data before it is unread', () => {
    inVirtualTime(({ watch, play }) => {
      const [a, b] = flowPair({ latencyMs: 50 });
      write(a, 'unread');
      a.close();
      const closed = watch(() => b.close());
      const log = watch(() => b.read(), 100);
      play();
      expect(closed).toEqual(['50 |']);
      expect(log).toEqual(['100 unread', '100 |']);
    });
  });

  it("never stalls a peer that has shut its read side down, and the peer's end still arrives", () => {
    inVirtualTime(({ at, watch, play }) => {
      const [a, b] = flowPair({ latencyMs: 50, capacity: 4 });
      const results = ['abcdefgh', 'ijkl', 'mnopqrst', 'u'].map((data) => watch(() => write(a, data)));
      const end = watch(() => a.close());
      at(60, () => b.shutdown('read'));
      at(200, () => b.close());
      play();
      expect(results.map(([first]) => first)).toEqual(['60 ok', '60 ok', '110 ok', '110 ok']);
      expect(end).toEqual(['250 |']);
    });
  });

  it('waits longer than a timer of the platform can', () => {
    inVirtualTime(({ watch, play }) => {
      const [a, b] = flowPair({ latencyMs: 3_000_000_000 });
      const log = watch(() => b.read());
      write(a, 'x');
      play();
      expect(log).toEqual(['3000000000 x']);
    });
  });
});

describe('flowPair: bytesPerSecond', () => {
  it('lets a buffer arrive when its last byte has departed', () => {
    inVirtualTime(({ at, watch, play }) => {
      const [a, b] = flowPair({ bytesPerSecond: 1000 });
      const log = watch(() => b.read());
      write(a, 'abcde');
      write(a, 'fgh');
      at(20, () => write(a, 'ij'));
      a.read().subscribe();
      play();
      expect(log).toEqual(['5 abcde', '8 fgh', '22 ij']);
    });
  });

  it('pipelines departures with the latency, chunk by chunk, the end last', () => {
    inVirtualTime(({ watch, play }) => {
      const [a, b] = flowPair({ bytesPerSecond: 1000, latencyMs: 100, maxChunk: 4 });
      const log = watch(() => b.read());
      const result = watch(() => write(a, '1234567890'));
      a.shutdown('write');
      play();
      expect(result).toEqual(['0 ok', '0 |']);
      expect(log).toEqual(['104 1234', '108 5678', '110 90', '110 |']);
    });
  });

  it('is a limit for each direction of its own', () => {
    inVirtualTime(({ watch, play }) => {
      const [a, b] = flowPair({ bytesPerSecond: 1000 });
      const logs = [watch(() => a.read()), watch(() => b.read())];
      write(a, 'abcde');
      write(b, 'fgh');
      play();
      expect(logs).toEqual([['3 fgh'], ['5 abcde']]);
    });
  });

  it('keeps to its rate where a byte takes a fraction of a millisecond, in whole milliseconds', () => {
    inVirtualTime(({ watch, play }) => {
      const [a, b] = flowPair({ bytesPerSecond: 4000, maxChunk: 1 });
      const log = watch(() => b.read());
      write(a, 'abcdefghij');
      play();
      expect(log.map((entry) => entry.split(' ')[0])).toEqual(['1', '1', '1', '1', '2', '2', '2', '2', '3', '3']);
    });
  });

  it('is not late by a sum of fractions: 1460 bytes at a time, a million bytes take a second', () => {
    inVirtualTime(({ watch, play }) => {
      const [a, b] = flowPair({ bytesPerSecond: 1_000_000, latencyMs: 20, maxChunk: 1460 });
      const end = watch(() => b.read().pipe(ignoreElements()));
      a.write(new Uint8Array(1_000_000));
      a.shutdown('write');
      play();
      expect(end).toEqual(['1020 |']);
    });
  });

  it('stalls with a reader that stalls, and goes on with it', () => {
    inVirtualTime(({ at, watch, play }) => {
      const [a, b] = flowPair({ bytesPerSecond: 1000, capacity: 4, maxChunk: 2 });
      const result = watch(() => write(a, '1234567890'));
      const first = watch(() => b.read().pipe(take(1)), 100);
      const rest = watch(() => b.read(), 200);
      at(300, () => a.abort());
      play();
      expect(first).toEqual(['100 12', '100 |']);
      // Three chunks filled the room; the fourth departed as the first was read, the last as the second was.
      expect(rest).toEqual(['200 34', '200 56', '200 78', '202 90', '300 #reset']);
      expect(result).toEqual(['200 ok', '200 |']);
    });
  });
});

describe('flowPair: a line that breaks', () => {
  it('gives the peer what had departed, then the reset one latency later', () => {
    inVirtualTime(({ at, watch, play }) => {
      const [a, b] = flowPair({ latencyMs: 50, bytesPerSecond: 1000, name: 'line' });
      const log = watch(() => b.read());
      write(a, 'abcde');
      write(a, 'fghij');
      write(a, 'klmno');
      at(12, () => a.abort('enough'));
      const own = watch(() => a.read());
      const results = [watch(() => write(b, 'sent'), 20), watch(() => write(b, 'late'), 70)];
      play();
      expect(log).toEqual(['55 abcde', '60 fghij', '62 #reset']);
      expect(own).toEqual(['12 #aborted']);
      expect(results).toEqual([['20 ok', '20 |'], ['70 reset', '70 |']]);
      expect(errorOf(b.closed)?.message).toBe('line b: the peer aborted');
    });
  });

  it('gives the peer what has arrived and is unread, then the reset', () => {
    inVirtualTime(({ at, watch, play }) => {
      const [a, b] = flowPair({ latencyMs: 50 });
      write(a, 'unread');
      at(60, () => a.abort());
      const log = watch(() => b.read(), 200);
      play();
      expect(log).toEqual(['200 unread', '200 #reset']);
    });
  });

  it('drops what comes towards an end that has aborted, and fails what is pending there', () => {
    inVirtualTime(({ at, watch, play }) => {
      const [a, b] = flowPair({ latencyMs: 50, capacity: 4 });
      const pending = watch(() => write(b, 'abcdefgh'));
      at(10, () => a.abort());
      const results = [watch(() => write(b, 'ij'), 20)];
      play();
      expect(pending).toEqual(['60 reset', '60 |']);
      expect(results).toEqual([['60 reset', '60 |']]);
    });
  });

  it('fails a write that waits to depart', () => {
    inVirtualTime(({ at, watch, play }) => {
      const [a, b] = flowPair({ latencyMs: 50, capacity: 2, maxChunk: 2 });
      const result = watch(() => write(a, 'abcdefgh'));
      const log = watch(() => b.read());
      at(10, () => a.abort());
      play();
      expect(result).toEqual(['10 aborted', '10 |']);
      expect(log).toEqual(['50 ab', '50 cd', '60 #reset']);
    });
  });

  it('does not break a flow that is over when the reset comes', () => {
    inVirtualTime(({ at, watch, play }) => {
      const [a, b] = flowPair({ latencyMs: 50 });
      b.close();
      a.shutdown('write');
      at(20, () => a.abort());
      const closed = watch(() => b.closed);
      play();
      expect(closed).toEqual(['50 |']);
    });
  });

  it('breaks an end that still waits for something else with the reset, after the end that had come', () => {
    inVirtualTime(({ at, watch, play }) => {
      const [a, b] = flowPair({ latencyMs: 50 });
      a.shutdown('write');
      at(20, () => a.abort());
      const log = watch(() => b.read());
      const closed = watch(() => b.closed);
      play();
      expect(log).toEqual(['50 |']);
      expect(closed).toEqual(['70 #reset']);
    });
  });

  it('breaks each end once when both abort', () => {
    inVirtualTime(({ at, watch, play }) => {
      const [a, b] = flowPair({ latencyMs: 50 });
      at(10, () => a.abort('a'));
      at(20, () => {
        b.abort('b');
        });
      const closed = [watch(() => a.closed), watch(() => b.closed)];
      play();
      expect(closed).toEqual([['10 #aborted'], ['20 #aborted']]);
    });
  });
});

describe('flowPair: its timers', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('are none before something is on its way, one each way while it is, and none after', () => {
    const [a, b] = flowPair({ latencyMs: 50, bytesPerSecond: 1000 });
    const logs = [logOf(a.read()), logOf(b.read())];
    expect(jest.getTimerCount()).toBe(0);
    write(a, 'abc');
    write(a, 'def');
    expect(jest.getTimerCount()).toBe(1);
    write(b, 'g');
    expect(jest.getTimerCount()).toBe(2);
    jest.advanceTimersByTime(56);
    expect(logs).toEqual([['g'], ['abc', 'def']]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are none while a reader stalls the line', () => {
    const [a, b] = flowPair({ latencyMs: 50, capacity: 2 });
    for (const data of ['ab', 'cd', 'ef']) write(a, data);
    jest.advanceTimersByTime(50);
    expect(jest.getTimerCount()).toBe(0);
    logOf(b.read());
    expect(jest.getTimerCount()).toBe(1);
  });

  it('are none once both ends are closed, though data is unread', () => {
    const [a, b] = flowPair({ latencyMs: 50 });
    write(a, 'unread');
    const closed = [logOf(a.close()), logOf(b.close())];
    jest.advanceTimersByTime(50);
    expect(closed).toEqual([['|'], ['|']]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are none but that of the reset after an abort, and none after that', () => {
    const [a, b] = flowPair({ latencyMs: 50 });
    write(a, 'towards b');
    write(b, 'towards a');
    b.abort();
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(50);
    expect(logOf(a.read())).toEqual(['towards a', '#reset']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are none for what is written, or ended, towards an end that is gone', () => {
    const [a, b] = flowPair({ latencyMs: 50, capacity: 4 });
    b.abort();
    expect(logOf(write(a, 'more than the capacity'))).toEqual(['ok', '|']);
    a.shutdown('write');
    expect(jest.getTimerCount()).toBe(1); // the reset for a
    jest.advanceTimersByTime(50);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are on time though the clock is set back meanwhile', () => {
    const [a, b] = flowPair({ latencyMs: 50 });
    const log = logOf(b.read());
    write(a, 'hello');
    jest.setSystemTime(Date.now() - 3_600_000);
    jest.advanceTimersByTime(50);
    expect(log).toEqual(['hello']);
  });

  it('are none once both ends have aborted', () => {
    const [a, b] = flowPair({ latencyMs: 50 });
    write(a, 'on its way');
    a.abort();
    b.abort();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are none once the only end that the reset is for has closed', () => {
    const [a, b] = flowPair({ latencyMs: 50 });
    b.shutdown('write');
    a.shutdown('write');
    jest.advanceTimersByTime(20);
    a.abort();
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(30);
    expect(logOf(b.closed)).toEqual(['|']);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('flowPair: under any options', () => {
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const anyOptions = fc.record({
    capacity: fc.nat({ max: 40 }),
    latencyMs: fc.constantFrom(0, 1, 7.5, 100),
    bytesPerSecond: optional(fc.constantFrom(100, 3000, 1_000_000)),
    maxChunk: optional(fc.integer({ min: 1, max: 20 })),
  });

  it('carries all bytes in order, no chunk above maxChunk, to a reader of any pace, and tells every write so', () => {
    const writes = fc.array(fc.record({ waitMs: fc.nat({ max: 30 }), data: fc.uint8Array({ maxLength: 30 }) }), { maxLength: 12 });
    fc.assert(
      fc.property(anyOptions, writes, fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), (options, all, pauses) => {
        inVirtualTime(({ play }) => {
          const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
          const [a, b] = flowPair(given);
          const results: string[][] = [];
          from(all)
            .pipe(concatMap((one) => timer(one.waitMs).pipe(map(() => one.data))))
            .subscribe({ next: (data) => results.push(logOf(a.write(data))), complete: () => a.shutdown('write') });
          const came: Uint8Array[] = [];
          const slowly = from(pauses).pipe(concatMap((pause) => timer(pause).pipe(concatMap(() => b.read().pipe(take(1))))));
          concat(slowly, b.read()).subscribe((buffer) => came.push(buffer));
          play();
          expect(Buffer.concat(came).equals(Buffer.concat(all.map((one) => one.data)))).toBe(true);
          for (const buffer of came) expect(buffer.length).toBeLessThanOrEqual(options.maxChunk ?? Infinity);
          expect(results).toEqual(all.map(() => ['ok', '|']));
        });
      }),
    );
  });

  it('never holds more than `capacity` bytes and one chunk on their way and unread', () => {
    fc.assert(
      fc.property(anyOptions, fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 10 }), (options, sizes) => {
        inVirtualTime(({ play }) => {
          const { capacity, maxChunk = 5 } = options;
          const [a, b] = flowPair({ latencyMs: 10, capacity, maxChunk });
          for (const size of sizes) a.write(new Uint8Array(size));
          play();
          a.abort();
          let unread = 0;
          b.read().subscribe({ next: (buffer) => (unread += buffer.length), error: () => {} });
          play();
          expect(unread).toBeLessThanOrEqual(capacity + maxChunk);
        });
      }),
    );
  });
});

it('reads as text what was written as text', () => {
  inVirtualTime(({ play }) => {
    const [a, b] = flowPair({ latencyMs: 3 });
    const came: string[] = [];
    b.read().subscribe((buffer) => came.push(text(buffer)));
    write(a, 'é');
    play();
    expect(came).toEqual(['é']);
  });
});
