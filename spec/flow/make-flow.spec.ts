import { firstValueFrom, lastValueFrom, take, toArray, type Observable } from 'rxjs';
import { FlowError } from '../../src/flow/flow-error.js';
import type { Flow, WriteResult } from '../../src/flow/flow.js';
import { makeFlow } from '../../src/flow/make-flow.js';
import type { FlowLink, Transport } from '../../src/flow/transport.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (buffer: Uint8Array) => new TextDecoder().decode(buffer);

/** A transport that logs its calls, and whose answers and link the spec holds. */
class LoggingTransport implements Transport {
  readonly name = 'logging';
  readonly log: string[] = [];
  link!: FlowLink;
  through = true;

  constructor(
    readonly highWaterMark = 0,
    readonly maxQueuedBytes = 100,
  ) {}

  open(link: FlowLink): void {
    this.link = link;
    this.log.push('open');
  }

  pull(): void {
    this.log.push('pull');
  }

  write(buffer: Uint8Array): boolean {
    this.log.push(`write ${text(buffer)}`);
    return this.through;
  }

  end(): void {
    this.log.push('end');
  }

  abort(error: FlowError): void {
    this.log.push(`abort ${error.code}`);
  }
}

function outcome(result: { subscribe: (next: (value: WriteResult) => void) => unknown }): string {
  let said = 'pending';
  result.subscribe((value) => (said = value.ok ? 'ok' : value.error.code));
  return said;
}

function watch(flow: Flow): string[] {
  const log: string[] = [];
  flow.closed.subscribe({ next: () => log.push('closed'), error: (error: unknown) => log.push((error as FlowError).code) });
  return log;
}

describe('makeFlow', () => {
  it('runs the example of its documentation: a flow that sends back what is written to it', async () => {
    function echoFlow(): Flow {
      let link: FlowLink;
      let isFull = false;
      return makeFlow({
        name: 'echo',
        open: (engine) => {
          link = engine;
        },
        write: (buffer) => !(isFull = !link.push(buffer)),
        pull: () => {
          if (isFull) {
            isFull = false;
            link.ready();
          }
        },
        end: () => {
          link.finished();
          link.end();
        },
        abort: () => {},
      });
    }
    const flow = echoFlow();
    expect([outcome(flow.write(bytes('hello '))), outcome(flow.write(bytes('world')))]).toEqual(['pending', 'pending']);
    const closed = firstValueFrom(flow.close());
    expect((await lastValueFrom(flow.read().pipe(toArray()))).map(text)).toEqual(['hello ', 'world']);
    await closed;
  });

  it('takes the name of its transport, and opens it before anything else', () => {
    const transport = new LoggingTransport();
    expect(makeFlow(transport).name).toBe('logging');
    expect(transport.log).toEqual(['open']);
  });

  const whole = { name: 'x', write() {}, end() {}, abort() {} };
  it.each<[unknown, string]>([
    [undefined, 'makeFlow: transport must be an object, not undefined'],
    [null, 'makeFlow: transport must be an object, not null'],
    ['tcp', 'makeFlow: transport must be an object, not a string'],
    [{}, 'makeFlow: transport.name must be a string, not undefined'],
    [{ name: 'x' }, 'makeFlow: transport.write must be a function, not undefined'],
    [{ name: 'x', write() {}, end: 7 }, 'makeFlow: transport.end must be a function, not number 7'],
    [{ name: 'x', write() {}, end() {} }, 'makeFlow: transport.abort must be a function, not undefined'],
    ...['open', 'pull', 'writev', 'stop', 'free', 'close'].map((method) => [{ ...whole, [method]: 5 }, `makeFlow: transport.${method} must be a function, not number 5`] as [unknown, string]),
    [{ ...whole, highWaterMark: NaN }, 'makeFlow: transport.highWaterMark must be at least 0, not number NaN'],
    [{ ...whole, maxQueuedBytes: -1 }, 'makeFlow: transport.maxQueuedBytes must be at least 0, not number -1'],
    ...['highWaterMark', 'maxQueuedBytes'].map((limit) => [{ ...whole, [limit]: 'x' }, `makeFlow: transport.${limit} must be a number, not a string`] as [unknown, string]),
  ])('throws a TypeError for %p', (transport, message) => {
    expect(() => makeFlow(transport as Transport)).toThrow(new TypeError(message));
  });
});

