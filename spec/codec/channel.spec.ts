import { concat, defer, EMPTY, firstValueFrom, map, NEVER, Subject, take, timer, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { asSink } from '../../src/combinators/as-sink.js';
import { drainMap } from '../../src/combinators/drain-map.js';
import { channel, type Channel } from '../../src/codec/channel.js';
import type { Flow } from '../../src/flow/flow.js';
import { formatError } from '../../src/flow/format-error.js';
import { utf8 } from '../../src/flow/utf8.js';
import { fromArray } from '../../src/memory/from-array.js';
import { flowPair } from '../../src/memory/pair.js';
import { flowScript } from '../../src/testing/flow-script.js';
import { foreignFlow } from '../support/foreign-flow.js';

/** Texts, then `|` or `#` and the error. */
function logOf(source: Observable<Uint8Array | string>): string[] {
  const log: string[] = [];
  source.subscribe({
    next: (item) => log.push(typeof item === 'string' ? item : new TextDecoder().decode(item)),
    error: (error: unknown) => log.push(`#${formatError(error)}`),
    complete: () => log.push('|'),
  });
  return log;
}

/** A flow to read these chunks from, and then EOF. */
function ended(...chunks: string[]): Flow {
  const { flow, peer } = open(...chunks);
  peer.shutdown('write');
  return flow;
}

function open(...chunks: string[]): { flow: Flow; peer: Flow } {
  const [peer, flow] = flowPair();
  for (const chunk of chunks) peer.write(utf8(chunk));
  return { flow, peer };
}

/** A flow, and the sizes of the lists that were written to it. */
function counted(): { flow: Flow; far: Flow; writes: number[] } {
  const [near, far] = flowPair();
  const writes: number[] = [];
  const flow: Flow = {
    ...foreignFlow(near),
    writev: (buffers) => {
      writes.push(buffers.length);
      return near.writev(buffers);
    },
  };
  return { flow, far, writes };
}

describe("a channel's reads", () => {
  it('emit once and complete, each going on where the last one stopped', () => {
    const ch = channel(ended('one\r\n12345tw', 'o\0rest', ' of it'));
    const reads = [ch.readLine(), ch.readExactly(3), ch.readSome(1), ch.readSome(100), ch.readUntil(0), ch.readSome(), ch.readSome(100)];
    expect(reads.map((read) => logOf(read))).toEqual([
      ['one', '|'],
      ['123', '|'],
      ['4', '|'],
      ['5tw', '|'],
      ['o', '|'],
      ['rest', '|'],
      [' of it', '|'],
    ]);
    for (const read of reads) expect(logOf(read)).toEqual(['|']);
  });

  it('are cold: they take nothing before they are subscribed to, and each subscription takes anew', () => {
    const ch = channel(ended('a\nb\nc'));
    const line = ch.readLine();
    ch.readLine();
    expect([logOf(line), logOf(line), logOf(line), logOf(line)]).toEqual([['a', '|'], ['b', '|'], ['c', '|'], ['|']]);
  });

  it('wait for what has not come, and leave it when they are unsubscribed', () => {
    const { flow, peer } = open('abc');
    const ch = channel(flow);
    const waiting = ch.readExactly(5).subscribe(() => expect(true).toBe(false));
    waiting.unsubscribe();
    const line = logOf(ch.readLine());
    peer.write(utf8('def\nghi'));
    expect(line).toEqual(['abcdef', '|']);
    expect(logOf(ch.readExactly(3))).toEqual(['ghi', '|']);
  });

  it('can follow each other', () => {
    const ch = channel(ended('5\nhello3\nbye'));
    const sizes: number[] = [];
    const one = ch.readLine().pipe(
      drainMap((line) => {
        sizes.push(Number(line));
        return ch.readExactly(Number(line));
      }),
    );
    expect(logOf(concat(one, one, one))).toEqual(['hello', 'bye', '|']);
    expect(sizes).toEqual([5, 3]);
  });

  it('refuse a second one while one waits', () => {
    const { flow, peer } = open();
    const ch = channel(flow);
    const first = logOf(ch.readLine());
    expect(logOf(ch.readSome(1))).toEqual(['#busy: pair b: read() while another read is active; share() one subscription instead']);
    peer.write(utf8('x\n'));
    expect(first).toEqual(['x', '|']);
  });

  it("error as the flow does, after what came before", () => {
    const { flow, peer } = open('a\nb');
    peer.abort();
    const ch = channel(flow);
    expect(logOf(ch.readLine())).toEqual(['a', '|']);
    expect(logOf(ch.readLine())).toEqual([expect.stringMatching(/^#reset/)]);
    expect(logOf(ch.readSome(9))).toEqual(['b', '|']);
  });

  describe('of exactly so many bytes', () => {
    it('are truncated where the stream ends before, and leave what came', () => {
      const ch = channel(ended('abc'));
      const message = '#truncated: pair b: readExactly(10): the stream ended after 3 bytes';
      expect([logOf(ch.readExactly(10)), logOf(ch.readExactly(10))]).toEqual([[message], [message]]);
      expect(logOf(ch.readExactly(3))).toEqual(['abc', '|']);
      expect(logOf(ch.readExactly(3))).toEqual(['|']);
    });

    it('emit an empty buffer for 0, whatever the flow does', () => {
      expect(logOf(channel(flowPair()[0]).readExactly(0))).toEqual(['', '|']);
    });
  });

  describe('of lines', () => {
    it('tell the end from an empty line', () => {
      const ch = channel(ended('\n\r\nlast'));
      expect([1, 2, 3, 4].map(() => logOf(ch.readLine()))).toEqual([['', '|'], ['', '|'], ['last', '|'], ['|']]);
    });

    it('are limited, and leave what is too large', () => {
      const ch = channel(ended('ab\nabcdef\n'), { maxLineBytes: 4 });
      const message = '#too-large: pair b: line of 6 bytes or more exceeds maxLineBytes 4';
      expect([logOf(ch.readLine()), logOf(ch.readLine()), logOf(ch.lines())]).toEqual([['ab', '|'], [message], [message]]);
      expect(logOf(ch.readSome(100))).toEqual(['abcdef\n', '|']);
    });

    it('come all by lines(), which goes on where the last one stopped', () => {
      const ch = channel(ended('a\nb\n', 'c\r\nd'));
      expect(logOf(ch.lines().pipe(take(2)))).toEqual(['a', 'b', '|']);
      expect(logOf(ch.readSome(1))).toEqual(['c', '|']);
      expect(logOf(ch.lines())).toEqual(['', 'd', '|']);
    });

    it('do not stop what feeds their flow, when they follow a read of the same chunk and are held', () => {
      new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ expectObservable }) => {
        const [near, far] = flowPair();
        const ch = channel(far);
        const slow = drainMap((line: string) => timer(2).pipe(map(() => line)));
        expectObservable(concat(ch.readLine(), ch.lines().pipe(slow))).toBe('a-b-c-(d|)');
        fromArray(['a\nb\n', 'c\n', 'd\n']).read().subscribe(asSink(near));
      });
    });

    it('wait while drainMap is busy, and lose nothing with it', () => {
      const ch = channel(ended('a\nb\nc\n'));
      const gate = new Subject<void>();
      const running: string[] = [];
      const work = ch
        .lines()
        .pipe(
          drainMap((line) => {
            running.push(line);
            return running.length === 1 ? gate.pipe(take(1)) : NEVER;
          }),
        )
        .subscribe();
      gate.next();
      work.unsubscribe();
      expect(running).toEqual(['a', 'b']);
      expect(logOf(ch.lines())).toEqual(['c', '|']);
    });
  });

  describe('up to a byte', () => {
    it('are truncated where it does not come, and limited', () => {
      const ch = channel(ended('abc'), { maxLineBytes: 4 });
      expect(logOf(ch.readUntil(10))).toEqual(['#truncated: pair b: readUntil(10): the stream ended after 3 bytes']);
      expect(logOf(ch.readSome(9))).toEqual(['abc', '|']);
      const other = channel(ended('abcdef\n'), { maxLineBytes: 4 });
      expect(logOf(other.readUntil(10))).toEqual(['#too-large: pair b: readUntil of 6 bytes or more exceeds maxLineBytes 4']);
    });

    it('are empty where it comes first', () => {
      expect(logOf(channel(ended('\n\nx')).readUntil(10))).toEqual(['', '|']);
    });
  });

  it('copy nothing that lies in one chunk', () => {
    const [peer, flow] = flowPair();
    const chunk = utf8('abcdef\n');
    peer.write(chunk);
    const ch = channel(flow);
    const reads: Uint8Array[] = [];
    for (const read of [ch.readSome(2), ch.readExactly(2), ch.readUntil(10)]) read.subscribe((bytes) => reads.push(bytes));
    expect(reads.map((bytes) => [bytes.buffer === chunk.buffer, bytes.byteOffset, bytes.byteLength])).toEqual([
      [true, 0, 2],
      [true, 2, 2],
      [true, 4, 2],
    ]);
  });

  it('suit await', async () => {
    const ch = channel(ended('a\n'));
    expect(await firstValueFrom(ch.readLine(), { defaultValue: 'eof' })).toBe('a');
    expect(await firstValueFrom(ch.readLine(), { defaultValue: 'eof' })).toBe('eof');
  });
});

describe("a channel's writes", () => {
  it('are kept until flush, and sent as one', () => {
    const { flow, far, writes } = counted();
    const ch = channel(flow);
    ch.write('a');
    ch.write(utf8('b'));
    ch.writeLine('c');
    expect(writes).toEqual([]);
    const results: unknown[] = [];
    ch.flush().subscribe((result) => results.push(result));
    ch.flush();
    expect([writes, results]).toEqual([[3, 0], [{ ok: true }]]);
    ch.shutdown('write');
    expect(logOf(far.read()).join('')).toBe('abc\n|');
  });

  it('end lines as they are told to', () => {
    const [near, far] = flowPair();
    const ch = channel(near, { newline: '\r\n' });
    ch.writeLine('QUIT');
    ch.close();
    expect(logOf(far.read())).toEqual(['QUIT\r\n', '|']);
  });

  it.each<[string, (ch: Channel) => unknown]>([
    ["shutdown('write')", (ch) => ch.shutdown('write')],
    ["shutdown('read_write')", (ch) => ch.shutdown('read_write')],
    ['close()', (ch) => ch.close()],
    ['rest()', (ch) => ch.rest().shutdown('write')],
  ])('are flushed by %s', (_, act) => {
    const [near, far] = flowPair();
    const ch = channel(near);
    ch.write('kept');
    act(ch);
    expect(logOf(far.read())).toEqual(['kept', '|']);
  });

  it("stay kept on shutdown('read'), and go with an abort", () => {
    const [near, far] = flowPair();
    const ch = channel(near);
    ch.write('kept');
    ch.shutdown('read');
    const log = logOf(far.read());
    expect(log).toEqual([]);
    ch.abort();
    ch.flush();
    expect(log).toEqual([expect.stringMatching(/^#reset/)]);
  });

  it('report that the flow has ended', () => {
    const [near] = flowPair();
    const ch = channel(near);
    ch.shutdown('write');
    ch.writeLine('late');
    const results: unknown[] = [];
    ch.flush().subscribe((result) => results.push(result));
    expect(results).toEqual([{ ok: false, error: expect.objectContaining({ code: 'closed' }) }]);
  });

  it('are checked at once', () => {
    const ch = channel(flowPair()[0]);
    expect(() => ch.write(7 as never)).toThrow(new TypeError('pair a: write() takes bytes or text, not number 7'));
    expect(() => ch.writeLine('a\nb')).toThrow('pair a: writeLine: a line must not hold a line feed');
  });
});

describe('a channel', () => {
  it('gives the flow back with its unread bytes first', () => {
    const { flow, peer } = open('CONNECT\n\x01\x02', '\x03');
    peer.shutdown('write');
    const ch = channel(flow);
    expect(logOf(ch.readLine())).toEqual(['CONNECT', '|']);
    expect(logOf(ch.rest().read())).toEqual(['\x01\x02', '\x03', '|']);
  });

  it('gives it back before the first read, too', () => {
    const { flow, peer } = open('CONNECT\n\x01\x02', '\x03');
    peer.shutdown('write');
    const ch = channel(flow);
    const rest = ch.rest();
    expect(logOf(ch.readLine())).toEqual(['CONNECT', '|']);
    expect(logOf(rest.read())).toEqual(['\x01\x02', '\x03', '|']);
  });

  it('drops what is unread on shutdown read and abort', () => {
    const read = channel(open('a\nb\n').flow);
    logOf(read.readLine());
    read.shutdown('read');
    expect(logOf(read.readLine())).toEqual(['|']);
    const aborted = channel(open('a\nb\n').flow);
    logOf(aborted.readLine());
    aborted.abort();
    expect(logOf(aborted.readLine())).toEqual([expect.stringMatching(/^#aborted/)]);
  });

  it("has the flow's name and end", () => {
    const [near, far] = flowPair();
    const ch = channel(near);
    const closed = logOf(ch.closed.pipe(map(() => 'closed')));
    ch.close();
    far.close();
    expect([ch.name, closed]).toEqual(['pair a', ['closed', '|']]);
  });

  it('speaks with a scripted peer in virtual time', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ expectObservable, flush }) => {
      const script = flowScript().wait(2).read('220 ready\r\n').write('QUIT\r\n').wait(3).read('221 bye\r\n').eof();
      const ch = channel(script.build(), { newline: '\r\n' });
      const quit = defer(() => {
        ch.writeLine('QUIT');
        ch.flush();
        return EMPTY;
      });
      const session = concat(ch.readLine(), quit, ch.readLine(), ch.readLine());
      expectObservable(session).toBe('--a--(b|)', { a: '220 ready', b: '221 bye' });
      flush();
      script.verify();
    });
  });

  it.each<[() => unknown, string]>([
    [() => channel('x' as never), 'channel: flow must be a Flow, not a string'],
    [() => channel(flowPair()[0], 5 as never), 'channel: options must be an object, not number 5'],
    [() => channel(flowPair()[0], { maxLineBytes: 0 }), 'channel: maxLineBytes must be a whole number of at least 1, not number 0'],
    [() => channel(flowPair()[0], { newline: '' as never }), 'channel: newline must be \'\\n\' or \'\\r\\n\', not ""'],
    [() => channel(flowPair()[0]).readSome(0), 'pair a: readSome: max must be a whole number of at least 1, not number 0'],
    [() => channel(flowPair()[0]).readExactly(-1), 'pair a: readExactly: size must be a whole number of at least 0, not number -1'],
    [() => channel(flowPair()[0]).readUntil('\n' as never), 'pair a: readUntil: byte must be a whole number from 0 to 255, not a string'],
    [() => channel(flowPair()[0]).shutdown('x' as never), `pair a: shutdown() takes 'read', 'write' or 'read_write', not "x"`],
  ])('names what came instead: %s', (make, message) => {
    expect(make).toThrow(new TypeError(message));
  });
});
