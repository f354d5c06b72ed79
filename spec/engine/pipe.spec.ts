import fc from 'fast-check';
import { Pipe, type Reader, type RoomWaiter } from '../../src/engine/pipe.js';
import { CLOSED, FULL, OK, OVERFLOW } from '../../src/engine/status.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (buffer: Uint8Array) => new TextDecoder().decode(buffer);

/** A reader that logs what it is told; `more` decides what it answers. */
class LoggingReader implements Reader {
  readonly log: string[] = [];
  ending = false;

  constructor(private readonly more: (buffer: Uint8Array, reader: LoggingReader) => boolean = () => true) {}

  onData(buffer: Uint8Array): boolean {
    this.log.push(text(buffer));
    return this.more(buffer, this);
  }

  onEnd(): void {
    this.log.push('|');
  }

  onFailure(reason: unknown): void {
    this.log.push(`#${String(reason)}`);
  }

  onBusy(): void {
    this.log.push('busy');
  }

  isEnding(): boolean {
    return this.ending;
  }
}

function waiter(log: string[], name: string): RoomWaiter {
  return { mark: 0, onRoom: () => log.push(`${name} room`), onRefused: (reason) => log.push(`${name} refused ${String(reason)}`) };
}

/** To itself: what matters is that it is gone and there again. */
function handOver(pipe: Pipe, reader: Reader): void {
  pipe.release(reader);
  pipe.claim(reader);
}

describe('Pipe: delivery', () => {
  it('hands a pushed buffer, by reference, to the reader that waits', () => {
    const pipe = new Pipe(4);
    const came: Uint8Array[] = [];
    const reader = new LoggingReader((buffer) => came.push(buffer) > 0);
    pipe.claim(reader);
    const buffer = bytes('hello');
    expect(pipe.push(buffer)).toBe(OK);
    expect(came[0]).toBe(buffer);
    expect(pipe.bytes).toBe(0);
  });

  it('queues what nobody reads, and gives it to the next reader in order', () => {
    const pipe = new Pipe(100);
    for (const one of ['a', 'b', 'c']) expect(pipe.push(bytes(one))).toBe(OK);
    expect(pipe.bytes).toBe(3);
    const reader = new LoggingReader();
    pipe.claim(reader);
    expect(reader.log).toEqual(['a', 'b', 'c']);
    expect(pipe.bytes).toBe(0);
  });

  it('gives nothing more to a reader that answered false, until it resumes', () => {
    const pipe = new Pipe(100);
    const reader = new LoggingReader(() => false);
    pipe.claim(reader);
    pipe.push(bytes('a'));
    pipe.push(bytes('b'));
    pipe.push(bytes('c'));
    expect(reader.log).toEqual(['a']);
    pipe.resume(reader);
    expect(reader.log).toEqual(['a', 'b']);
    pipe.resume(reader);
    pipe.resume(reader);
    expect(reader.log).toEqual(['a', 'b', 'c']);
  });

  it('counts a resume inside the delivery as a yes', () => {
    const pipe = new Pipe(100);
    const reader: LoggingReader = new LoggingReader(() => {
      pipe.resume(reader);
      return false;
    });
    pipe.claim(reader);
    pipe.push(bytes('a'));
    pipe.push(bytes('b'));
    expect(reader.log).toEqual(['a', 'b']);
  });

  it('counts a resume inside the delivery of queued data as a yes, for that delivery only', () => {
    const pipe = new Pipe(100);
    let resumes = 1;
    const reader: LoggingReader = new LoggingReader(() => {
      if (resumes > 0) pipe.resume(reader);
      resumes -= 1;
      return false;
    });
    for (const one of ['a', 'b', 'c']) pipe.push(bytes(one));
    pipe.claim(reader);
    expect(reader.log).toEqual(['a', 'b']);
  });

  it.each<[string, (pipe: Pipe, reader: LoggingReader) => void, string[]]>([
    ['an end', (pipe) => pipe.end(), ['[', 'a', ']', '[', 'b', ']', '|']],
    ['a failure', (pipe) => pipe.fail('torn'), ['[', 'a', ']', '[', 'b', ']', '#torn']],
    ['a successor', handOver, ['[', 'a', ']', '[', 'b', ']']],
  ])('finishes the delivery in which %s comes, before the next begins', (_, inside, log) => {
    const pipe = new Pipe(100);
    let first = true;
    const reader = new LoggingReader((_buffer, self) => {
      self.log.splice(-1, 0, '[');
      if (first) inside(pipe, self);
      first = false;
      self.log.push(']');
      return true;
    });
    for (const one of ['a', 'b']) pipe.push(bytes(one));
    pipe.claim(reader);
    expect(reader.log).toEqual(log);
  });

  it('ignores a resume from one that is not its reader', () => {
    const pipe = new Pipe(100);
    const reader = new LoggingReader(() => false);
    pipe.claim(reader);
    pipe.push(bytes('a'));
    pipe.push(bytes('b'));
    pipe.resume(new LoggingReader());
    expect(reader.log).toEqual(['a']);
  });

  it('queues what is pushed inside a delivery, and delivers it next, without recursion', () => {
    const pipe = new Pipe(100);
    let depth = 0;
    let deepest = 0;
    const reader = new LoggingReader((buffer) => {
      depth += 1;
      deepest = Math.max(deepest, depth);
      if (text(buffer) === 'a') {
        pipe.push(bytes('b'));
        pipe.push(bytes('c'));
      }
      depth -= 1;
      return true;
    });
    pipe.claim(reader);
    pipe.push(bytes('a'));
    expect(reader.log).toEqual(['a', 'b', 'c']);
    expect(deepest).toBe(1);
    expect(pipe.bytes).toBe(0);
  });

  it('passes a million pushes that answer each other between two pipes without growing the stack', () => {
    const there = new Pipe(1);
    const back = new Pipe(1);
    const ball = bytes('o');
    let left = 1_000_000;
    back.claim({ ...silent(), onData: () => there.push(ball) >= OK });
    there.claim({ ...silent(), onData: () => (left -= 1) > 0 && back.push(ball) >= OK });
    there.push(ball);
    expect(left).toBe(0);
  });

  it('hands a batch over at once to a reader that takes batches, and a lone buffer as one', () => {
    const pipe = new Pipe(100);
    const batches: string[] = [];
    const reader: Reader = {
      ...silent(),
      onData: (buffer) => batches.push(text(buffer)) > 0,
      onBatch: (buffers) => batches.push(`[${buffers.map(text).join()}]`) > 0,
    };
    pipe.push(bytes('a'));
    pipe.push(bytes('b'));
    pipe.claim(reader);
    pipe.push(bytes('c'));
    expect(batches).toEqual(['[a,b]', 'c']);
    expect(pipe.bytes).toBe(0);
  });

  it('cuts a batch at 1024 buffers', () => {
    const pipe = new Pipe(10_000);
    const sizes: number[] = [];
    for (let i = 0; i < 1500; i += 1) pipe.push(bytes('x'));
    pipe.claim({ ...silent(), onBatch: (buffers) => sizes.push(buffers.length) > 0 });
    expect(sizes).toEqual([1024, 476]);
  });
});

