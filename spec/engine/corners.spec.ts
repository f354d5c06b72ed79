// What mutants of the engine got away with: corners that no other spec stood in.

import { Endpoint, type Wire } from '../../src/engine/endpoint.js';
import { Pipe, type Reader, type RoomWaiter } from '../../src/engine/pipe.js';
import { CLOSED, FULL, OK } from '../../src/engine/status.js';

const bytes = (text: string) => new TextEncoder().encode(text);

/** A reader that logs what it is told; `answer` may do things inside the delivery. */
function reader(log: string[], answer: (data: string) => boolean = () => true): Reader {
  return {
    onData: (buffer) => {
      const data = new TextDecoder().decode(buffer);
      log.push(data);
      return answer(data);
    },
    onEnd: () => log.push('|'),
    onFailure: (reason) => log.push(`#${String(reason)}`),
    onBusy: () => log.push('busy'),
    isEnding: () => false,
  };
}

const ignore = () => undefined;

const onRoom = (call: () => void): RoomWaiter => ({ mark: 0, onRoom: call, onRefused: call });

describe('Pipe', () => {
  it('hears a reader that goes on while a writer is let in by its last delivery', () => {
    const pipe = new Pipe(1);
    const log: string[] = [];
    const held = reader(log, (data) => data !== 'a');
    pipe.push(bytes('a'));
    expect(pipe.push(bytes('b'))).toBe(FULL);
    pipe.awaitRoom(onRoom(() => pipe.resume(held)));
    pipe.claim(held);
    expect(log).toEqual(['a', 'b']);
  });

  it('takes a reader that resumes twice at its word once, and not for the next delivery', () => {
    const pipe = new Pipe(2, { acknowledged: true });
    const log: string[] = [];
    const held = reader(log, () => false);
    pipe.claim(held);
    for (const one of ['aa', 'b', 'c']) pipe.push(bytes(one));
    pipe.awaitRoom(onRoom(() => pipe.resume(held)));
    pipe.resume(held);
    expect(log).toEqual(['aa', 'b']);
  });

  it.each([true, false])('takes a resume inside a delivery, which answers %p, for that delivery only', (answer) => {
    const pipe = new Pipe(100);
    const log: string[] = [];
    const once: Reader = reader(log, (data) => {
      if (data === 'a') pipe.resume(once);
      return data === 'a' && answer;
    });
    pipe.claim(once);
    for (const one of ['a', 'b', 'c']) pipe.push(bytes(one));
    expect(log).toEqual(['a', 'b']);
  });

  it('takes a resume by a writer that is let in for the delivery that let it in only', () => {
    const pipe = new Pipe(1);
    const log: string[] = [];
    const held = reader(log, () => false);
    for (const one of ['a', 'b']) pipe.push(bytes(one));
    pipe.awaitRoom(onRoom(() => pipe.resume(held)));
    pipe.claim(held);
    pipe.push(bytes('c'));
    expect(log).toEqual(['a', 'b']);
  });

  it('counts what a reader had in hand as through, however many writers that lets in', () => {
    const pipe = new Pipe(2, { acknowledged: true });
    const log: string[] = [];
    const held = reader(log, (data) => data !== 'a');
    for (const one of ['x', 'a', 'b', 'c']) pipe.push(bytes(one));
    const rooms: number[] = [];
    pipe.awaitRoom(
      onRoom(() => {
        rooms.push(pipe.bytes);
        pipe.resume(held);
      }),
    );
    pipe.awaitRoom(onRoom(() => rooms.push(pipe.bytes)));
    pipe.claim(held);
    expect(log).toEqual(['x', 'a']);
    pipe.resume(held);
    expect([log, rooms, pipe.bytes]).toEqual([['x', 'a', 'b', 'c'], [2, 2], 0]);
  });

  it('never delivers inside a delivery', () => {
    const pipe = new Pipe(100);
    let depth = 0;
    let deepest = 0;
    const nested = reader([], (data) => {
      depth += 1;
      deepest = Math.max(deepest, depth);
      if (data === 'a') pipe.pushAll([bytes('b'), bytes('c')]);
      depth -= 1;
      return true;
    });
    pipe.claim(nested);
    pipe.push(bytes('a'));
    expect(deepest).toBe(1);
  });

  it('lets in a reader that comes after the last one has gone, all inside one delivery', () => {
    const pipe = new Pipe(100);
    const log: string[] = [];
    const next = reader(log);
    const first: Reader = reader(log, () => {
      pipe.release(first);
      pipe.claim(next);
      pipe.push(bytes('b'));
      return true;
    });
    pipe.claim(first);
    pipe.push(bytes('a'));
    pipe.push(bytes('c'));
    expect(log).toEqual(['a', 'b', 'c']);
  });

  it('tells a reader that came inside the delivery in which all is discarded', () => {
    const pipe = new Pipe(100);
    const log: string[] = [];
    const late: string[] = [];
    pipe.claim(
      reader(log, () => {
        pipe.claim(reader(late));
        pipe.discard();
        return true;
      }),
    );
    pipe.push(bytes('a'));
    expect([log, late]).toEqual([['a', '|'], ['|']]);
  });

  it('keeps the order when a writer that is let in by a resume writes at once', () => {
    const pipe = new Pipe(1, { acknowledged: true });
    const log: string[] = [];
    const held = reader(log, (data) => data !== 'a');
    pipe.claim(held);
    pipe.push(bytes('a'));
    pipe.push(bytes('b'));
    pipe.awaitRoom(onRoom(() => pipe.push(bytes('c'))));
    pipe.resume(held);
    expect(log).toEqual(['a', 'b', 'c']);
  });

  it('keeps the order when a second reader, told that it is busy between two deliveries, has something pushed', () => {
    const pipe = new Pipe(100);
    const log: string[] = [];
    for (const one of ['a', 'b', 'c']) pipe.push(bytes(one));
    const second = { ...reader([]), onBusy: () => void pipe.push(bytes('d')) };
    pipe.claim(reader(log, (data) => {
      if (data === 'a') pipe.claim(second);
      return true;
    }));
    expect(log).toEqual(['a', 'b', 'c', 'd']);
  });

  it('tells a third reader at once that it is busy, where the second has come in place of the first', () => {
    const pipe = new Pipe(100);
    const log: string[] = [];
    const [second, third] = [reader(log), reader(log)];
    const first: Reader = reader(log, () => {
      pipe.release(first);
      pipe.claim(second);
      pipe.claim(third);
      return false;
    });
    pipe.claim(first);
    pipe.push(bytes('a'));
    expect(log).toEqual(['a', 'busy']);
    pipe.push(bytes('b'));
    expect(log).toEqual(['a', 'busy', 'b']);
  });

  it('hands nothing to a reader that comes in the delivery in which all is discarded, and tells it and a third one the end', () => {
    const pipe = new Pipe(100);
    const log: string[] = [];
    const pushing = { onBusy: () => void pipe.push(bytes('b')), onEnd: () => void log.push('third |') };
    const first = reader(log, () => {
      pipe.discard();
      pipe.claim(reader(log));
      pipe.claim({ ...reader(log), ...pushing });
      return true;
    });
    pipe.claim(first);
    pipe.push(bytes('a'));
    expect(log).toEqual(['a', '|', '|', 'third |']);
  });

  it('lets no writer in while those before it are refused, whatever room a reader makes', () => {
    const pipe = new Pipe(4);
    const log: string[] = [];
    const written = (name: string, then: () => void = ignore): RoomWaiter => ({
      mark: 0,
      onRoom: () => void log.push(`${name} ok`),
      onRefused: () => {
        log.push(`${name} refused`);
        then();
      },
    });
    pipe.push(bytes('aaa'));
    pipe.push(bytes('bbbb'));
    pipe.awaitRoom(written('b', () => pipe.claim(reader(log))));
    pipe.push(bytes('c'));
    pipe.awaitRoom(written('c'));
    pipe.fail('gone');
    expect(log).toEqual(['b refused', 'aaa', '#gone', 'c refused']);
  });

  it.each(['discard', 'cut'] as const)('takes a push for lost of which a part was dropped by a cut, though a %s comes behind that', (again) => {
    const pipe = new Pipe(100);
    const cut: Reader = reader([], () => {
      pipe.cut('gone');
      pipe[again]('once more');
      return true;
    });
    pipe.claim(cut);
    expect(pipe.pushAll([bytes('a'), bytes('b')])).toBe(CLOSED);
  });

  it('is OK with as much in hand as its capacity', () => {
    const pipe = new Pipe(3, { acknowledged: true });
    pipe.claim(reader([], () => false));
    expect(pipe.push(bytes('aaa'))).toBe(OK);
  });

  it('hands a lone queued buffer over as one, and no batch', () => {
    const pipe = new Pipe(100);
    const log: string[] = [];
    pipe.push(bytes('a'));
    pipe.claim({ ...reader(log), onBatch: () => log.push('batch') > 0 });
    expect(log).toEqual(['a']);
  });

  it('is open until its end', () => {
    const pipe = new Pipe(1);
    expect(pipe.isOpen).toBe(true);
    pipe.end();
    expect(pipe.isOpen).toBe(false);
  });

  it('keeps all that has arrived in front of a failure, and lets the end arrive above its capacity', () => {
    const log: string[] = [];
    const failing = new Pipe(1, { arrived: true });
    failing.push(bytes('aaa'));
    failing.push(bytes('bbb'));
    failing.fail('broken');
    failing.claim(reader(log));
    expect(log).toEqual(['aaa', 'bbb', '#broken']);

    const ending = new Pipe(1, { arrived: true });
    let ended = false;
    ending.onEnded = () => (ended = true);
    ending.push(bytes('aaa'));
    ending.end();
    expect(ended).toBe(true);
  });

  it('fails with more in hand than its capacity', () => {
    const pipe = new Pipe(1, { acknowledged: true });
    const log: string[] = [];
    pipe.claim(reader(log, () => false));
    pipe.push(bytes('aaa'));
    expect(() => pipe.fail('broken')).not.toThrow();
    expect(pipe.isOpen).toBe(false);
  });

  it('asks its source once, until a push has answered that no more is wanted', () => {
    const pipe = new Pipe(1);
    let pulls = 0;
    pipe.source = { pull: () => (pulls += 1) };
    pipe.claim(reader([]));
    pipe.prefetch();
    pipe.discard();
    expect(pulls).toBe(1);
  });

  it('asks for nothing after its end, not even to drop it', () => {
    const pipe = new Pipe(1);
    let pulls = 0;
    pipe.source = { pull: () => (pulls += 1) };
    pipe.end();
    pipe.discard();
    expect(pulls).toBe(0);
  });
});

