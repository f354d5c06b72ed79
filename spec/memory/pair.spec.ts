import { asyncScheduler, take } from 'rxjs';
import type { Flow } from '../../src/flow/flow.js';
import { flowPair } from '../../src/memory/pair.js';
import { bytes, logOf, text, writeOf } from './log-of.js';
import { TestScheduler } from 'rxjs/testing';

describe('flowPair', () => {
  it('is named after its configuration', () => {
    expect(flowPair().map((flow) => flow.name)).toEqual(['pair a', 'pair b']);
    expect(flowPair({ name: 'line', latencyMs: 1 }).map((flow) => flow.name)).toEqual(['line a', 'line b']);
  });

  it('is synchronous, and hands buffers over by reference', () => {
    const [a, b] = flowPair();
    const came: Uint8Array[] = [];
    b.read().subscribe((buffer) => came.push(buffer));
    const buffer = bytes('hello');
    expect(logOf(a.write(buffer))).toEqual(['ok', '|']);
    expect(came).toEqual([buffer]);
    expect(came[0]).toBe(buffer);
  });

  it.each([
    ['directly', {}],
    ['by a line without delay', { maxChunk: 100 }],
  ])('joined %s, keeps results pending while more than `capacity` bytes are unread', (_, options) => {
    const [a, b] = flowPair({ capacity: 10, ...options });
    const logs = ['12345678', '12', '1234567', '1234'].map((data) => writeOf(a, data));
    expect(logs).toEqual([['ok', '|'], ['ok', '|'], [], []]);
    logOf(b.read().pipe(take(1)));
    expect(logs).toEqual([['ok', '|'], ['ok', '|'], ['ok', '|'], []]);
    logOf(b.read().pipe(take(1)));
    expect(logs[3]).toEqual([]);
    logOf(b.read().pipe(take(1)));
    expect(logs[3]).toEqual(['ok', '|']);
    expect(logOf(b.read().pipe(take(1)))).toEqual(['1234', '|']);
  });

  it.each([{}, { maxChunk: 100 }])('with no capacity at all, accepts a write when it is read: %p', (options) => {
    const [a, b] = flowPair({ capacity: 0, ...options });
    const logs = ['a', 'b'].map((data) => writeOf(a, data));
    expect(logs).toEqual([[], []]);
    logOf(b.read().pipe(take(1)));
    expect(logs).toEqual([['ok', '|'], []]);
  });

  it.each<[any, string]>([
    [7, 'flowPair: options must be an object, not number 7'],
    [{ capacity: -1 }, 'flowPair: capacity must be a whole number of at least 0, not number -1'],
    [{ capacity: 1.5 }, 'flowPair: capacity must be a whole number of at least 0, not number 1.5'],
    [{ capacity: Infinity }, 'flowPair: capacity must be a whole number of at least 0, not number Infinity'],
    [{ latencyMs: -1 }, 'flowPair: latencyMs must be a finite number of at least 0, not number -1'],
    [{ latencyMs: NaN }, 'flowPair: latencyMs must be a finite number of at least 0, not number NaN'],
    [{ latencyMs: '5' }, 'flowPair: latencyMs must be a finite number of at least 0, not a string'],
    [{ bytesPerSecond: 0 }, 'flowPair: bytesPerSecond must be a finite number above 0, not number 0'],
    [{ bytesPerSecond: Infinity }, 'flowPair: bytesPerSecond must be a finite number above 0, not number Infinity'],
    [{ maxChunk: 0 }, 'flowPair: maxChunk must be a whole number of at least 1, not number 0'],
    [{ name: 7 }, 'flowPair: name must be a string, not number 7'],
  ])('refuses %p with a TypeError', (options, message) => {
    expect(() => flowPair(options)).toThrow(new TypeError(message));
  });

  it('tells a reset one latency after the abort, though all that was on its way had not departed', () => {
    new TestScheduler(() => {}).run(({ flush }) => {
      const [a, b] = flowPair({ latencyMs: 50, bytesPerSecond: 100 });
      const log: string[] = [];
      logOf(b.read(), (entry) => log.push(`${asyncScheduler.now()}: ${entry}`));
      a.write(new Uint8Array(200));
      asyncScheduler.schedule(() => a.abort(), 100);
      flush();
      expect(log).toEqual(['150: #reset']);
    });
  });
});