describe('Pipe: readers', () => {
  it('lets the next reader go on where the last one left', () => {
    const pipe = new Pipe(100);
    const first: LoggingReader = new LoggingReader(() => {
      pipe.release(first);
      return false;
    });
    pipe.claim(first);
    pipe.push(bytes('a'));
    pipe.push(bytes('b'));
    const second = new LoggingReader();
    pipe.claim(second);
    expect(first.log).toEqual(['a']);
    expect(second.log).toEqual(['b']);
  });

  it('refuses a second reader while the first is waiting', () => {
    const pipe = new Pipe(100);
    const first = new LoggingReader();
    const second = new LoggingReader();
    pipe.claim(first);
    pipe.claim(second);
    pipe.push(bytes('a'));
    expect(second.log).toEqual(['busy']);
    expect(first.log).toEqual(['a']);
  });

  it('refuses a second reader while the first is held', () => {
    const pipe = new Pipe(100);
    const first = new LoggingReader(() => false);
    const second = new LoggingReader();
    pipe.claim(first);
    pipe.push(bytes('a'));
    pipe.claim(second);
    expect(second.log).toEqual(['busy']);
  });

  it('lets in a reader that comes in the last delivery of the one before', () => {
    const pipe = new Pipe(100);
    const second = new LoggingReader();
    const first: LoggingReader = new LoggingReader(() => {
      pipe.claim(second);
      pipe.release(first);
      return false;
    });
    pipe.push(bytes('a'));
    pipe.push(bytes('b'));
    pipe.claim(first);
    expect(first.log).toEqual(['a']);
    expect(second.log).toEqual(['b']);
    pipe.push(bytes('c'));
    expect(second.log).toEqual(['b', 'c']);
  });

  it('refuses a reader that comes in a delivery after which the first goes on', () => {
    const pipe = new Pipe(100);
    const second = new LoggingReader();
    const third = new LoggingReader();
    const first = new LoggingReader((buffer) => {
      if (text(buffer) === 'a') {
        pipe.claim(second);
        pipe.claim(third);
      }
      return true;
    });
    pipe.claim(first);
    pipe.push(bytes('a'));
    pipe.push(bytes('b'));
    expect(first.log).toEqual(['a', 'b']);
    expect(second.log).toEqual(['busy']);
    expect(third.log).toEqual(['busy']);
  });

  it('refuses a reader that comes in a delivery after which the first is held', () => {
    const pipe = new Pipe(100);
    const second = new LoggingReader();
    const first = new LoggingReader(() => {
      pipe.claim(second);
      return false;
    });
    pipe.claim(first);
    pipe.push(bytes('a'));
    expect(second.log).toEqual(['busy']);
  });

  it('forgets a reader that came in a delivery and went again', () => {
    const pipe = new Pipe(100);
    const second = new LoggingReader();
    const first: LoggingReader = new LoggingReader(() => {
      pipe.claim(second);
      pipe.release(second);
      pipe.release(first);
      return false;
    });
    pipe.claim(first);
    pipe.push(bytes('a'));
    pipe.push(bytes('b'));
    expect(second.log).toEqual([]);
    const third = new LoggingReader();
    pipe.claim(third);
    expect(third.log).toEqual(['b']);
  });

  it('gives a reader that is ending nothing more: one or several, it is the successor’s', () => {
    const pipe = new Pipe(100);
    const first = new LoggingReader();
    pipe.claim(first);
    first.ending = true;
    expect(pipe.push(bytes('a'))).toBe(OK);
    expect(pipe.pushAll([bytes('b'), bytes('c')])).toBe(OK);
    expect(pipe.bytes).toBe(3);
    const second = new LoggingReader();
    pipe.claim(second);
    pipe.release(first);
    expect([first.log, second.log]).toEqual([[], ['a', 'b', 'c']]);
  });

  it('lets a successor in while the first is ending outside a delivery', () => {
    const pipe = new Pipe(100);
    const first = new LoggingReader();
    const second = new LoggingReader();
    pipe.claim(first);
    first.ending = true;
    pipe.claim(second);
    pipe.release(first);
    pipe.push(bytes('a'));
    expect(first.log).toEqual([]);
    expect(second.log).toEqual(['a']);
  });

  it('ignores the release of one that is not its reader', () => {
    const pipe = new Pipe(100);
    const reader = new LoggingReader();
    pipe.claim(reader);
    pipe.release(new LoggingReader());
    pipe.push(bytes('a'));
    expect(reader.log).toEqual(['a']);
  });
});

