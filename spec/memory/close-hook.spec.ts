import { EMPTY, NEVER, of, Subject, throwError } from 'rxjs';
import { FlowError } from '../../src/flow/flow-error.js';
import type { Flow } from '../../src/flow/flow.js';
import type { CloseHook } from '../../src/memory/close-hook.js';
import { fromGenerator } from '../../src/memory/from-generator.js';
import { refillFlow } from '../../src/memory/refill-flow.js';
import { errorOf, logOf, turn, writeOf } from './log-of.js';

const creators: [string, (close: CloseHook) => Flow][] = [
  ['refillFlow', (close) => refillFlow({ input: () => NEVER, output: (buffer) => buffer.length, close })],
  [
    'fromGenerator',
    (close) =>
      fromGenerator({
        *input() {
          yield 'a';
        },
        *output() {
          for (;;) yield;
        },
        close,
      }),
  ],
];

describe.each(creators)('the close hook of %s', (_, create) => {
  it('runs once, however often close() is called', () => {
    const hook = jest.fn();
    const flow = create(hook);
    expect(hook).not.toHaveBeenCalled();
    expect(logOf(flow.close())).toEqual(['|']);
    expect(logOf(flow.close())).toEqual(['|']);
    flow.abort();
    expect(hook).toHaveBeenCalledTimes(1);
  });

  it('runs on abort, once, whatever comes after', () => {
    const hook = jest.fn();
    const flow = create(hook);
    flow.abort();
    flow.abort();
    expect(logOf(flow.close())).toEqual(['#aborted']);
    expect(hook).toHaveBeenCalledTimes(1);
  });

  it('does not run on shutdown, but on the close() after it', () => {
    const hook = jest.fn();
    const flow = create(hook);
    flow.shutdown('read_write');
    expect(logOf(flow.closed)).toEqual(['|']);
    expect(hook).not.toHaveBeenCalled();
    expect(logOf(flow.close())).toEqual(['|']);
    expect(hook).toHaveBeenCalledTimes(1);
  });

  it('runs after the pending writes, and delays close() until its answer has ended', () => {
    const answer = new Subject<number>();
    const flow = create(() => answer);
    writeOf(flow, 'x');
    const log = logOf(flow.close());
    answer.next(1);
    expect(log).toEqual([]);
    answer.complete();
    expect(log).toEqual(['|']);
  });

  it('delays close() until its Promise has settled', async () => {
    let settle = () => {};
    const flow = create(() => new Promise<void>((resolve) => (settle = resolve)));
    const log = logOf(flow.close());
    await turn();
    expect(log).toEqual([]);
    settle();
    await turn();
    expect(log).toEqual(['|']);
  });

  it.each<[string, CloseHook]>([
    ['an Observable that ends at once', () => EMPTY],
    ['an Observable of one value', () => of(1)],
    ['a number', () => 1],
    ['an object that is no ObservableInput', () => new Map()],
  ])('is done at once when it answers %s', (__, hook) => {
    expect(logOf(create(hook).close())).toEqual(['|']);
  });

  it.each<[string, CloseHook]>([
    ['throws', () => { throw new Error('in use'); }],
    ['answers an Observable that fails', () => throwError(() => new Error('in use'))],
  ])('makes close() error with `failed` and the cause when it %s', (__, hook) => {
    const flow = create(hook);
    expect(errorOf(flow.close())).toMatchObject({
      code: 'failed',
      message: `${flow.name}: the close hook failed`,
      cause: new Error('in use'),
    });
    expect(errorOf(flow.close())?.code).toBe('failed');
  });

  it('makes close() error when its Promise rejects, with a FlowError as it is', async () => {
    const error = new FlowError('timeout', 'still in use after 5 ms');
    const flow = create(async () => { throw error; });
    flow.close();
    await turn();
    expect(errorOf(flow.close())).toBe(error);
  });

  it('cannot make abort() throw', () => {
    const flow = create(() => { throw new Error('in use'); });
    expect(() => flow.abort()).not.toThrow();
    expect(errorOf(flow.closed)?.code).toBe('aborted');
  });
});

it('runs the close hook when the input breaks the flow', () => {
  const hook = jest.fn();
  const flow = refillFlow({ input: () => { throw new Error('gone'); }, close: hook });
  expect(logOf(flow.read())).toEqual(['#failed']);
  expect(hook).toHaveBeenCalledTimes(1);
  expect(errorOf(flow.close())?.code).toBe('failed');
  expect(hook).toHaveBeenCalledTimes(1);
});
