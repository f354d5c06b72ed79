import type { Observable } from 'rxjs';
import { FlowError } from '../../src/flow/flow-error.js';
import type { Flow, ShutdownMode, WriteResult } from '../../src/flow/flow.js';
import { makeFlow } from '../../src/flow/make-flow.js';
import type { FlowLink } from '../../src/flow/transport.js';
import { endpointOf, writeErrorOf } from '../../src/flow/piped-flow.js';
import { flowPair } from '../../src/memory/pair.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (buffer: Uint8Array) => new TextDecoder().decode(buffer);

/** All that the Observable has said by now. */
function saidBy(source: Observable<unknown>): string[] {
  const said: string[] = [];
  source.subscribe({
    next: (value) => said.push(value === undefined ? 'done' : value instanceof Uint8Array ? text(value) : resultOf(value as WriteResult)),
    error: (error: unknown) => said.push(`#${(error as FlowError).code}`),
    complete: () => said.push('|'),
  });
  return said;
}

const resultOf = (result: WriteResult) => (result.ok ? 'ok' : `${result.error.code}: ${result.error.message}`);

describe('write()', () => {
  it.each([
    ['a string', 'text'],
    ['an ArrayBuffer', new ArrayBuffer(2)],
    ['a DataView', new DataView(new ArrayBuffer(2))],
    ['an array', [1, 2]],
    ['undefined', undefined],
  ])('does not take %s, and says what came', (named, value) => {
    const [flow, peer] = flowPair({ name: 'mem' });
    expect(() => flow.write(value as never)).toThrow(new TypeError(`mem a: write() takes a Uint8Array, not ${named}`));
    expect(saidBy(peer.read())).toEqual([]);
  });

  it('accepts an empty buffer and sends nothing, also where a result would wait', () => {
    const [flow, peer] = flowPair({ capacity: 1 });
    flow.write(bytes('more than one'));
    expect(saidBy(flow.write(new Uint8Array(0)))).toEqual(['ok', '|']);
    expect(saidBy(peer.read())).toEqual(['more than one']);
  });

  it('refuses an empty buffer too once the write side has ended, and says by what', () => {
    const [flow] = flowPair({ name: 'mem' });
    flow.shutdown('write');
    for (const buffer of [new Uint8Array(0), bytes('a')]) {
      expect(saidBy(flow.write(buffer))).toEqual([`closed: mem a: write after shutdown('write')`, '|']);
    }
  });
});

describe('writev()', () => {
  it('takes only an array, and only of Uint8Arrays, and says which of them came', () => {
    const [flow, peer] = flowPair({ name: 'mem' });
    expect(() => flow.writev(bytes('a') as never)).toThrow(new TypeError('mem a: writev() takes an array, not a Uint8Array'));
    expect(() => flow.writev([bytes('a'), 'b'] as never)).toThrow(
      new TypeError('mem a: writev() takes Uint8Arrays, not a string (buffers[1])'),
    );
    expect(saidBy(peer.read())).toEqual([]);
  });

  it('leaves empty buffers out, and accepts a list of nothing else at once', () => {
    const [flow, peer] = flowPair({ capacity: 1 });
    const read = saidBy(peer.read());
    expect(saidBy(flow.writev([bytes('ab'), new Uint8Array(0), bytes('c')]))).toEqual(['ok', '|']);
    expect(read).toEqual(['ab', 'c']);
    expect(saidBy(flow.writev([new Uint8Array(0)]))).toEqual(['ok', '|']);
    expect(read).toEqual(['ab', 'c']);
  });

  it('accepts a list of nothing at once also where a result would wait', () => {
    const [flow] = flowPair({ capacity: 1 });
    expect(saidBy(flow.write(bytes('ab')))).toEqual([]);
    expect([saidBy(flow.writev([])), saidBy(flow.writev([new Uint8Array(0)]))]).toEqual([['ok', '|'], ['ok', '|']]);
  });

  it('has one result for all, pending until all of it has room', () => {
    const [flow, peer] = flowPair({ capacity: 1 });
    const result = saidBy(flow.writev([bytes('ab'), bytes('c')]));
    expect(result).toEqual([]);
    saidBy(peer.read());
    expect(result).toEqual(['ok', '|']);
  });

  it('is refused as a whole once the write side has ended, empty or not', () => {
    const [flow, peer] = flowPair({ name: 'mem' });
    flow.shutdown('write');
    for (const buffers of [[], [bytes('a'), bytes('b')]]) {
      expect(saidBy(flow.writev(buffers))).toEqual([`closed: mem a: write after shutdown('write')`, '|']);
    }
    expect(saidBy(peer.read())).toEqual(['|']);
  });
});