describe('Pipe: room', () => {
  it('answers FULL above its capacity and not at it', () => {
    const pipe = new Pipe(4);
    expect(pipe.push(bytes('abcd'))).toBe(OK);
    expect(pipe.push(bytes('e'))).toBe(FULL);
  });

  it('answers FULL to a lone buffer larger than its capacity, but takes it', () => {
    const pipe = new Pipe(4);
    expect(pipe.push(bytes('abcde'))).toBe(FULL);
    const reader = new LoggingReader();
    pipe.claim(reader);
    expect(reader.log).toEqual(['abcde']);
  });

  it('calls each waiter when what was pushed up to it has room, in order', () => {
    const pipe = new Pipe(4);
    const log: string[] = [];
    pipe.push(bytes('abcd'));
    for (const one of ['ef', 'gh', 'ijk']) {
      pipe.push(bytes(one));
      pipe.awaitRoom(waiter(log, one));
    }
    const reader = new LoggingReader(() => false);
    pipe.claim(reader);
    expect(log).toEqual(['ef room', 'gh room']);
    pipe.resume(reader);
    expect(log).toEqual(['ef room', 'gh room']);
    pipe.resume(reader);
    expect(log).toEqual(['ef room', 'gh room', 'ijk room']);
  });

  it('calls a waiter at once where there is room', () => {
    const log: string[] = [];
    const pipe = new Pipe(4);
    pipe.push(bytes('abcd'));
    pipe.awaitRoom(waiter(log, 'w'));
    expect(log).toEqual(['w room']);
  });

  it('lets a waiter wait for room for what will be pushed next', () => {
    const pipe = new Pipe(4);
    const log: string[] = [];
    const reader = new LoggingReader(() => false);
    pipe.claim(reader);
    pipe.push(bytes('-'));
    pipe.push(bytes('ab'));
    pipe.awaitRoom(waiter(log, 'five'), pipe.pushed + 5);
    pipe.pushAll([bytes('cd')]);
    pipe.pushAll([bytes('efg')]);
    expect(log).toEqual([]);
    pipe.resume(reader);
    expect(log).toEqual([]);
    pipe.resume(reader);
    expect(log).toEqual(['five room']);
    const room: string[] = [];
    new Pipe(4).awaitRoom(waiter(room, 'four'), 4);
    expect(room).toEqual(['four room']);
  });

  it('lets waiters in by how far in the stream they stand, not by when they came', () => {
    const pipe = new Pipe(1);
    const log: string[] = [];
    pipe.push(bytes('abc'));
    pipe.awaitRoom(waiter(log, 'seven'), 7);
    pipe.awaitRoom(waiter(log, 'five'), 5);
    pipe.awaitRoom(waiter(log, 'five too'), 5);
    pipe.awaitRoom(waiter(log, 'three'));
    pipe.awaitRoom(waiter(log, 'one'), 1);
    pipe.awaitRoom(waiter(log, 'zero'), 0);
    expect(log).toEqual(['one room', 'zero room']);
    pipe.push(bytes('de'));
    pipe.push(bytes('fgh'));
    pipe.claim(new LoggingReader());
    expect(log.slice(2)).toEqual(['three room', 'five room', 'five too room', 'seven room']);
  });

  it('is OK for a push that the reader took before it broke the pipe on one made inside it, which is CLOSED', () => {
    const pipe = new Pipe(0, { acknowledged: true });
    const inner: unknown[] = [];
    const reader = new LoggingReader((buffer) => {
      if (text(buffer) === 'outer') inner.push(pipe.push(bytes('inner')));
      else pipe.cut('broken');
      return true;
    });
    pipe.claim(reader);
    const outer = pipe.push(bytes('outer'));
    expect([outer, inner]).toEqual([OK, [FULL]]);
    expect(pipe.push(bytes('late'))).toBe(CLOSED);
  });

  it('is CLOSED for the push that the reader broke the pipe on', () => {
    const pipe = new Pipe(0, { acknowledged: true });
    pipe.claim(
      new LoggingReader(() => {
        pipe.cut('broken');
        return true;
      }),
    );
    expect(pipe.push(bytes('a'))).toBe(CLOSED);
  });

  it('has room for a push after the one made inside its delivery, where the reader acknowledges', () => {
    const log: string[] = [];
    const pipe = new Pipe(0, { acknowledged: true });
    const statuses: unknown[] = [];
    const reader = new LoggingReader((_, { log: taken }) => {
      if (taken.length === 1) {
        statuses.push(pipe.push(bytes('inner')));
        pipe.awaitRoom(waiter(log, 'inner'));
      }
      return false;
    });
    pipe.claim(reader);
    statuses.push(pipe.push(bytes('outer')));
    pipe.awaitRoom(waiter(log, 'outer'));
    expect(statuses).toEqual([FULL, FULL]);
    expect([...log]).toEqual([]);
    pipe.resume(reader);
    expect([...log]).toEqual(['outer room']);
    pipe.resume(reader);
    expect(log).toEqual(['outer room', 'inner room']);
    expect(reader.log).toEqual(['outer', 'inner']);
  });

  it('lets a waiter push inside its call, after what is queued', () => {
    const pipe = new Pipe(1);
    const reader = new LoggingReader();
    pipe.push(bytes('a'));
    pipe.push(bytes('b'));
    pipe.awaitRoom({ mark: 0, onRoom: () => void pipe.push(bytes('c')), onRefused: () => undefined });
    pipe.claim(reader);
    expect(reader.log).toEqual(['a', 'b', 'c']);
  });

  it('refuses with OVERFLOW above its hard limit and takes nothing of it', () => {
    const pipe = new Pipe(1, { limit: 4 });
    expect(pipe.push(bytes('abc'))).toBe(FULL);
    expect(pipe.push(bytes('de'))).toBe(OVERFLOW);
    expect(pipe.pushAll([bytes('d'), bytes('e')])).toBe(OVERFLOW);
    expect(pipe.push(bytes('d'))).toBe(FULL);
    expect(pipe.bytes).toBe(4);
  });

  it('hands one buffer above the hard limit to an acknowledging reader that waits, and queues none behind it', () => {
    const pipe = new Pipe(1, { limit: 4, acknowledged: true });
    const reader = new LoggingReader(() => false);
    pipe.claim(reader);
    expect(pipe.push(bytes('abcde'))).toBe(FULL);
    expect(pipe.push(bytes('f'))).toBe(OVERFLOW);
    expect(reader.log).toEqual(['abcde']);
  });

  it('takes no buffer above the hard limit, though nothing else waits', () => {
    const pipe = new Pipe(1, { limit: 4 });
    expect(pipe.push(bytes('abcde'))).toBe(OVERFLOW);
    expect(pipe.bytes).toBe(0);
    expect(pipe.push(bytes('abcd'))).toBe(FULL);
  });

  it('hands a buffer of any size to a reader that waits', () => {
    const pipe = new Pipe(1, { limit: 4 });
    const reader = new LoggingReader();
    pipe.claim(reader);
    expect(pipe.push(bytes('abcdef'))).toBe(OK);
    expect(reader.log).toEqual(['abcdef']);
  });
});