describe('makeFlow: writing', () => {
  it('hands a write to the transport at once, and is ok when the transport is through with it', () => {
    const transport = new LoggingTransport();
    const flow = makeFlow(transport);
    expect(outcome(flow.write(bytes('a')))).toBe('ok');
    expect(transport.log).toEqual(['open', 'write a']);
  });

  it('keeps a result pending, and later writes queued, while the transport has a buffer in hand', () => {
    const transport = new LoggingTransport();
    transport.through = false;
    const flow = makeFlow(transport);
    const first = flow.write(bytes('a'));
    const second = flow.write(bytes('b'));
    expect([outcome(first), outcome(second)]).toEqual(['pending', 'pending']);
    transport.link.ready();
    expect(transport.log).toEqual(['open', 'write a', 'write b']);
    expect([outcome(first), outcome(second)]).toEqual(['ok', 'pending']);
    transport.link.ready();
    expect(outcome(second)).toBe('ok');
  });

  it('is ok at once while what waits is within the high-water mark', () => {
    const transport = new LoggingTransport(2);
    transport.through = false;
    const flow = makeFlow(transport);
    expect(['a', 'b', 'c'].map((one) => outcome(flow.write(bytes(one))))).toEqual(['ok', 'ok', 'pending']);
    expect(transport.log).toEqual(['open', 'write a']);
  });

  it('hands what has queued up to writev at once, where the transport has it', () => {
    const transport = Object.assign(new LoggingTransport(), {
      writev(buffers: Uint8Array[]): boolean {
        transport.log.push(`writev ${buffers.map(text).join('+')}`);
        return true;
      },
    });
    transport.through = false;
    const flow = makeFlow(transport);
    for (const one of ['a', 'b', 'c']) flow.write(bytes(one));
    transport.link.ready();
    expect(transport.log).toEqual(['open', 'write a', 'writev b+c']);
  });

  it('signals the end after the last write is through, and is done when the transport has finished', () => {
    const transport = new LoggingTransport();
    transport.through = false;
    const flow = makeFlow(transport);
    flow.write(bytes('a'));
    let done = false;
    flow.shutdown('write').subscribe(() => (done = true));
    expect(transport.log).toEqual(['open', 'write a']);
    transport.link.ready();
    expect(transport.log).toEqual(['open', 'write a', 'end']);
    expect(done).toBe(false);
    transport.link.finished();
    expect(done).toBe(true);
    expect(outcome(flow.write(bytes('b')))).toBe('closed');
  });

  it('fails the write inside which the transport refuses, and all later ones, and goes on reading', () => {
    const transport = new LoggingTransport();
    const flow = makeFlow(transport);
    const full = new FlowError('closed', 'logging: full');
    transport.write = () => {
      transport.link.refuse(full);
      return true;
    };
    let error: unknown;
    flow.write(bytes('a')).subscribe((result) => (error = result.ok || result.error));
    expect(error).toBe(full);
    expect(outcome(flow.write(bytes('b')))).toBe('closed');
    const came: string[] = [];
    flow.read().subscribe((buffer) => came.push(text(buffer)));
    transport.link.push(bytes('in'));
    expect(came).toEqual(['in']);
    expect(transport.log).toEqual(['open', 'pull']);
  });

  it('fails pending and queued writes when the transport refuses later, but none that was accepted', () => {
    const transport = new LoggingTransport();
    const flow = makeFlow(transport);
    const before = flow.write(bytes('a'));
    transport.through = false;
    const pending = flow.write(bytes('b'));
    const queued = flow.write(bytes('c'));
    transport.link.refuse(new FlowError('closed', 'logging: full'));
    expect([before, pending, queued].map(outcome)).toEqual(['ok', 'closed', 'closed']);
  });

  it.each<[how: string, act: (flow: Flow, link: FlowLink) => void, code: string]>([
    ['abort()', (flow) => flow.abort(), 'aborted'],
    ['a failure', (_, link) => link.fail(new FlowError('reset', 'gone')), 'reset'],
    ['a refusal', (_, link) => link.refuse(new FlowError('closed', 'full')), 'closed'],
  ])('fails a write in hand, inside which the write side was shut down, on %s', (_, act, code) => {
    const transport = new LoggingTransport();
    transport.through = false;
    const flow = makeFlow(transport);
    transport.write = () => (flow.shutdown('write'), false);
    const results: string[] = [];
    flow.write(bytes('a')).subscribe((result) => results.push(result.ok ? 'ok' : result.error.code));
    expect(results).toEqual([]);
    act(flow, transport.link);
    expect(results).toEqual([code]);
  });

  it('counts a refusal as the end of the write side', () => {
    const transport = new LoggingTransport();
    const flow = makeFlow(transport);
    const log = watch(flow);
    transport.link.refuse(new FlowError('closed', 'logging: full'));
    transport.link.end();
    expect(log).toEqual(['closed']);
  });

  it('breaks with overflow when a caller queues past the hard limit', () => {
    const transport = new LoggingTransport();
    transport.through = false;
    const flow = makeFlow(transport);
    const first = flow.write(bytes('a'));
    const huge = new Uint8Array(2 ** 20);
    const results = Array.from({ length: 1025 }, () => flow.write(huge));
    expect(outcome(first)).toBe('overflow');
    expect(outcome(results[1024]!)).toBe('overflow');
    expect(transport.log).toEqual(['open', 'write a', 'abort overflow']);
  });
});

