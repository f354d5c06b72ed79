import { defer, EMPTY, lastValueFrom, map, Observable, of, take, throwError } from 'rxjs';
import { asSink } from '../../src/combinators/as-sink.js';
import type { Flow } from '../../src/flow/flow.js';
import { makeFlow } from '../../src/flow/make-flow.js';
import type { FlowLink } from '../../src/flow/transport.js';
import { flowPair } from '../../src/memory/pair.js';
import { conformance, type ConformanceOptions } from '../../src/testing/conformance.js';

const create = () => of(flowPair());

function first(options: ConformanceOptions, name = 'data in flight') {
  return conformance(options).find((one) => one.name.startsWith(name))!;
}

describe('conformance()', () => {
  it('has at least 60 cases, each with a name of its own', () => {
    const names = conformance({ create, sides: 'a→b' }).map((one) => one.name);
    expect(names.length).toBeGreaterThanOrEqual(60);
    expect(new Set(names).size).toBe(names.length);
  });

  it('runs every case for both sides, or for the one that is asked for', () => {
    const both = conformance({ create }).map((one) => one.name);
    const one = conformance({ create, sides: 'b→a' }).map((each) => each.name);
    expect(both).toHaveLength(2 * one.length);
    expect(both).toEqual(expect.arrayContaining(one));
    expect(one.every((name) => name.endsWith('(b→a)'))).toBe(true);
  });

  it('swaps the sides', async () => {
    const shutDown: string[] = [];
    const watched = (flow: Flow): Flow =>
      Object.create(flow, { shutdown: { value: (mode: 'write') => (shutDown.push(flow.name), flow.shutdown(mode)) } }) as Flow;
    const pairs = () => of(flowPair({ name: 'p' }).map((flow) => bound(watched(flow), flow)) as [Flow, Flow]);
    await first({ create: pairs, sides: 'a→b' }, "shutdown('write') is hot").run();
    await first({ create: pairs, sides: 'b→a' }, "shutdown('write') is hot").run();
    expect(shutDown).toEqual(['p a', 'p b']);
  });

  it('skips what a transport cannot do, with the declared reason, and creates nothing for it', async () => {
    let created = 0;
    const count = () => ((created += 1), create());
    const cases = conformance({ create: count, capabilities: { halfClose: 'one frame closes both', reset: false } });
    const reasons = new Set(cases.map((one) => one.skipped));
    expect(reasons).toContain('halfClose: one frame closes both');
    expect(reasons).toContain('reset: not supported (no reason given)');
    await Promise.all(cases.filter((one) => one.skipped !== undefined).map((one) => one.run()));
    expect(created).toBe(0);
  });

  it('runs everything that a transport can do', () => {
    const cases = conformance({ create, capabilities: { immediate: true, keepsUnread: true, byReference: true, endingsEmit: true } });
    expect(cases.filter((one) => one.skipped !== undefined)).toEqual([]);
  });

  it('asks a flow without a peer to close at once instead of waiting', () => {
    const named = (options: ConformanceOptions) => conformance(options).filter((one) => one.name.includes('without a peer'));
    expect(named({ create })).toEqual([]);
    expect(named({ create, capabilities: { peer: 'made of functions' } })).toHaveLength(2);
  });

  it('says what it was waiting for when its time is over', async () => {
    const [a, b] = [flowPair()[0], flowPair()[0]];
    const unconnected = first({ create: () => of([a, b]), timeLimitMs: 20 });
    await expect(unconnected.run()).rejects.toThrow('time limit of 20 ms: still waiting until the read has ended');
  });

  it('says how much was written where a slow transport takes whatever it is given', async () => {
    const greedy = (): Flow => {
      let link: FlowLink;
      return makeFlow({
        name: 'greedy',
        open: (given) => (link = given),
        pull: () => {},
        write: () => (setTimeout(() => link.ready(), 1), false),
        end: () => link.finished(),
        abort: () => {},
      });
    };
    const cases = conformance({ create: () => of([greedy(), greedy()] as [Flow, Flow]), timeLimitMs: 50 });
    const one = cases.find(({ name }) => name.startsWith('nothing is pulled before a subscription'))!;
    await expect(one.run()).rejects.toThrow(/^time limit of 50 ms: still waiting until a write stays pending, with \d+ bytes written that nobody reads$/);
  });

  it('aborts the flows of a create() that answers by a Promise once the time is over', async () => {
    let answer!: (flows: [Flow, Flow]) => void;
    const late = new Promise<[Flow, Flow]>((resolve) => (answer = resolve));
    await expect(first({ create: async () => await late, timeLimitMs: 20 }).run()).rejects.toThrow('time limit of 20 ms');
    const flows = flowPair();
    answer(flows);
    await expect(lastValueFrom(flows[0].closed)).rejects.toMatchObject({ code: 'aborted' });
    await expect(lastValueFrom(flows[1].closed)).rejects.toMatchObject({ code: 'reset' });
  });

  it('fails with the failure of create() as the cause', async () => {
    const failure = new Error('no such port');
    await expect(first({ create: () => throwError(() => failure) }).run()).rejects.toMatchObject({
      message: 'create() failed: no such port',
      cause: failure,
    });
    await expect(first({ create: () => EMPTY }).run()).rejects.toThrow('create() made no flows');
    await expect(first({ create: () => flowPair() as never }).run()).rejects.toThrow('create() must emit a pair of flows, not a PipedFlow');
    await expect(first({ create: () => of([flowPair()[0], 7]) as never }).run()).rejects.toThrow('create()[1] must be a Flow, not number 7');
    await expect(
      first({
        create: () => {
          throw failure;
        },
      }).run(),
    ).rejects.toMatchObject({ cause: failure });
  });

  describe('of a transport that takes a block late, on its own, after it had looked full', () => {
    /** Two flows with a line between them that takes one more block at each of the first `times` calls of `read()`. */
    function overLine(times: number): [Flow, Flow] {
      const [near, lineEnd] = flowPair({ capacity: 2 ** 16 });
      const [lineStart, far] = flowPair({ capacity: 2 ** 16 });
      let carrying = false;
      let taken = 0;
      const read = defer(() => {
        if (!carrying) lineEnd.read().subscribe(asSink(lineStart));
        carrying = true;
        return far.read();
      });
      const takeOne = () => {
        taken += 1;
        if (taken <= times && !carrying) lineEnd.read().pipe(take(1)).subscribe((buffer) => lineStart.write(buffer));
        return read;
      };
      return [near, bound(far, far, takeOne)];
    }
    const run = (times: number) => first({ create: () => of(overLine(times)), sides: 'b→a' }, 'nothing is pulled').run();

    it('finds no fault in it', () => run(2));

    it('finds the one that makes room whenever read() is called', () =>
      expect(run(Infinity)).rejects.toThrow('a read() without a subscription made room for a pending write'));
  });

  it('takes a promise of flows too', async () => {
    await first({ create: () => Promise.resolve(flowPair()) }).run();
  });

  it('leaves nothing behind: both flows are gone, create() is unsubscribed, no timer runs', async () => {
    const flows: Flow[] = [];
    let subscribed = 0;
    const counted = () =>
      new Observable<[Flow, Flow]>((subscriber) => {
        subscribed += 1;
        const pair = flowPair();
        flows.push(...pair);
        subscriber.next(pair);
        return () => (subscribed -= 1);
      });
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    await first({ create: counted }, 'a second subscription').run();
    await first({ create: counted }, 'abort() is sticky').run();
    await first({ create: counted }, 'write() is hot').run();
    expect(subscribed).toBe(0);
    expect(timers()).toBe(before);
    for (const flow of flows) {
      const ended: string[] = [];
      flow.closed.subscribe({ complete: () => ended.push('closed'), error: () => ended.push('broken') });
      expect(ended).toHaveLength(1);
    }
  });

  describe('of a flow whose abort() throws', () => {
    const failure = new Error('no abort');
    let left: Flow[] = [];
    let isSubscribed = false;
    /** Both of its flows do. */
    const throwing = () =>
      new Observable<[Flow, Flow]>((subscriber) => {
        isSubscribed = true;
        left = [];
        const refusing = (flow: Flow): Flow => ({
          ...bound(flow, flow),
          abort: (reason) => {
            left.push(flow);
            flow.abort(reason);
            throw failure;
          },
        });
        subscriber.next(flowPair().map(refusing) as [Flow, Flow]);
        return () => (isSubscribed = false);
      });
    const isLeft = () => [left.length, isSubscribed];

    it('leaves nothing behind either, and says so where nothing else is wrong', async () => {
      await expect(first({ create: throwing }).run()).rejects.toMatchObject({ message: 'abort() threw: no abort', cause: failure });
      expect(isLeft()).toEqual([2, false]);
    });

    it('leaves the verdict of the case as it is', async () => {
      const unconnected = () => throwing().pipe(map(([a]) => [a, flowPair()[0]] as [Flow, Flow]));
      const one = first({ create: unconnected, timeLimitMs: 20 });
      await expect(one.run()).rejects.toThrow('time limit of 20 ms: still waiting until the read has ended');
      expect(isLeft()).toEqual([1, false]);
    });
  });

  it.each([
    [{}, 'conformance: create must be a function, not undefined'],
    [{ create: 7 }, 'conformance: create must be a function, not number 7'],
    [{ create, capabilities: { teleport: true } }, 'conformance: capabilities.teleport is none of halfClose, reset'],
    [{ create, capabilities: { reset: 1 } }, 'conformance: capabilities.reset must be true or a reason (a string), not number 1'],
    [{ create, sides: 'left' }, 'conformance: sides must be'],
    [{ create, capabilities: null }, 'conformance: capabilities must be an object, not null'],
    [{ create, capabilities: true }, 'conformance: capabilities must be an object, not boolean true'],
    [{ create, timeLimitMs: 0 }, 'conformance: timeLimitMs must be a finite number above 0, not number 0'],
    [{ create, timeLimitMs: '5' }, 'conformance: timeLimitMs must be a finite number above 0, not a string'],
    [{ create, timeLimitMs: Infinity }, 'conformance: timeLimitMs must be a finite number above 0, not number Infinity'],
    [{ create, timeLimitMs: 2 ** 31 }, 'conformance: timeLimitMs must be at most 2147483647, not number 2147483648'],
  ])('throws a TypeError for %p', (options, message) => {
    expect(() => conformance(options as never)).toThrow(TypeError);
    expect(() => conformance(options as never)).toThrow(message);
  });
});

describe('the example of conformance()', () => {
  for (const one of conformance({ create: () => of(flowPair()) })) {
    (one.skipped === undefined ? it : it.skip)(one.name, () => one.run());
  }
});

/** A flow's operations, bound to the flow, beside those that replace some of them. */
function bound(replaced: Flow, flow: Flow, read = () => flow.read()): Flow {
  return {
    name: flow.name,
    closed: flow.closed,
    read,
    write: (buffer) => flow.write(buffer),
    writev: (buffers) => flow.writev(buffers),
    shutdown: (mode) => replaced.shutdown(mode),
    close: () => flow.close(),
    abort: (reason) => flow.abort(reason),
  };
}