describe('Pipe: pushAll', () => {
  it('keeps its buffers together, whatever is pushed while they are delivered', () => {
    const pipe = new Pipe(100);
    const reader = new LoggingReader((buffer) => {
      if (text(buffer) === 'a') pipe.push(bytes('x'));
      return true;
    });
    pipe.claim(reader);
    expect(pipe.pushAll([bytes('a'), bytes('b'), bytes('c')])).toBe(OK);
    expect(reader.log).toEqual(['a', 'b', 'c', 'x']);
  });

  it('answers for all of its bytes', () => {
    const pipe = new Pipe(2);
    expect(pipe.pushAll([bytes('a'), bytes('b')])).toBe(OK);
    expect(pipe.pushAll([bytes('c')])).toBe(FULL);
    expect(pipe.bytes).toBe(3);
  });

  it('comes after what is being delivered when it is called inside a delivery', () => {
    const pipe = new Pipe(100);
    const reader = new LoggingReader((buffer) => {
      if (text(buffer) === 'a') pipe.pushAll([bytes('b'), bytes('c')]);
      return true;
    });
    pipe.claim(reader);
    pipe.push(bytes('a'));
    expect(reader.log).toEqual(['a', 'b', 'c']);
  });

  it('is CLOSED after the end and after a failure', () => {
    const ended = new Pipe(1);
    ended.end();
    expect(ended.pushAll([bytes('a')])).toBe(CLOSED);
    const failing = new Pipe(100);
    failing.claim(new LoggingReader(() => (failing.cut('broken'), true)));
    expect(failing.pushAll([bytes('a'), bytes('b')])).toBe(CLOSED);
  });
});

