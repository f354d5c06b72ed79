import { concat, map, NEVER, Subject, take, takeUntil, timer, toArray, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { concrete } from '../../src/combinators/concrete.js';
import { drainMap } from '../../src/combinators/drain-map.js';
import type { Codec } from '../../src/codec/codec.js';
import { fixedCodec } from '../../src/codec/fixed-codec.js';
import { framed } from '../../src/codec/framed.js';
import { jsonLinesCodec } from '../../src/codec/json-lines-codec.js';
import { lengthPrefixedCodec } from '../../src/codec/length-prefixed-codec.js';
import { linesCodec } from '../../src/codec/lines-codec.js';
import type { Flow, WriteResult } from '../../src/flow/flow.js';
import { formatError } from '../../src/flow/format-error.js';
import { utf8 } from '../../src/flow/utf8.js';
import { flowPair } from '../../src/memory/pair.js';
import { flowScript } from '../../src/testing/flow-script.js';
import { foreignFlow } from '../support/foreign-flow.js';

/** Items as text, then `|` or `#` and the error. */
function logOf(source: Observable<unknown>): string[] {
  const log: string[] = [];
  source.subscribe({
    next: (item) => log.push(item instanceof Uint8Array ? new TextDecoder().decode(item) : String(item)),
    error: (error: unknown) => log.push(`#${formatError(error)}`),
    complete: () => log.push('|'),
  });
  return log;
}

/** A flow whose peer has written these chunks; `pulled` counts those that have left it. */
function chunksOf(...chunks: string[]): { flow: Flow; peer: Flow; pulled: () => number } {
  const [peer, flow] = flowPair({ capacity: 0 });
  let pulled = 0;
  for (const chunk of chunks) peer.write(utf8(chunk)).subscribe(() => (pulled += 1));
  return { flow, peer, pulled: () => pulled };
}

const resultOf = (write: Observable<WriteResult>) => {
  let result: WriteResult | undefined;
  write.subscribe((one) => (result = one));
  return result;
};

describe.each([
  ['a flow of this package', (flow: Flow) => flow],
  ["another library's flow", foreignFlow],
])('framed over %s', (_, dress) => {
  const linesOver = (flow: Flow) => framed(dress(flow), linesCodec());

  it('reads items and writes them', () => {
    const { flow, peer } = chunksOf('one\ntw', 'o\nthree');
    peer.shutdown('write');
    const messages = linesOver(flow);
    expect(logOf(messages.read())).toEqual(['one', 'two', 'three', '|']);
    expect(resultOf(messages.write('four'))).toBeUndefined(); // nobody reads it yet, and there is no room
    messages.writev(['five', 'six']);
    messages.shutdown('write');
    expect(logOf(peer.read())).toEqual(['four\n', 'five\n', 'six\n', '|']);
  });

  it('pulls nothing before it is subscribed to, and what take(1) needs', () => {
    const { flow, pulled } = chunksOf('one\n', 'two\n');
    const messages = linesOver(flow);
    const read = messages.read();
    expect(pulled()).toBe(0);
    expect(logOf(read.pipe(take(1)))).toEqual(['one', '|']);
    expect(pulled()).toBe(1);
  });

  it('goes on where the last read stopped, also inside a chunk', () => {
    const { flow, peer } = chunksOf('1\n2\n3\n4', '\n5');
    peer.shutdown('write');
    const messages = linesOver(flow);
    expect(logOf(messages.read().pipe(take(1)))).toEqual(['1', '|']);
    expect(logOf(messages.read().pipe(take(2)))).toEqual(['2', '3', '|']);
    expect(logOf(messages.read())).toEqual(['4', '5', '|']);
    expect(logOf(messages.read())).toEqual(['|']);
  });

  it('lets in a successor that comes while the first is ending, one after another', () => {
    const { flow, peer } = chunksOf('1\n2\n', '3\n4\n');
    peer.shutdown('write');
    const messages = linesOver(flow);
    const one = messages.read().pipe(take(1));
    expect(logOf(concat(one, one, one, one, one))).toEqual(['1', '2', '3', '4', '|']);
  });

  it('takes 100,000 items one subscription each, out of one chunk, without growing the stack', () => {
    const { flow, peer } = chunksOf('x\n'.repeat(100_000));
    const messages = linesOver(flow);
    let taken = 0;
    const next = (): void => {
      messages
        .read()
        .pipe(take(1))
        .subscribe({ next: () => (taken += 1), complete: () => next() });
    };
    next();
    expect(taken).toBe(100_000);
    peer.write(utf8('y\n'));
    expect(taken).toBe(100_001);
  });

  it('refuses a second reader while one is active, and the first goes on', () => {
    const { flow, peer } = chunksOf('1\n');
    const messages = linesOver(flow);
    const first = logOf(messages.read());
    expect(logOf(messages.read())).toEqual([expect.stringMatching(/^#busy: .*read\(\) while another read is active; share\(\)/)]);
    peer.write(utf8('2\n'));
    expect(first).toEqual(['1', '2']);
  });

  it('refuses a second reader inside the delivery of the first', () => {
    const { flow } = chunksOf('1\n2\n');
    const messages = linesOver(flow);
    const seconds: string[][] = [];
    const first: string[] = [];
    messages.read().subscribe((line) => {
      first.push(line);
      seconds.push(logOf(messages.read()), logOf(messages.read()));
    });
    expect(first).toEqual(['1', '2']);
    for (const second of seconds) expect(second).toEqual([expect.stringMatching(/^#busy/)]);
  });

  it('waits with the next item, and with the next chunk, while drainMap is busy', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ expectObservable }) => {
      const { flow, peer, pulled } = chunksOf('a\nb\nc\n', 'd\n');
      peer.shutdown('write');
      const work = linesOver(flow)
        .read()
        .pipe(drainMap((line) => timer(2).pipe(map(() => `${line}${pulled()}`))));
      expectObservable(work).toBe('--a-b-c-(d|)', { a: 'a1', b: 'b1', c: 'c1', d: 'd2' });
    });
  });

  it('never decodes more than drainMap takes, so that nothing is lost when it is unsubscribed', () => {
    const { flow, peer, pulled } = chunksOf('1\n2\n3\n', '4\n');
    peer.shutdown('write');
    const messages = linesOver(flow);
    messages
      .read()
      .pipe(drainMap(() => NEVER))
      .subscribe()
      .unsubscribe();
    expect(pulled()).toBe(1);
    expect(logOf(messages.read())).toEqual(['2', '3', '4', '|']);
  });

  it('is read on by what follows a read that has ended, though drainMap holds that', () => {
    const { flow, peer } = chunksOf();
    const messages = linesOver(flow);
    const log = logOf(messages.read().pipe(take(1), drainMap(() => messages.read())));
    for (const chunk of ['1\n', '2\n3', '\n']) peer.write(utf8(chunk));
    peer.shutdown('write');
    expect(log).toEqual(['2', '3', '|']);
  });

  it('waits with what an earlier read left in its chunk, too', () => {
    const { flow, pulled } = chunksOf('1\n2\n3\n', '4\n');
    const messages = linesOver(flow);
    logOf(messages.read().pipe(take(1)));
    const gates = new Subject<void>();
    const running: string[] = [];
    messages
      .read()
      .pipe(
        drainMap((line) => {
          running.push(line);
          return gates.pipe(take(1));
        }),
      )
      .subscribe();
    expect([running, pulled()]).toEqual([['2'], 1]);
    gates.next();
    expect([running, pulled()]).toEqual([['2', '3'], 1]);
    gates.next();
    expect([running, pulled()]).toEqual([['2', '3', '4'], 2]);
  });

  it('gives the items before a failure first, also to a reader that was held when it came', () => {
    const { flow, peer } = chunksOf('1\n2\n');
    const messages = linesOver(flow);
    const gates = new Subject<void>();
    const log = logOf(messages.read().pipe(drainMap((line) => gates.pipe(take(1), map(() => line)))));
    peer.abort();
    gates.next();
    gates.next();
    expect(log).toEqual(['1', '2', expect.stringMatching(/^#reset/)]);
  });

  it('fails a reader at once that was held when the flow was aborted, as the flow does', () => {
    const { flow } = chunksOf('1\n2\n');
    const messages = linesOver(flow);
    const log = logOf(messages.read().pipe(drainMap(() => NEVER)));
    flow.abort();
    expect(log).toEqual([expect.stringMatching(/^#aborted/)]);
    expect(logOf(messages.read())).toEqual([expect.stringMatching(/^#aborted/)]);
  });

  it('drops what is unread on an abort, also of a flow that gives errors another code', () => {
    const { flow } = chunksOf('1\n2\n');
    const aborted = concrete(flow);
    const messages = linesOver(aborted);
    logOf(messages.read().pipe(take(1)));
    aborted.abort();
    expect(logOf(messages.read())).toEqual([expect.stringMatching(/^#failed: pair b: aborted/)]);
  });

  it('drops what is unread when it is aborted', () => {
    const { flow } = chunksOf('1\n2\n');
    const messages = linesOver(flow);
    logOf(messages.read().pipe(take(1)));
    messages.abort(new Error('enough'));
    expect(logOf(messages.read())).toEqual(['#aborted: pair b: aborted (cause: enough)']);
  });

  it('drops what is unread when the flow itself is aborted while nobody reads', () => {
    const { flow } = chunksOf('1\n2\n');
    const messages = linesOver(flow);
    logOf(messages.read().pipe(take(1)));
    flow.abort('enough');
    expect(logOf(messages.read())).toEqual(['#aborted: pair b: aborted (cause: enough)']);
    expect(logOf(messages.unframed().read())).toEqual(['#aborted: pair b: aborted (cause: enough)']);
  });

  it('drops it when that comes while a reader is held that has not read the flow', () => {
    const { flow } = chunksOf('1\n2\n3\n');
    const messages = linesOver(flow);
    logOf(messages.read().pipe(take(1)));
    const gate = new Subject<void>();
    const log = logOf(messages.read().pipe(drainMap((line) => gate.pipe(take(1), map(() => line)))));
    flow.abort('enough');
    gate.next();
    expect(log).toEqual(['2', '#aborted: pair b: aborted (cause: enough)']);
  });

  it("keeps what is unread when the flow has closed, or broken by its peer's doing", () => {
    for (const end of ['close', 'abort'] as const) {
      const { flow, peer } = chunksOf('1\n2\n');
      const messages = linesOver(flow);
      logOf(messages.read().pipe(take(1)));
      flow.close();
      peer[end]();
      expect(logOf(messages.read().pipe(take(1)))).toEqual(['2', '|']);
    }
  });

  it("drops what is unread on shutdown('read'), and completes the reader", () => {
    const { flow } = chunksOf('1\n2');
    const messages = linesOver(flow);
    const reading = logOf(messages.read());
    messages.shutdown('read');
    expect(reading).toEqual(['1', '|']);
    const other = linesOver(chunksOf('1\n2\n').flow);
    logOf(other.read().pipe(take(1)));
    other.shutdown('read_write');
    expect(logOf(other.read())).toEqual(['|']);
  });

  it('fails for a stream that ends inside a frame, and leaves its bytes to unframed()', () => {
    const { flow, peer } = chunksOf('abcdef');
    peer.shutdown('write');
    const frames = framed(dress(flow), fixedCodec({ frameBytes: 4 }));
    const message = '#truncated: pair b: fixed: the stream ended 2 bytes into a frame';
    expect(logOf(frames.read())).toEqual(['abcd', message]);
    expect(logOf(frames.read())).toEqual([message]);
    expect(logOf(frames.unframed().read())).toEqual(['ef', '|']);
  });

  it('fails for good where bytes are no item', () => {
    const { flow } = chunksOf('1\nx\n2\n');
    const messages = framed(dress(flow), jsonLinesCodec());
    const message = '#protocol: json-lines: line 2 is not JSON';
    expect(logOf(messages.read())).toEqual(['1', message]);
    expect(logOf(messages.read())).toEqual([message]);
  });

  it('fails for good at an end that makes no item, too', () => {
    const { flow, peer } = chunksOf('1\n{"a":');
    peer.shutdown('write');
    const messages = framed(dress(flow), jsonLinesCodec());
    const message = '#truncated: json-lines: line 2 has no end, and is not JSON so far';
    expect([logOf(messages.read()), logOf(messages.read())]).toEqual([['1', message], [message]]);
  });

  it.each(['hello', new Set(['a']), null])('takes nothing but an array for several items: not %p', (items) => {
    const { flow } = chunksOf('');
    expect(() => linesOver(flow).writev(items as never)).toThrow(/: writev\(\) takes an array of items, not /);
  });

  it('forgets a reader that waited for the one in its delivery, and went', () => {
    const { flow, peer } = chunksOf('1\n2\n3\n');
    const messages = linesOver(flow);
    const late: string[] = [];
    const first: string[] = [];
    messages
      .read()
      .pipe(take(2))
      .subscribe((line) => {
        first.push(line);
        messages
          .read()
          .subscribe((other) => late.push(other))
          .unsubscribe();
      });
    expect([first, late]).toEqual([['1', '2'], []]);
    peer.shutdown('write');
    expect(logOf(messages.read())).toEqual(['3', '|']);
  });

  it('fails only the write of an item that cannot be encoded', () => {
    const [near, far] = flowPair();
    const messages = linesOver(near);
    expect(resultOf(messages.write('a'))).toEqual({ ok: true });
    expect(resultOf(messages.write('b\nc'))).toEqual({ ok: false, error: expect.objectContaining({ code: 'protocol' }) });
    expect(resultOf(messages.writev(['d', 'e\nf']))).toEqual({ ok: false, error: expect.objectContaining({ code: 'protocol' }) });
    expect(resultOf(messages.write(7 as never))).toEqual({
      ok: false,
      error: expect.objectContaining({
        code: 'failed',
        message: 'pair a: lines cannot encode the item',
        cause: new TypeError('lines: a line must be a string, not number 7'),
      }),
    });
    expect(resultOf(messages.write('g'))).toEqual({ ok: true });
    messages.close();
    expect(logOf(far.read())).toEqual(['a\n', 'g\n', '|']);
  });

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [utf8('qq'), 'a Uint8Array'],
    [['q'], 'an array'],
  ])('fails the write of an item that a codec encodes as %p', (encoded, what) => {
    const [near] = flowPair();
    const messages = framed(near, { name: 'mine', encode: (_: string) => encoded as never, decoder: () => ({ decode: () => undefined }) });
    const error = expect.objectContaining({
      message: 'pair a: mine cannot encode the item',
      cause: new TypeError(`encode() must return an array of Uint8Arrays, not ${what}`),
    }) as unknown;
    expect([resultOf(messages.write('q')), resultOf(messages.writev(['q']))]).toEqual([{ ok: false, error }, { ok: false, error }]);
  });

  it('writes an item of several buffers as one write', () => {
    const [near, far] = flowPair();
    const writes: number[] = [];
    const counted: Flow = {
      ...foreignFlow(near),
      writev: (buffers) => {
        writes.push(buffers.length);
        return near.writev(buffers);
      },
    };
    const frames = framed(counted, lengthPrefixedCodec({ lengthBytes: 1 }));
    frames.write(utf8('ab'));
    frames.writev([utf8('c'), utf8('d')]);
    expect(writes).toEqual([2, 4]);
    near.shutdown('write');
    expect(logOf(far.read()).join('')).toBe('\x02ab\x01c\x01d|');
  });
});

describe('unframed', () => {
  it('gives the unread bytes first, then the rest of the flow', () => {
    const { flow, peer } = chunksOf('STARTTLS\n\x16\x03', '\x01more');
    peer.shutdown('write');
    const messages = framed(flow, linesCodec());
    expect(logOf(messages.read().pipe(take(1)))).toEqual(['STARTTLS', '|']);
    const raw = messages.unframed();
    expect(raw.name).toBe(flow.name);
    expect(logOf(raw.read().pipe(take(1)))).toEqual(['\x16\x03', '|']);
    expect(logOf(raw.read())).toEqual(['\x01more', '|']);
    expect(logOf(raw.read())).toEqual(['|']);
  });

  it('gives the bytes that are unread when it is read, though it was taken when there were none', () => {
    const { flow, peer } = chunksOf('one\n', 'two\nraw bytes');
    peer.shutdown('write');
    const messages = framed(flow, linesCodec());
    const early = messages.unframed();
    expect(logOf(messages.read().pipe(take(1)))).toEqual(['one', '|']);
    const between = messages.unframed();
    expect(logOf(messages.read().pipe(take(1)))).toEqual(['two', '|']);
    expect(logOf(early.read().pipe(take(1)))).toEqual(['raw bytes', '|']);
    expect(logOf(between.read())).toEqual(['|']);
  });

  it('says of itself what the flow does', () => {
    const { flow } = chunksOf();
    const remote = { host: '10.0.0.1', port: 25 };
    expect(framed(Object.assign(flow, { remote }), linesCodec()).unframed()).toMatchObject({ remote, name: 'pair b' });
  });

  it('switches from lines to JSON to binary in the middle of a chunk', () => {
    const { flow, peer } = chunksOf('hello\n{"v":1}\nabcd');
    peer.shutdown('write');
    const greeting = framed(flow, linesCodec());
    expect(logOf(greeting.read().pipe(take(1)))).toEqual(['hello', '|']);
    const hello = framed(greeting.unframed(), jsonLinesCodec());
    const versions: unknown[] = [];
    hello.read().pipe(take(1)).subscribe((item) => versions.push(item));
    expect(versions).toEqual([{ v: 1 }]);
    expect(logOf(framed(hello.unframed(), fixedCodec({ frameBytes: 2 })).read())).toEqual(['ab', 'cd', '|']);
  });

  it('changes hands any number of times without growing the stack, and reads on', () => {
    const { flow, peer } = chunksOf();
    let hands = flow;
    const lines: string[] = [];
    for (let i = 0; i < 5000; i += 1) {
      const messages = framed(hands, linesCodec());
      messages.read().pipe(take(1)).subscribe((line) => lines.push(line));
      peer.write(utf8(`${i}\n`));
      hands = messages.unframed();
    }
    peer.write(utf8('raw'));
    peer.shutdown('write');
    expect([lines.length, lines.at(-1)]).toEqual([5000, '4999']);
    expect(logOf(hands.read())).toEqual(['raw', '|']);
  });

  it('can be read from within the complete of the last framed read', () => {
    const { flow, peer } = chunksOf('upgrade\n', 'raw');
    peer.shutdown('write');
    const messages = framed(flow, linesCodec());
    const log: string[] = [];
    messages
      .read()
      .pipe(take(1))
      .subscribe({ complete: () => messages.unframed().read().subscribe((buffer) => log.push(new TextDecoder().decode(buffer))) });
    expect(log).toEqual(['raw']);
  });
});

describe('framed', () => {
  it('passes on what becomes of the flow', () => {
    const [near, far] = flowPair();
    const messages = framed(near, linesCodec());
    const closed = logOf(messages.closed.pipe(map(() => 'closed')));
    const close = logOf(messages.close().pipe(map(() => 'closed')));
    expect([messages.name, closed, close]).toEqual(['pair a', [], []]);
    far.shutdown('write');
    expect([closed, close]).toEqual([
      ['closed', '|'],
      ['closed', '|'],
    ]);
  });

  it('speaks a protocol with a scripted peer in virtual time', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ expectObservable, flush }) => {
      const script = flowScript().write('ping\n').wait(3).read('pong\nbye').eof();
      const messages = framed(script.build(), linesCodec());
      messages.write('ping');
      expectObservable(messages.read()).toBe('---(ab|)', { a: 'pong', b: 'bye' });
      flush();
      script.verify();
    });
  });

  it('reads 1,000,000 items out of chunks of many sizes', () => {
    const [peer, flow] = flowPair();
    let count = 0;
    framed(flow, linesCodec())
      .read()
      .subscribe(() => (count += 1));
    const chunk = utf8('line of text\n'.repeat(1000));
    for (let i = 0; i < 1000; i += 1) {
      const cut = (i * 7919) % chunk.byteLength;
      peer.write(chunk.subarray(0, cut));
      peer.write(chunk.subarray(cut));
    }
    expect(count).toBe(1_000_000);
  });

  it('runs a codec that its user wrote', () => {
    const shortText: Codec<string> = {
      name: 'short-text',
      encode: (text) => [Uint8Array.of(text.length), utf8(text)],
      decoder: () => ({
        decode(bytes) {
          if (bytes.length === 0 || bytes.length < 1 + bytes.byteAt(0)) return undefined;
          const size = bytes.byteAt(0);
          bytes.skip(1);
          return new TextDecoder().decode(bytes.take(size));
        },
      }),
    };
    const [near, far] = flowPair();
    const log = logOf(framed(far, shortText).read().pipe(take(3), toArray()));
    const sender = framed(near, shortText);
    sender.writev(['', 'a']);
    sender.write('bcd');
    expect(log).toEqual([',a,bcd', '|']);
  });

  it('names what came instead of a flow or a codec', () => {
    const [near] = flowPair();
    expect(() => framed('x' as never, linesCodec())).toThrow(new TypeError('framed: flow must be a Flow, not a string'));
    expect(() => framed(near, {} as never)).toThrow(new TypeError('framed: codec must be a Codec, not an object'));
    expect(() => framed(near, linesCodec()).shutdown('both' as never)).toThrow(TypeError);
  });

  it('leaves what comes while its reader is ending to the next one', () => {
    const [flow, peer] = flowPair();
    peer.read().subscribe(() => peer.write(utf8('pong\n!\n')));
    const lines = framed(flow, linesCodec());
    const stop = new Subject<void>();
    const first: string[] = [];
    lines.read().pipe(takeUntil(stop)).subscribe({ next: (line) => first.push(line), complete: () => lines.write('ping') });
    stop.next();
    const second: string[] = [];
    lines.read().subscribe((line) => second.push(line));
    expect([first, second]).toEqual([[], ['pong', '!']]);
  });
});
