// The examples of this room's docstrings, as they stand there; that they need no type annotation is part of it.

import { interval, map, Subject, take } from 'rxjs';
import { flowPair, fromArray, fromGenerator, fromObservable, inputFrom, memoryFlow, outputInto, refillFlow, utf8, type Refill } from '../../src/index.js';
import { logOf, text, writeOf } from './log-of.js';

const console = { log: jest.fn() };

beforeEach(() => console.log.mockClear());

it('Refill', () => {
  const dice: Refill = (buffer) => { buffer[0] = 1 + Math.floor(Math.random() * 6); return 1; };
  refillFlow({ input: dice }).read().pipe(take(100)).subscribe((buffer) => console.log(buffer[0]));
  expect(console.log).toHaveBeenCalledTimes(100);
  for (const [thrown] of console.log.mock.calls) expect([1, 2, 3, 4, 5, 6]).toContain(thrown);
});

it('refillFlow', () => {
  let left = 3;
  const flow = refillFlow({ input: (buffer) => { buffer[0] = left; return left-- > 0 ? 1 : 0; } });
  flow.read().subscribe((buffer) => console.log(buffer[0]));
  expect(console.log.mock.calls).toEqual([[3], [2], [1]]);
});

it('inputFrom', () => {
  const flow = refillFlow({ input: inputFrom(['hello ', Uint8Array.of(119, 111, 114, 108, 100)]) });
  expect(logOf(flow.read())).toEqual(['hello ', 'world', '|']);
});

it('outputInto', () => {
  const target = new Uint8Array(10);
  const flow = refillFlow({ output: outputInto(target) });
  expect(logOf(flow.write(utf8('hello world')))).toEqual(['closed', '|']);
  expect(text(target)).toBe('hello worl');
});

it('memoryFlow', () => {
  const flow = memoryFlow({ input: 'hello', output: new Uint8Array(10) });
  expect(logOf(flow.read())).toEqual(['hello', '|']);
});

it('fromArray', () => {
  const written: Uint8Array[] = [];
  const flow = fromArray(['hello', Uint8Array.of(33)], { output: written });
  expect(logOf(flow.read())).toEqual(['hello', '!', '|']);
  writeOf(flow, 'bye');
  expect(written.map(text)).toEqual(['bye']);
});

it('fromGenerator', () => {
  const flow = fromGenerator({
    *input() { yield 'hello'; },
    *output() { for (;;) { const buffer = yield; console.log(buffer.length); } },
  });
  expect(logOf(flow.read())).toEqual(['hello', '|']);
  writeOf(flow, 'abc');
  expect(console.log.mock.calls).toEqual([[3]]);
});

it('fromObservable', () => {
  jest.useFakeTimers();
  try {
    const sent = new Subject<Uint8Array>();
    const flow = fromObservable({ input: interval(1000).pipe(map((i) => Uint8Array.of(i))), output: sent });
    flow.read().subscribe((buffer) => console.log(buffer[0]));
    jest.advanceTimersByTime(3000);
    expect(console.log.mock.calls).toEqual([[0], [1], [2]]);
    flow.close();
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

it('flowPair', () => {
  jest.useFakeTimers();
  try {
    const [client, server] = flowPair({ latencyMs: 50, bytesPerSecond: 1_000_000, maxChunk: 1460 });
    server.read().subscribe((buffer) => console.log(buffer.length));
    client.write(new Uint8Array(4000));
    jest.advanceTimersByTime(54);
    expect(console.log.mock.calls).toEqual([[1460], [1460], [1080]]);
  } finally {
    jest.useRealTimers();
  }
});