describe('Pipe: ends', () => {
  it('gives queued data before EOF, and EOF to every later reader', () => {
    const pipe = new Pipe(100);
    pipe.push(bytes('a'));
    pipe.end();
    expect(pipe.isOpen).toBe(false);
    const first = new LoggingReader();
    const second = new LoggingReader();
    pipe.claim(first);
    pipe.claim(second);
    expect(first.log).toEqual(['a', '|']);
    expect(second.log).toEqual(['|']);
    expect(pipe.push(bytes('b'))).toBe(CLOSED);
    expect(pipe.writeFailure).toBeUndefined();
  });

  it('tells a waiting reader at once, and a held one when it resumes', () => {
    const waiting = new LoggingReader();
    const pipe = new Pipe(100);
    pipe.claim(waiting);
    pipe.end();
    expect(waiting.log).toEqual(['|']);

    const held = new LoggingReader(() => false);
    const other = new Pipe(100);
    other.claim(held);
    other.push(bytes('a'));
    other.end();
    expect(held.log).toEqual(['a']);
    other.resume(held);
    expect(held.log).toEqual(['a', '|']);
  });

  it('says that EOF has arrived once, as soon as what waits for room has found it', () => {
    const pipe = new Pipe(2);
    let ended = 0;
    pipe.onEnded = () => (ended += 1);
    pipe.push(bytes('abc'));
    pipe.push(bytes('d'));
    pipe.end();
    pipe.end();
    expect(ended).toBe(0);
    const reader = new LoggingReader(() => false);
    pipe.claim(reader);
    expect(ended).toBe(1);
    pipe.resume(reader);
    pipe.resume(reader);
    expect(ended).toBe(1);
    expect(reader.log).toEqual(['abc', 'd', '|']);
  });

  it('lets a new reader in from inside the end of the last', () => {
    const pipe = new Pipe(1);
    const second = new LoggingReader();
    pipe.claim({ ...silent(), onEnd: () => pipe.claim(second) });
    pipe.end();
    expect(second.log).toEqual(['|']);
  });

  it('ends a reader, and one that came meanwhile, when the end comes inside a delivery', () => {
    const pipe = new Pipe(100);
    const reader = new LoggingReader((buffer) => {
      if (text(buffer) === 'a') pipe.end();
      return true;
    });
    pipe.claim(reader);
    expect(pipe.push(bytes('a'))).toBe(OK);
    expect(reader.log).toEqual(['a', '|']);
  });

  it('fails after the data that had room, and drops what had none', () => {
    const pipe = new Pipe(4);
    const log: string[] = [];
    pipe.push(bytes('abcd'));
    pipe.push(bytes('ef'));
    pipe.awaitRoom(waiter(log, 'w'));
    pipe.fail('for the reader', 'for the writer');
    expect(log).toEqual(['w refused for the writer']);
    const reader = new LoggingReader();
    pipe.claim(reader);
    expect(reader.log).toEqual(['abcd', '#for the reader']);
    const later = new LoggingReader();
    pipe.claim(later);
    expect(later.log).toEqual(['#for the reader']);
    expect(pipe.push(bytes('x'))).toBe(CLOSED);
    expect(pipe.writeFailure).toBe('for the writer');
    pipe.awaitRoom(waiter(log, 'late'));
    expect(log).toEqual(['w refused for the writer', 'late refused for the writer']);
  });

  it('tells both sides the same reason where only one is given', () => {
    const pipe = new Pipe(4);
    pipe.fail('why');
    expect(pipe.writeFailure).toBe('why');
  });

  it('keeps its first failure', () => {
    const pipe = new Pipe(4);
    pipe.fail('first');
    pipe.fail('second');
    pipe.cut('third');
    const reader = new LoggingReader();
    pipe.claim(reader);
    expect(reader.log).toEqual(['#first']);
  });

  it('stays failed when an end follows: a truncated stream does not look whole', () => {
    const pipe = new Pipe(4);
    pipe.push(bytes('a'));
    pipe.fail('first');
    pipe.end();
    const reader = new LoggingReader();
    pipe.claim(reader);
    expect(reader.log).toEqual(['a', '#first']);
  });

  it('says that EOF has arrived once, however often it is ended', () => {
    const pipe = new Pipe(4);
    let ends = 0;
    pipe.onEnded = () => (ends += 1);
    pipe.end();
    pipe.end();
    expect(ends).toBe(1);
  });

  it('keeps EOF that has arrived when a failure follows', () => {
    const pipe = new Pipe(4);
    pipe.push(bytes('a'));
    pipe.end();
    pipe.fail('late');
    const reader = new LoggingReader();
    pipe.claim(reader);
    expect(reader.log).toEqual(['a', '|']);
  });

  it('tells a waiting reader of a failure at once', () => {
    const pipe = new Pipe(4);
    const reader = new LoggingReader();
    pipe.claim(reader);
    pipe.fail('why');
    expect(reader.log).toEqual(['#why']);
  });

  it('drops queued data when it is cut, and tells readers and waiters at once', () => {
    const pipe = new Pipe(1);
    const log: string[] = [];
    const held = new LoggingReader(() => false);
    pipe.claim(held);
    pipe.push(bytes('a'));
    pipe.push(bytes('bc'));
    pipe.awaitRoom(waiter(log, 'w'));
    pipe.cut('reader', 'writer');
    expect(held.log).toEqual(['a', '#reader']);
    expect(log).toEqual(['w refused writer']);
    expect(pipe.bytes).toBe(0);
  });

  it('is a truncation, and no EOF, when it is cut with data before its end unread', () => {
    const pipe = new Pipe(4);
    pipe.push(bytes('a'));
    pipe.end();
    pipe.cut('cut');
    const reader = new LoggingReader();
    pipe.claim(reader);
    expect(reader.log).toEqual(['#cut']);
  });

  it('keeps EOF when it is cut with nothing left but that', () => {
    const pipe = new Pipe(4);
    pipe.end();
    pipe.cut('cut');
    const reader = new LoggingReader();
    pipe.claim(reader);
    expect(reader.log).toEqual(['|']);
  });

  it('answers CLOSED to the push inside which it is cut', () => {
    const pipe = new Pipe(100);
    pipe.claim(new LoggingReader(() => (pipe.cut('broken'), true)));
    expect(pipe.push(bytes('a'))).toBe(CLOSED);
  });
});

