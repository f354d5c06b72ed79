import { catchError, concat, config, EMPTY, map, merge, mergeMap, share, Subject, Subscriber, take, takeUntil } from 'rxjs';
import type { FlowError } from '../../src/flow/flow-error.js';
import type { Flow } from '../../src/flow/flow.js';
import { makeFlow } from '../../src/flow/make-flow.js';
import type { FlowLink } from '../../src/flow/transport.js';
import { flowPair } from '../../src/memory/pair.js';
import { holdDeliveries } from '../support/hold-deliveries.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (buffer: Uint8Array) => new TextDecoder().decode(buffer);

function logInto(log: string[], name = '') {
  return {
    next: (buffer: Uint8Array) => log.push(name + text(buffer)),
    error: (error: unknown) => log.push(`${name}#${(error as FlowError).code}`),
    complete: () => log.push(`${name}|`),
  };
}

/** A flow that gives 'a', 'b', 'c', … one a pull, and counts the pulls. */
function alphabet(): { flow: Flow; given: () => number } {
  let given = 0;
  let link: FlowLink;
  const flow = makeFlow({
    name: 'alphabet',
    open: (engine) => (link = engine),
    pull() {
      do given += 1;
      while (link.push(bytes(String.fromCharCode(96 + given))) && given < 26);
    },
    write: () => true,
    end: () => link.finished(),
    abort: () => {},
  });
  return { flow, given: () => given };
}

describe('read()', () => {
  it('pulls exactly as many buffers as take() takes, and goes on from there', () => {
    const { flow, given } = alphabet();
    const log: string[] = [];
    const read = flow.read();
    expect(given()).toBe(0);
    read.pipe(take(1)).subscribe(logInto(log));
    expect(given()).toBe(1);
    read.pipe(take(2)).subscribe(logInto(log));
    expect(given()).toBe(3);
    expect(log).toEqual(['a', '|', 'b', 'c', '|']);
  });

  it('accepts a reader made in the complete of the last, at any place of the chain', () => {
    const { flow } = alphabet();
    const log: string[] = [];
    concat(flow.read().pipe(take(1)), flow.read().pipe(map((buffer) => buffer), take(2)), flow.read().pipe(share(), take(1))).subscribe(
      logInto(log),
    );
    expect(log).toEqual(['a', 'b', 'c', 'd', '|']);
  });

  it('accepts a reader made in the complete of one that takeUntil ends from outside', () => {
    const [near, far] = flowPair();
    const stop = new Subject<void>();
    const log: string[] = [];
    concat(near.read().pipe(takeUntil(stop)), near.read()).subscribe(logInto(log));
    far.write(bytes('a'));
    stop.next();
    far.write(bytes('b'));
    expect(log).toEqual(['a', 'b']);
  });

  it('accepts a reader made in the complete handler of one that is ended from outside', () => {
    const [near, far] = flowPair();
    const log: string[] = [];
    const until = (stop: Subject<void>) => near.read().pipe(map((buffer) => buffer), takeUntil(stop));
    const [first, second] = [new Subject<void>(), new Subject<void>()];
    until(first).subscribe({ complete: () => until(second).subscribe({ ...logInto(log), complete: () => near.read().subscribe(logInto(log)) }) });
    first.next();
    far.write(bytes('a'));
    second.next();
    far.write(bytes('b'));
    expect(log).toEqual(['a', 'b']);
  });

  it('leaves what comes while it is ending to the next reader', () => {
    const [flow, peer] = flowPair();
    peer.read().subscribe(() => peer.writev([bytes('pong'), bytes('!')]));
    const stop = new Subject<void>();
    const first: string[] = [];
    flow.read().pipe(takeUntil(stop)).subscribe({ next: (buffer) => first.push(text(buffer)), complete: () => flow.write(bytes('ping')) });
    stop.next();
    const second: string[] = [];
    flow.read().subscribe((buffer) => second.push(text(buffer)));
    expect([first, second]).toEqual([[], ['pong', '!']]);
  });

  it('leaves to the reader after an error what comes in answer to it', () => {
    const [flow, peer] = flowPair();
    peer.read().subscribe(() => peer.write(bytes('pong')));
    const silence = new Subject<never>();
    const came: string[] = [];
    const goOn = () => {
      flow.write(bytes('ping'));
      return flow.read();
    };
    merge(flow.read(), silence).pipe(catchError(goOn)).subscribe((buffer) => came.push(text(buffer)));
    silence.error(new Error('silent'));
    expect(came).toEqual(['pong']);
  });

  it("feeds a subscriber of one's own that has no destination", () => {
    const [flow, peer] = flowPair();
    const log: string[] = [];
    class Own extends Subscriber<Uint8Array> {
      override next(buffer: Uint8Array) {
        log.push(text(buffer));
      }
    }
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- people do
    flow.read().subscribe(new Own());
    peer.write(bytes('a'));
    peer.writev([bytes('b'), bytes('c')]);
    expect(log).toEqual(['a', 'b', 'c']);
  });

  it('refuses one made while it is only held', () => {
    const [near, far] = flowPair();
    const log: string[] = [];
    near.read().subscribe(() => void holdDeliveries());
    far.write(bytes('a'));
    near.read().pipe(map((buffer) => buffer)).subscribe(logInto(log));
    expect(log).toEqual(['#busy']);
  });

  it('refuses a second reader while the first is active, and the first goes on', () => {
    const [near, far] = flowPair();
    const log: string[] = [];
    near.read().subscribe(logInto(log, '1'));
    near.read().subscribe(logInto(log, '2'));
    far.write(bytes('a'));
    expect(log).toEqual(['2#busy', '1a']);
  });

  it('says in the busy error what to do', () => {
    const [near] = flowPair({ name: 'mem' });
    near.read().subscribe();
    let message = '';
    near.read().subscribe({ error: (error: unknown) => (message = (error as Error).message) });
    expect(message).toBe('mem a: read() while another read is active; share() one subscription instead');
  });

  it('feeds many subscribers through share()', () => {
    const [near, far] = flowPair();
    const shared = near.read().pipe(share());
    const log: string[] = [];
    shared.subscribe(logInto(log, '1'));
    shared.subscribe(logInto(log, '2'));
    far.write(bytes('a'));
    expect(log).toEqual(['1a', '2a']);
  });

  it('delivers what is read again after a reader that threw in its next', () => {
    const [near, far] = flowPair();
    const log: string[] = [];
    const reading = near
      .read()
      .pipe(
        map((buffer) => {
          if (text(buffer) === 'bad') throw new Error('cannot');
          return buffer;
        }),
      )
      .subscribe({ next: (buffer) => log.push(text(buffer)), error: () => log.push('#') });
    far.write(bytes('a'));
    far.write(bytes('bad'));
    far.write(bytes('b'));
    expect(reading.closed).toBe(true);
    near.read().subscribe(logInto(log));
    expect(log).toEqual(['a', '#', 'b']);
  });

  it('answers 100,000 reads of one buffer each, made in each other\'s complete, without growing the stack', () => {
    const [near, far] = flowPair();
    const ball = bytes('o');
    let left = 100_000;
    const next = () => {
      near.read().pipe(take(1)).subscribe({
        complete: () => {
          left -= 1;
          if (left === 0) return;
          next();
          far.write(ball);
        },
      });
    };
    next();
    far.write(ball);
    expect(left).toBe(0);
  });
});