describe('Endpoint', () => {
  const wired = (wire: Partial<Wire>) => {
    const endpoint = new Endpoint(new Pipe(4), new Pipe(4));
    endpoint.wire = { free: (done) => done(), cut: () => undefined, ...wire };
    endpoint.listener = { onWriteEnded: ignore, onClosed: ignore, onBroken: ignore, onCloseDone: ignore };
    return endpoint;
  };

  it('leaves what comes after close() to be read', () => {
    const endpoint = wired({});
    const log: string[] = [];
    endpoint.close();
    endpoint.inbound.push(bytes('late'));
    endpoint.inbound.claim(reader(log));
    expect(log).toEqual(['late']);
  });

  it('leaves what came before it broke to be read when it is closed afterwards, hook or not', () => {
    const endpoint = wired({ hook: (done) => done() });
    const log: string[] = [];
    endpoint.inbound.push(bytes('last'));
    endpoint.breakWith('broken', () => endpoint.inbound.fail('broken'));
    endpoint.close();
    endpoint.inbound.claim(reader(log));
    expect(log).toEqual(['last', '#broken']);
  });

  it('frees its wire once, however often it hears that a side has ended', () => {
    let freed = 0;
    const endpoint = wired({ free: () => (freed += 1) });
    endpoint.writeEnded();
    endpoint.readEnded();
    endpoint.readEnded();
    expect(freed).toBe(1);
  });
});