describe('Pipe: discard', () => {
  it('ends the reader, drops what waits, and always has room', () => {
    const pipe = new Pipe(1);
    const log: string[] = [];
    const held = new LoggingReader(() => false);
    pipe.claim(held);
    pipe.push(bytes('a'));
    pipe.push(bytes('bcd'));
    pipe.awaitRoom(waiter(log, 'w'));
    pipe.discard();
    pipe.discard();
    expect(held.log).toEqual(['a', '|']);
    expect(log).toEqual(['w room']);
    expect(pipe.push(bytes('many bytes'))).toBe(OK);
    expect(pipe.pushAll([bytes('many'), bytes('more')])).toBe(OK);
    expect(pipe.bytes).toBe(0);
    const later = new LoggingReader();
    pipe.claim(later);
    expect(later.log).toEqual(['|']);
  });

  it('lets an end through that waited for room', () => {
    const pipe = new Pipe(1);
    let ended = 0;
    pipe.onEnded = () => (ended += 1);
    pipe.push(bytes('abc'));
    pipe.end();
    pipe.discard();
    expect(ended).toBe(1);
  });

  it('ends the reader inside whose delivery it comes', () => {
    const pipe = new Pipe(100);
    const reader = new LoggingReader(() => (pipe.discard(), true));
    pipe.claim(reader);
    expect(pipe.push(bytes('a'))).toBe(OK);
    expect(pipe.push(bytes('b'))).toBe(OK);
    expect(reader.log).toEqual(['a', '|']);
  });

  it('still ends its readers in order when the direction fails later', () => {
    const pipe = new Pipe(100);
    pipe.discard();
    pipe.fail('late');
    pipe.discard();
    const reader = new LoggingReader();
    pipe.claim(reader);
    expect(reader.log).toEqual(['|']);
    expect(pipe.push(bytes('a'))).toBe(CLOSED);
  });

  it('drops what waits in a direction that had failed, and leaves the failure as it is', () => {
    const pipe = new Pipe(100);
    const held = new LoggingReader(() => false);
    pipe.claim(held);
    pipe.push(bytes('a'));
    pipe.push(bytes('b'));
    pipe.fail('early');
    pipe.discard();
    expect(held.log).toEqual(['a', '#early']);
    const later = new LoggingReader();
    pipe.claim(later);
    expect(later.log).toEqual(['#early']);
  });
});