describe('read() with a plain handler', () => {
  afterEach(() => {
    config.onUnhandledError = null;
    jest.useRealTimers();
  });

  it.each(['function', 'observer'])('reports what the handler of a %s throws, as RxJS does, and goes on', (kind) => {
    jest.useFakeTimers();
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(error);
    const [near, far] = flowPair();
    const log: string[] = [];
    const next = (buffer: Uint8Array) => {
      log.push(text(buffer));
      if (log.length === 1) throw new Error('handler');
    };
    if (kind === 'function') near.read().subscribe(next);
    else near.read().subscribe({ next, complete: () => log.push('|') });
    far.write(bytes('a'));
    far.write(bytes('b'));
    jest.runAllTimers();
    expect(log).toEqual(['a', 'b']);
    expect(reported).toEqual([new Error('handler')]);
  });

  it('calls an observer with itself as this, and any of its handlers may be missing', () => {
    const [near, far] = flowPair();
    const observer = {
      came: 0,
      next(buffer: Uint8Array): void {
        this.came += buffer.byteLength;
      },
    };
    const reading = near.read().subscribe(observer);
    far.write(bytes('abc'));
    reading.unsubscribe();
    expect(observer.came).toBe(3);
    let ended = false;
    near.read().subscribe({ complete: () => (ended = true) });
    far.write(bytes('dropped'));
    far.shutdown('write');
    expect(ended).toBe(true);
  });

  it.each([
    ['plain', () => ({ next: (): void => {} })],
    ['of a class', () => new (class { next(): void {} })()],
  ])('calls what the next of an observer that is %s is at the time', (_, make: () => { next: (buffer: Uint8Array) => void }) => {
    const [near, far] = flowPair();
    const log: string[] = [];
    const observer = make();
    near.read().subscribe(observer);
    observer.next = (buffer) => log.push(text(buffer));
    far.write(bytes('a'));
    expect(log).toEqual(['a']);
  });

  it('lets an observer unsubscribe by its context where RxJS is told to', () => {
    const [near, far] = flowPair();
    const log: string[] = [];
    /* eslint-disable @typescript-eslint/no-deprecated -- what is deprecated works all the same */
    config.useDeprecatedNextContext = true;
    try {
      near.read().subscribe({
        next(this: { unsubscribe?: () => void }, buffer: Uint8Array) {
          log.push(text(buffer));
          this.unsubscribe?.();
        },
      });
      far.writev([bytes('a'), bytes('b')]);
    } finally {
      config.useDeprecatedNextContext = false;
    }
    /* eslint-enable @typescript-eslint/no-deprecated */
    expect(log).toEqual(['a']);
  });

  it('calls the handler no more after an unsubscribe inside it', () => {
    const [near, far] = flowPair();
    const log: string[] = [];
    const reading = near.read().subscribe((buffer) => {
      log.push(text(buffer));
      reading.unsubscribe();
    });
    far.writev([bytes('a'), bytes('b')]);
    near.read().subscribe(logInto(log, 'next '));
    expect(log).toEqual(['a', 'next b']);
  });

  it('gives each of several subscriptions in turn its own handler', () => {
    const [near, far] = flowPair();
    const log: string[] = [];
    const read = near.read();
    read.subscribe((buffer) => log.push(text(buffer))).unsubscribe();
    read.pipe(take(1)).subscribe(logInto(log, 'take '));
    far.write(bytes('a'));
    expect(log).toEqual(['take a', 'take |']);
  });
});

