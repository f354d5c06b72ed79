import { TestScheduler } from 'rxjs/testing';
import { forward } from '../../src/combinators/forward.js';
import type { Flow } from '../../src/flow/flow.js';
import { flowPair } from '../../src/memory/pair.js';
import { foreignFlow } from '../support/foreign-flow.js';
import { config } from 'rxjs';

const bytes = (...values: number[]) => Uint8Array.from(values);

function received(flow: Flow): number[] {
  const got: number[] = [];
  flow.read().subscribe({ next: (buffer) => got.push(...buffer), error: () => got.push(-1) });
  return got;
}

/** A forward under way: its log, and what it emitted. */
function run(src: Flow, dst: Flow, verbose = false) {
  const told = { lines: [] as string[], end: 'running', stop: () => {} };
  const values: unknown[] = [];
  const subscription = forward(src, dst, { verbose, log: (line) => told.lines.push(line) }).subscribe({
    next: (value) => values.push(value),
    complete: () => (told.end = `done after ${values.length}`),
    error: () => (told.end = 'failed'),
  });
  told.stop = () => subscription.unsubscribe();
  return told;
}

const ways: [string, (flow: Flow) => Flow][] = [
  ['of this package', (flow) => flow],
  ['of another', foreignFlow],
];

describe.each(ways)('forward between flows %s', (_, wrap) => {
  const line = () => {
    const [from, src] = flowPair({ name: 'near' });
    const [dst, to] = flowPair({ name: 'far' });
    return { from, src: wrap(src), dst: wrap(dst), to };
  };

  it('emits once and completes when the source ends, and logs nothing', () => {
    const { from, src, dst, to } = line();
    const got = received(to);
    const told = run(src, dst);
    from.write(bytes(1, 2));
    expect(told.end).toBe('running');
    from.shutdown('write');
    expect(got).toEqual([1, 2]);
    expect(told).toMatchObject({ end: 'done after 1', lines: [] });
  });

  it('logs each buffer by its size, and the end, when it is verbose', () => {
    const { from, src, dst, to } = line();
    const got = received(to);
    const told = run(src, dst, true);
    from.write(bytes(1, 2));
    from.write(bytes(3));
    from.shutdown('write');
    expect(got).toEqual([1, 2, 3]);
    expect(told.lines).toEqual([
      'forward near b -> far a: 2 bytes',
      'forward near b -> far a: 1 bytes',
      'forward near b -> far a: EOF',
    ]);
  });

  it('completes when the destination takes no more, and says what was not delivered', () => {
    const { from, src, dst } = line();
    dst.shutdown('write');
    const told = run(src, dst);
    from.write(bytes(1));
    expect(told.end).toBe('done after 1');
    expect(told.lines).toEqual([
      "forward near b -> far a: writing failed: closed: far a: write after shutdown('write')",
    ]);
  });

  it('completes when the destination closes while nothing is to be written', () => {
    const { src, dst, to } = line();
    const told = run(src, dst);
    dst.close();
    expect(told.end).toBe('running');
    to.close();
    expect(told).toMatchObject({ end: 'done after 1', lines: [] });
  });

  it('reports a destination that breaks while nothing is to be written', () => {
    const { src, dst, to } = line();
    const told = run(src, dst);
    to.abort();
    expect(told.end).toBe('done after 1');
    expect(told.lines).toEqual(['forward near b -> far a: the destination broke: reset: far a: the peer aborted']);
  });

  it('reports a source that breaks, and completes', () => {
    const { from, src, dst } = line();
    const told = run(src, dst);
    from.abort();
    expect(told.end).toBe('done after 1');
    expect(told.lines).toEqual(['forward near b -> far a: reading failed: reset: near b: the peer aborted']);
  });

  it('stops when it is unsubscribed, and leaves the rest in the source', () => {
    const { from, src, dst, to } = line();
    const got = received(to);
    const told = run(src, dst);
    told.stop();
    from.write(bytes(1));
    dst.abort();
    expect(got).toEqual([-1]);
    expect(received(src)).toEqual([1]);
    expect(told).toMatchObject({ end: 'running', lines: [] });
  });
});

describe('forward', () => {
  it('logs what a read() throws, and completes', () => {
    const [flow] = flowPair();
    const src = { ...foreignFlow(flow), read: () => { throw new Error('thrown'); } };
    const told = run(src, flowPair()[0]);
    expect(told.end).toBe('done after 1');
    expect(told.lines).toEqual([expect.stringMatching(/reading failed: .*thrown/)]);
  });

  it('goes on when the log throws, which is reported as RxJS reports a failing observer', () => {
    const [from, src] = flowPair();
    const [dst, to] = flowPair();
    const got = received(to);
    const log = () => {
      throw new Error('no more paper');
    };
    const scheduler = new TestScheduler(() => {});
    expect(() => {
      scheduler.run(() => {
        forward(src, dst, { verbose: true, log }).subscribe();
        from.write(bytes(1));
        from.write(bytes(2));
      });
    }).toThrow('no more paper');
    expect(got).toEqual([1, 2]);
  });

  it('logs to the console unless told otherwise', () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    const [from, src] = flowPair();
    forward(src, flowPair()[0]).subscribe();
    from.abort();
    expect(said).toHaveBeenCalledWith('forward pair b -> pair a: reading failed: reset: pair b: the peer aborted');
    said.mockRestore();
  });

  it.each([
    ['src', () => forward({} as never, flowPair()[0]), /^forward: src must be a Flow, not an object$/],
    ['dst', () => forward(flowPair()[0], undefined as never), /^forward: dst must be a Flow, not undefined$/],
    ['options', () => forward(...flowPair(), (() => {}) as never), /^forward: options must be an object, not a function$/],
    ['verbose', () => forward(...flowPair(), { verbose: 'yes' as never }), /^forward: verbose must be a boolean, not a string$/],
    ['log', () => forward(...flowPair(), { log: 'x' as never }), /^forward: log must be a function, not a string$/],
  ])('throws a TypeError that names %s', (_, call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });

  it('tells what its log throws to whom RxJS tells unhandled errors', () => {
    jest.useFakeTimers();
    const told = jest.fn();
    config.onUnhandledError = told;
    try {
      const [from, src] = flowPair();
      const thrown = new Error('no more paper');
      forward(src, flowPair()[0], { verbose: true, log: () => { throw thrown; } }).subscribe();
      from.write(bytes(1));
      jest.runAllTimers();
      expect(told.mock.calls).toEqual([[thrown]]);
    } finally {
      config.onUnhandledError = null;
      jest.useRealTimers();
    }
  });
});