describe('Pipe: an acknowledging reader', () => {
  it('has a buffer in hand, and counted, from its no to its resume', () => {
    const pipe = new Pipe(0, { acknowledged: true });
    const log: string[] = [];
    const reader = new LoggingReader(() => false);
    pipe.claim(reader);
    expect(pipe.push(bytes('abc'))).toBe(FULL);
    expect(pipe.bytes).toBe(3);
    pipe.awaitRoom(waiter(log, 'first'));
    expect(pipe.push(bytes('d'))).toBe(FULL);
    pipe.awaitRoom(waiter(log, 'second'));
    pipe.resume(reader);
    expect(log).toEqual(['first room']);
    expect(reader.log).toEqual(['abc', 'd']);
    pipe.resume(reader);
    expect(log).toEqual(['first room', 'second room']);
    expect(pipe.bytes).toBe(0);
  });

  it('is OK at once while what it has in hand is within the capacity', () => {
    const pipe = new Pipe(4, { acknowledged: true });
    const reader = new LoggingReader(() => false);
    pipe.claim(reader);
    expect(pipe.push(bytes('abc'))).toBe(OK);
    expect(pipe.push(bytes('d'))).toBe(OK);
    expect(pipe.push(bytes('e'))).toBe(FULL);
  });

  it('hears of the end only when it is through with the last buffer', () => {
    const pipe = new Pipe(0, { acknowledged: true });
    const reader = new LoggingReader(() => false);
    pipe.claim(reader);
    pipe.push(bytes('a'));
    pipe.end();
    expect(reader.log).toEqual(['a']);
    pipe.resume(reader);
    expect(reader.log).toEqual(['a', '|']);
  });

  it('has nothing in hand after a yes', () => {
    const pipe = new Pipe(0, { acknowledged: true });
    pipe.claim(new LoggingReader());
    expect(pipe.push(bytes('abc'))).toBe(OK);
    expect(pipe.bytes).toBe(0);
  });

  it('has nothing in hand when it resumed inside the delivery', () => {
    const pipe = new Pipe(0, { acknowledged: true });
    const reader: LoggingReader = new LoggingReader(() => (pipe.resume(reader), false));
    pipe.claim(reader);
    expect(pipe.push(bytes('abc'))).toBe(OK);
    expect(pipe.push(bytes('d'))).toBe(OK);
    expect(reader.log).toEqual(['abc', 'd']);
  });
});