describe('a hold on the delivering reader', () => {
  it('stops the pulling until it is released', () => {
    const { flow, given } = alphabet();
    let release: (() => void) | null = null;
    const log: string[] = [];
    flow.read().subscribe((buffer) => {
      log.push(text(buffer));
      release = given() < 3 ? holdDeliveries() : null;
    });
    expect(log).toEqual(['a']);
    release!();
    expect(log).toEqual(['a', 'b']);
    release!();
    expect(log).toHaveLength(26);
  });

  it('costs nothing when it is released within the delivery', () => {
    const { flow } = alphabet();
    const log: string[] = [];
    flow.read().subscribe((buffer) => {
      log.push(text(buffer));
      holdDeliveries()!();
    });
    expect(log).toHaveLength(26);
  });

  it('waits for every hold', () => {
    const { flow } = alphabet();
    const log: string[] = [];
    const releases: (() => void)[] = [];
    flow.read().subscribe((buffer) => {
      log.push(text(buffer));
      if (log.length === 1) releases.push(holdDeliveries()!, holdDeliveries()!);
    });
    releases[0]!();
    expect(log).toHaveLength(1);
    releases[1]!();
    expect(log).toHaveLength(26);
  });

  it('reaches every reader that delivers on the call stack', () => {
    const outer = alphabet();
    const inner = alphabet();
    let release: (() => void) | null = null;
    const log: string[] = [];
    outer.flow
      .read()
      .pipe(mergeMap((buffer) => (text(buffer) === 'a' ? merge(inner.flow.read().pipe(take(2)), EMPTY) : EMPTY)))
      .subscribe((buffer) => {
        log.push(text(buffer));
        release ??= holdDeliveries();
      });
    expect(log).toEqual(['a']);
    expect([outer.given(), inner.given()]).toEqual([1, 1]);
    release!();
    expect(log).toEqual(['a', 'b']);
    expect(outer.given()).toBe(26);
  });

  it('does not reach a reader whose delivery is over', () => {
    const { flow } = alphabet();
    flow.read().pipe(take(1)).subscribe();
    expect(holdDeliveries()).toBeNull();
  });

  it('leaves the next reader free when the held one goes', () => {
    const { flow } = alphabet();
    const log: string[] = [];
    let release: (() => void) | null = null;
    const held = flow.read().subscribe(() => (release = holdDeliveries()));
    held.unsubscribe();
    flow.read().pipe(take(2)).subscribe(logInto(log));
    release!();
    expect(log).toEqual(['b', 'c', '|']);
  });

  it('keeps EOF back too', () => {
    const [near, far] = flowPair();
    const log: string[] = [];
    let release: (() => void) | null = null;
    near.read().subscribe({ next: () => (release = holdDeliveries()), complete: () => log.push('|') });
    far.write(bytes('a'));
    far.shutdown('write');
    expect(log).toEqual([]);
    release!();
    expect(log).toEqual(['|']);
  });
});