describe('makeFlow: the least transport', () => {
  it('has write, end and abort, and nothing else', () => {
    const log: string[] = [];
    const flow = makeFlow({
      name: 'least',
      write: (buffer) => log.push(text(buffer)) > 0,
      end: () => log.push('end'),
      abort: () => undefined,
    });
    flow.read().subscribe({ error: () => log.push('cannot be read') });
    flow.writev([bytes('a'), bytes('b')]);
    flow.shutdown('write');
    expect(log).toEqual(['a', 'b', 'end']);
  });
});

describe('makeFlow: reading', () => {
  it('pulls when a reader waits and not before, and again only after pushing was answered false', () => {
    const transport = new LoggingTransport();
    const flow = makeFlow(transport);
    expect(transport.link.wanted).toBe(false);
    const came: string[] = [];
    flow.read().pipe(take(2)).subscribe((buffer) => came.push(text(buffer)));
    expect(transport.log).toEqual(['open', 'pull']);
    expect(transport.link.push(bytes('a'))).toBe(true);
    expect(transport.link.push(bytes('b'))).toBe(false);
    expect(transport.log).toEqual(['open', 'pull']);
    flow.read().subscribe((buffer) => came.push(text(buffer)));
    expect(transport.log).toEqual(['open', 'pull', 'pull']);
    expect(transport.link.wanted).toBe(true);
    transport.link.push(bytes('c'));
    expect(came).toEqual(['a', 'b', 'c']);
  });

  it('ignores an empty buffer', () => {
    const transport = new LoggingTransport();
    const flow = makeFlow(transport);
    const came: Uint8Array[] = [];
    flow.read().subscribe((buffer) => came.push(buffer));
    expect(transport.link.push(new Uint8Array(0))).toBe(true);
    expect(came).toEqual([]);
  });

  it('breaks with overflow when more comes than may wait', () => {
    const transport = new LoggingTransport(0, 4);
    const flow = makeFlow(transport);
    const log = watch(flow);
    transport.link.push(bytes('abcd'));
    expect(transport.link.push(bytes('e'))).toBe(false);
    expect(log).toEqual(['overflow']);
    let message = '';
    flow.closed.subscribe({ error: (error: unknown) => (message = (error as Error).message) });
    expect(message).toBe('logging: 4 bytes wait unread (limit 4): the source cannot be paused');
    expect(transport.log).toEqual(['open', 'abort overflow']);
  });

  it('gives what came before a failure, then the failure, to every reader', () => {
    const transport = new LoggingTransport(10);
    const flow = makeFlow(transport);
    transport.link.push(bytes('a'));
    transport.link.fail(new FlowError('reset', 'logging: reset'));
    transport.link.fail(new FlowError('failed', 'logging: again'));
    const log: string[] = [];
    for (const _ of [1, 2]) {
      flow.read().subscribe({ next: (buffer) => log.push(text(buffer)), error: (error: unknown) => log.push((error as FlowError).code) });
    }
    expect(log).toEqual(['a', 'reset', 'reset']);
    expect(transport.log).toEqual(['open', 'abort reset']);
    expect(outcome(flow.write(bytes('x')))).toBe('reset');
    expect(watch(flow)).toEqual(['reset']);
  });

  it("goes on pulling, and drops what comes, after shutdown('read')", () => {
    const transport = new LoggingTransport();
    const flow = makeFlow(transport);
    let ended = false;
    flow.read().subscribe({ complete: () => (ended = true) });
    flow.shutdown('read');
    expect(ended).toBe(true);
    expect(transport.link.push(bytes('dropped'))).toBe(true);
    transport.link.end();
    flow.shutdown('write');
    transport.link.finished();
    expect(watch(flow)).toEqual(['closed']);
  });

  it("stops the transport on shutdown('read') where it can stop", () => {
    const transport = Object.assign(new LoggingTransport(), {
      stop(): void {
        transport.log.push('stop');
        transport.link.end();
      },
    });
    const flow = makeFlow(transport);
    flow.shutdown('read');
    expect(transport.log).toContain('stop');
    expect(transport.link.wanted).toBe(false);
  });

  it('may be pushed into before anybody subscribes, from open() on', () => {
    const flow = makeFlow({
      name: 'early',
      open: (link) => {
        link.push(bytes('hello'));
        link.end();
      },
      write: () => true,
      end: () => {},
      abort: () => {},
    });
    const log: string[] = [];
    flow.read().subscribe({ next: (buffer) => log.push(text(buffer)), complete: () => log.push('|') });
    expect(log).toEqual(['hello', '|']);
  });
});