describe('Pipe: its source', () => {
  function sourced(capacity = 4): { pipe: Pipe; pulls: () => number } {
    const pipe = new Pipe(capacity);
    let pulls = 0;
    pipe.source = { pull: () => void (pulls += 1) };
    return { pipe, pulls: () => pulls };
  }

  it('is not asked before a reader waits, and once when it does', () => {
    const { pipe, pulls } = sourced();
    expect(pulls()).toBe(0);
    expect(pipe.wanted).toBe(false);
    pipe.claim(new LoggingReader());
    expect(pulls()).toBe(1);
    expect(pipe.wanted).toBe(true);
  });

  it('goes on by itself while more is wanted, and is asked again after a push that ended that', () => {
    const { pipe, pulls } = sourced();
    const reader = new LoggingReader((buffer) => text(buffer) !== 'b');
    pipe.claim(reader);
    pipe.push(bytes('a'));
    expect(pipe.keepFlowing()).toBe(true);
    pipe.push(bytes('b'));
    expect(pipe.keepFlowing()).toBe(false);
    expect(pulls()).toBe(1);
    pipe.resume(reader);
    expect(pulls()).toBe(2);
  });

  it('is not asked while queued data serves the reader', () => {
    const { pipe, pulls } = sourced();
    pipe.push(bytes('a'));
    pipe.keepFlowing();
    const reader: LoggingReader = new LoggingReader(() => false);
    pipe.claim(reader);
    expect(pulls()).toBe(0);
  });

  it('is asked for what is going to be dropped', () => {
    const { pipe, pulls } = sourced();
    pipe.discard();
    expect(pulls()).toBe(1);
    expect(pipe.wanted).toBe(true);
    pipe.push(bytes('a'));
    expect(pipe.keepFlowing()).toBe(true);
  });

  it('is asked up to the capacity when it prefetches', () => {
    const { pipe, pulls } = sourced(4);
    pipe.prefetch();
    pipe.prefetch();
    expect(pulls()).toBe(1);
    pipe.push(bytes('abcd'));
    expect(pipe.keepFlowing()).toBe(true);
    pipe.push(bytes('e'));
    expect(pipe.keepFlowing()).toBe(false);
    const reader = new LoggingReader(() => false);
    pipe.claim(reader);
    expect(pulls()).toBe(2);
    expect(reader.log).toEqual(['abcd']);
  });

  it('is not wanted after the end', () => {
    const { pipe, pulls } = sourced();
    pipe.end();
    pipe.claim(new LoggingReader());
    expect(pulls()).toBe(0);
    expect(pipe.wanted).toBe(false);
  });

  it('may push a million buffers from inside one pull without growing the stack', () => {
    const pipe = new Pipe(1);
    const buffer = bytes('x');
    let left = 1_000_000;
    pipe.source = {
      pull() {
        while (left > 0) {
          left -= 1;
          pipe.push(buffer);
          if (!pipe.keepFlowing()) return;
        }
        pipe.end();
      },
    };
    const reader = { ...silent(), ended: false, onEnd: () => void (reader.ended = true) };
    pipe.claim(reader);
    expect(left).toBe(0);
    expect(reader.ended).toBe(true);
  });
});

describe('Pipe: under any sequence of calls', () => {
  it('delivers every byte once, in order, and room to every waiter', () => {
    const call = fc.oneof(
      { weight: 4, arbitrary: fc.record({ push: fc.integer({ min: 1, max: 9 }) }) },
      { weight: 1, arbitrary: fc.record({ pushAll: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }) }) },
      { weight: 3, arbitrary: fc.constant('read' as const) },
      { weight: 1, arbitrary: fc.constant('release' as const) },
    );
    fc.assert(
      fc.property(fc.array(call, { maxLength: 60 }), fc.integer({ min: 0, max: 20 }), (calls, capacity) => {
        const pipe = new Pipe(capacity);
        let next = 0;
        const piece = (size: number) => Uint8Array.from({ length: size }, () => next++ & 0xff);
        const came: number[] = [];
        let pushedBytes = 0;
        let waiting = 0;
        const reader: Reader = { ...silent(), onData: (buffer) => (came.push(...buffer), false) };
        let claimed = false;
        for (const one of calls) {
          if (one === 'read') {
            if (claimed) pipe.resume(reader);
            else pipe.claim(reader);
            claimed = true;
          } else if (one === 'release') {
            pipe.release(reader);
            claimed = false;
          } else {
            const pieces = 'push' in one ? [piece(one.push)] : one.pushAll.map(piece);
            for (const { byteLength } of pieces) pushedBytes += byteLength;
            const status = 'push' in one ? pipe.push(pieces[0]!) : pipe.pushAll(pieces);
            expect(status).toBe(pipe.bytes > capacity ? FULL : OK);
            waiting += 1;
            pipe.awaitRoom({ mark: 0, onRoom: () => (waiting -= 1), onRefused: () => undefined });
          }
          expect(came).toEqual(Array.from(came, (_, at) => at & 0xff));
          expect(came.length + pipe.bytes).toBe(pushedBytes);
          if (pipe.bytes <= capacity) expect(waiting).toBe(0);
        }
      }),
    );
  });
});

function silent(): Reader {
  return { onData: () => true, onEnd: () => undefined, onFailure: () => undefined, onBusy: () => undefined, isEnding: () => false };
}