describe('shutdown()', () => {
  it.each<[unknown, string]>([
    ['both', '"both"'],
    ['', '""'],
    [undefined, 'undefined'],
    [2, 'number 2'],
  ])('takes no %p', (mode, named) => {
    const [flow] = flowPair({ name: 'mem' });
    expect(() => flow.shutdown(mode as ShutdownMode)).toThrow(
      new TypeError(`mem a: shutdown() takes 'read', 'write' or 'read_write', not ${named}`),
    );
  });

  it('of one direction leaves the other as it is, of both ends both', () => {
    const ends = (mode: ShutdownMode) => {
      const [flow, peer] = flowPair();
      flow.shutdown(mode);
      return { write: saidBy(flow.write(bytes('a')))[0] === 'ok', read: saidBy(flow.read()).length === 0, peer: saidBy(peer.read()).length === 0 };
    };
    expect(ends('read')).toEqual({ write: true, read: false, peer: false }); // the peer has got 'a'
    expect(ends('write')).toEqual({ write: false, read: true, peer: false }); // the peer is at EOF
    expect(ends('read_write')).toEqual({ write: false, read: false, peer: false });
  });

  it('of the read side is done at once, of the write side when all has been flushed', () => {
    const [flow, peer] = flowPair({ capacity: 1 });
    flow.write(bytes('abc'));
    expect(saidBy(flow.shutdown('read'))).toEqual(['done', '|']);
    const flushed = [saidBy(flow.shutdown('write')), saidBy(flow.shutdown('read_write'))];
    expect(flushed).toEqual([[], []]);
    saidBy(peer.read());
    expect(flushed).toEqual([['done', '|'], ['done', '|']]);
  });

  it('of a broken flow errors as closed does, whichever side', () => {
    const [flow] = flowPair();
    flow.abort();
    for (const mode of ['read', 'write', 'read_write'] as const) expect(saidBy(flow.shutdown(mode))).toEqual(['#aborted']);
  });

  it('fails as the flow does when it is called from inside what tells of the break', () => {
    const [flow] = flowPair();
    const said: string[][] = [];
    flow.read().subscribe({ error: () => said.push(saidBy(flow.shutdown('read')), saidBy(flow.shutdown('write'))) });
    flow.abort();
    expect(said).toEqual([['#aborted'], ['#aborted']]);
  });
});

describe('abort()', () => {
  it('says which flow was aborted, with the reason as cause, or none', () => {
    const errorOf = (reason?: unknown): FlowError => {
      const [flow] = flowPair({ name: 'mem' });
      flow.abort(reason);
      let error: unknown;
      flow.closed.subscribe({ error: (one: unknown) => (error = one) });
      return error as FlowError;
    };
    expect([errorOf('why').message, errorOf('why').cause]).toEqual(['mem a: aborted', 'why']);
    expect('cause' in errorOf()).toBe(false);
  });
});

describe('a flow that breaks', () => {
  const ways: [string, () => { flow: Flow; breakIt: () => void; said: string[] }][] = [
    ['that is aborted', () => {
      const [flow, peer] = flowPair();
      return { flow, breakIt: () => flow.abort(), said: saidBy(peer.read()) };
    }],
    ['whose peer aborts', () => {
      const [flow, peer] = flowPair();
      const said = saidBy(peer.read());
      return { flow, breakIt: () => peer.abort(), said };
    }],
    ['whose transport fails', () => {
      const said: string[] = [];
      let link!: FlowLink;
      const flow = makeFlow({
        name: 'failing',
        open: (engine) => (link = engine),
        write: (buffer) => said.push(text(buffer)) > 0,
        end: () => said.push('|'),
        abort: (error) => said.push(`#${error.code}`),
      });
      return { flow, breakIt: () => link.fail(new FlowError('reset', 'gone')), said };
    }],
  ];
  it.each(ways)('%s has broken in both directions before anybody hears of it', (_, make) => {
    const { flow, breakIt, said } = make();
    const late: string[][] = [];
    flow.read().subscribe({
      error: () => {
        late.push(saidBy(flow.write(bytes('late'))));
        late.push(saidBy(flow.shutdown('write')));
      },
    });
    breakIt();
    expect(late.map(([first]) => first)).toEqual([expect.stringMatching(/^(aborted|reset): /), expect.stringMatching(/^#(aborted|reset)$/)]);
    expect(said).toEqual([expect.stringMatching(/^#(aborted|reset)$/)]);
  });

  it('takes nothing from a peer that hears of it', () => {
    const [flow, peer] = flowPair();
    const late: string[] = [];
    const said = saidBy(flow.read());
    peer.read().subscribe({ error: () => late.push(...saidBy(peer.write(bytes('late')))) });
    flow.abort();
    expect(late[0]).toMatch(/^reset: /);
    expect(said).toEqual(['#aborted']);
  });
});

describe('writing without ever looking at the results', () => {
  it('ends in overflow at a gigabyte, and says so', () => {
    const [flow] = flowPair({ name: 'mem' });
    const half = new Uint8Array(2 ** 29);
    flow.write(half);
    flow.write(half);
    const message = 'mem a: 1073741824 bytes wait to be written (limit 1073741824): wait for results';
    expect(saidBy(flow.write(bytes('a')))).toEqual([`overflow: ${message}`, '|']);
    expect(saidBy(flow.closed)).toEqual(['#overflow']);
  });
});

describe("another library's flow", () => {
  it('has no endpoint of the engine, and takes no write after its end all the same', () => {
    const foreign = { name: 'foreign' } as Flow;
    expect(endpointOf(foreign)).toBeUndefined();
    expect(writeErrorOf(foreign)).toMatchObject({ code: 'closed', message: "foreign: write after shutdown('write')" });
  });

  it('may be one that a transport has refused to write to: then that is the reason', () => {
    const flow = makeFlow({ name: 'broken', open: (link) => link.fail(new Error('no') as never), write: () => true, end: () => {}, abort: () => {} });
    expect(endpointOf(flow)).toBeDefined();
    expect(writeErrorOf(flow).code).toBe('closed');
  });
});