describe('makeFlow: ending', () => {
  it('frees the transport once both directions have ended, and is closed when that is done', () => {
    let freed = () => {};
    const transport = Object.assign(new LoggingTransport(), {
      free(done: () => void): void {
        transport.log.push('free');
        freed = done;
      },
    });
    const flow = makeFlow(transport);
    const log = watch(flow);
    flow.close();
    transport.link.finished();
    expect(transport.log).toEqual(['open', 'end', 'pull']);
    transport.link.end();
    expect(transport.log).toEqual(['open', 'end', 'pull', 'free']);
    expect(log).toEqual([]);
    freed();
    expect(log).toEqual(['closed']);
  });

  it('fetches at most 64 KiB and a buffer ahead when it is closed, whatever the high-water mark', () => {
    const transport = new LoggingTransport(1_000_000, 1_000_000);
    const flow = makeFlow(transport);
    flow.close();
    let pushes = 1;
    while (transport.link.push(new Uint8Array(1000))) pushes += 1;
    expect(pushes).toBe(66);
  });

  it('runs the close hook of a transport without a peer once, and close() errors with its failure', () => {
    const failure = new FlowError('failed', 'hooked: the hook failed');
    let runs = 0;
    let link: FlowLink;
    const flow = makeFlow({
      name: 'hooked',
      open: (engine) => (link = engine),
      stop: () => link.end(),
      write: () => true,
      end: () => link.finished(),
      abort: () => {},
      close: (done) => {
        runs += 1;
        done(failure);
      },
    });
    const errors: unknown[] = [];
    for (const _ of [1, 2]) flow.close().subscribe({ error: (error: unknown) => errors.push(error) });
    expect(runs).toBe(1);
    expect(errors).toEqual([failure, failure]);
    expect(watch(flow)).toEqual(['closed']);
  });

  it.each(["close()", "shutdown('read')"])('ends the read side of a transport without a peer at %s, though it has no stop()', (call) => {
    let pulls = 0;
    let runs = 0;
    let link!: FlowLink;
    const flow = makeFlow({
      name: 'hooked',
      open: (engine) => (link = engine),
      pull: () => (pulls += 1),
      write: () => true,
      end: () => link.finished(),
      abort: () => {},
      close: (done) => {
        runs += 1;
        done();
      },
    });
    if (call === 'close()') flow.close();
    else flow.shutdown('read');
    expect([link.push(bytes('late')), pulls]).toEqual([false, 0]);
    const heard: string[] = [];
    flow.read().subscribe({ next: () => heard.push('data'), complete: () => heard.push('EOF') });
    expect(heard).toEqual(['EOF']);
    flow.close();
    expect([runs, ...watch(flow)]).toEqual([1, 'closed']);
  });

  it('tells the transport of an abort once, with its reason as the cause', () => {
    const transport = new LoggingTransport();
    const flow = makeFlow(transport);
    const errors: FlowError[] = [];
    transport.abort = (error) => errors.push(error);
    flow.abort('enough');
    flow.abort('again');
    expect(errors.map(({ code, cause }) => [code, cause])).toEqual([['aborted', 'enough']]);
  });

  it('keeps what it broke for when whoever hears of it first aborts, and aborts the transport once', () => {
    const transport = new LoggingTransport();
    const flow = makeFlow(transport);
    flow.read().subscribe({ error: () => flow.abort() });
    const closing = flow.close();
    transport.link.fail(new FlowError('reset', 'the peer is gone'));
    const endings = [flow.closed, closing, flow.read()].map((ending) => {
      let code = 'none';
      (ending as Observable<unknown>).subscribe({ error: (error: FlowError) => (code = error.code) });
      return code;
    });
    expect(endings).toEqual(['reset', 'reset', 'reset']);
    expect(transport.log.filter((line) => line.startsWith('abort'))).toEqual(['abort reset']);
  });

  it('ignores what a transport says after the end', () => {
    const transport = new LoggingTransport();
    const flow = makeFlow(transport);
    flow.abort();
    expect(transport.link.push(bytes('late'))).toBe(false);
    transport.link.ready();
    transport.link.end();
    transport.link.finished();
    transport.link.refuse(new FlowError('closed', 'late'));
    transport.link.fail(new FlowError('reset', 'late'));
    expect(watch(flow)).toEqual(['aborted']);
    expect(transport.log).toEqual(['open', 'abort aborted']);
  });
});