describe('flowPair: a long way', () => {
  it('passes 1,000,000 synchronous buffers without growing the stack', () => {
    const [a, b] = flowPair();
    const buffer = Uint8Array.of(1);
    let count = 0;
    b.read().subscribe((one) => (count += one.byteLength));
    for (let at = 0; at < 1_000_000; at += 1) a.write(buffer);
    expect(count).toBe(1_000_000);
  });

  it('hands over 1,000,000 buffers that wait without growing the stack', () => {
    const [a, b] = flowPair({ capacity: 1_000_000 });
    const buffer = Uint8Array.of(1);
    for (let at = 0; at < 1_000_000; at += 1) a.write(buffer);
    let count = 0;
    b.read().subscribe((one) => (count += one.byteLength));
    expect(count).toBe(1_000_000);
  });

  it('plays ping-pong 1,000,000 times without growing the stack', () => {
    const [a, b] = flowPair();
    let count = 0;
    a.read().subscribe((ball) => (count += 1) < 1_000_000 && a.write(ball));
    b.read().subscribe((ball) => b.write(ball));
    a.write(Uint8Array.of(1));
    expect(count).toBe(1_000_000);
  });
});

describe('flowPair: maxChunk', () => {
  it('cuts what is written, at once, and joins nothing', () => {
    const [a, b] = flowPair({ maxChunk: 3 });
    const log = logOf(b.read());
    for (const data of ['hello', 'a', 'b', 'you']) expect(writeOf(a, data)).toEqual(['ok', '|']);
    expect(log).toEqual(['hel', 'lo', 'a', 'b', 'you']);
    expect(logOf(a.shutdown('write'))).toEqual(['|']);
    expect(log.at(-1)).toBe('|');
  });

  it('cuts without a copy, and hands smaller buffers over as they are', () => {
    const [a, b] = flowPair({ maxChunk: 3 });
    const came: Uint8Array[] = [];
    b.read().subscribe((buffer) => came.push(buffer));
    const [long, short] = [bytes('hello'), bytes('you')];
    a.writev([long, short]);
    expect(came.map(text)).toEqual(['hel', 'lo', 'you']);
    expect(came[1]!.buffer).toBe(long.buffer);
    expect(came[2]).toBe(short);
  });

  it('cuts no further ahead than there is room, and holds the result until there is', () => {
    const [a, b] = flowPair({ maxChunk: 2, capacity: 3 });
    const result = writeOf(a, '123456789');
    const reads = [0, 1, 2].map(() => logOf(b.read().pipe(take(1))));
    expect(reads).toEqual([['12', '|'], ['34', '|'], ['56', '|']]);
    expect(result).toEqual(['ok', '|']);
    expect(logOf(b.read().pipe(take(2)))).toEqual(['78', '9', '|']);
  });

  it('passes 100,000 bytes one by one without growing the stack', () => {
    const [a, b] = flowPair({ maxChunk: 1 });
    let count = 0;
    b.read().subscribe((buffer) => (count += buffer.length));
    expect(logOf(a.write(new Uint8Array(100_000)))).toEqual(['ok', '|']);
    expect(count).toBe(100_000);
  });

  it('drops 100,000 chunks that nobody will read without growing the stack', () => {
    const [a, b] = flowPair({ maxChunk: 1, capacity: 10 });
    const result = logOf(a.write(new Uint8Array(100_000)));
    expect(result).toEqual([]);
    b.shutdown('read');
    expect(result).toEqual(['ok', '|']);
  });

  it('plays ping-pong 100,000 times without growing the stack', () => {
    const [a, b] = flowPair({ maxChunk: 1 });
    const ball = Uint8Array.of(1);
    let count = 0;
    a.read().subscribe((buffer) => (count += 1) < 100_000 && a.write(buffer));
    b.read().subscribe((buffer) => b.write(buffer));
    a.write(ball);
    expect(count).toBe(100_000);
  });

  it('resets the peer at once on abort, after the unread data that had room', () => {
    const [a, b] = flowPair({ maxChunk: 2, name: 'line' });
    writeOf(a, 'abc');
    a.abort('enough');
    expect(logOf(b.read())).toEqual(['ab', 'c', '#reset']);
    expect(writeOf(b, 'x')).toEqual(['reset', '|']);
  });

  it('drops what is unread of an end that is aborted when the other has just closed', () => {
    const [a, b] = flowPair();
    a.shutdown('write');
    b.write(bytes('unread'));
    b.closed.subscribe({ complete: () => a.abort() });
    b.shutdown('write');
    expect(logOf(a.closed)).toEqual(['#aborted']);
    expect(logOf(a.read())).toEqual(['#aborted']);
  });

  it.each([{}, { maxChunk: 2 }])('stays reset when its reader, or who waits for room, aborts on hearing of it (%p)', (options) => {
    for (const listen of [(flow: Flow, act: () => void) => flow.read().subscribe({ error: act }), (flow: Flow, act: () => void) => flow.write(bytes('xx')).subscribe(act)]) {
      const [a, b] = flowPair({ capacity: 1, ...options });
      listen(b, () => b.abort());
      a.abort();
      expect(logOf(b.closed)).toEqual(['#reset']);
      expect(logOf(a.closed)).toEqual(['#aborted']);
    }
  });
});
