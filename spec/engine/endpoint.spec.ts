import { Endpoint, type EndpointListener, type Wire } from '../../src/engine/endpoint.js';
import { Pipe } from '../../src/engine/pipe.js';

interface Bench {
  readonly endpoint: Endpoint;
  readonly log: string[];
}

/** An endpoint whose wire and listener log what they are told. */
function bench(wire: Partial<Wire> = {}): Bench {
  const log: string[] = [];
  const endpoint = new Endpoint(new Pipe(4), new Pipe(4));
  const listener: EndpointListener = {
    onWriteEnded: () => log.push('write ended'),
    onClosed: () => log.push('closed'),
    onBroken: (reason) => log.push(`broken ${String(reason)}`),
    onCloseDone: (failure) => log.push(failure === undefined ? 'close done' : `close failed ${String(failure)}`),
  };
  endpoint.listener = listener;
  endpoint.wire = {
    free: (done) => {
      log.push('free');
      done();
    },
    cut: (reason) => log.push(`cut ${String(reason)}`),
    ...wire,
  };
  endpoint.inbound.onEnded = () => endpoint.readEnded();
  endpoint.outbound.onEnded = () => endpoint.writeEnded();
  return { endpoint, log };
}

describe('Endpoint', () => {
  it('is closed, and frees its wire, once both directions have ended, whichever comes first', () => {
    for (const first of ['inbound', 'outbound'] as const) {
      const { endpoint, log } = bench();
      endpoint[first].end();
      expect(log).toEqual(first === 'outbound' ? ['write ended'] : []);
      expect(endpoint.isOver).toBe(false);
      endpoint[first === 'inbound' ? 'outbound' : 'inbound'].end();
      expect(log.filter((entry) => entry !== 'write ended')).toEqual(['free', 'closed']);
      expect(endpoint.isOver).toBe(true);
    }
  });

  it('is not closed before its wire is free', () => {
    let done = () => {};
    const { endpoint, log } = bench({ free: (freed) => (done = freed) });
    endpoint.shutdownWrite();
    endpoint.inbound.end();
    expect(log).toEqual(['write ended']);
    done();
    done();
    expect(log).toEqual(['write ended', 'closed']);
  });

  it.each(['fail', 'cut'] as const)('breaks both pipes before anybody hears of it, by %s', (how) => {
    const { endpoint } = bench();
    const heard: unknown[] = [];
    const isOpen = () => heard.push([endpoint.inbound.isOpen, endpoint.outbound.isOpen]);
    endpoint.outbound.push(new Uint8Array(5));
    endpoint.outbound.awaitRoom({ mark: 0, onRoom: () => heard.push('room'), onRefused: isOpen });
    endpoint.inbound.claim({ onData: () => true, onEnd: () => heard.push('end'), onFailure: isOpen, onBusy: () => heard.push('busy'), isEnding: () => false });
    endpoint[how]('broken');
    expect(heard).toEqual([
      [false, false],
      [false, false],
    ]);
    expect(endpoint.outbound.writeFailure).toBe('broken');
  });

  it('hands what had come to its reader when it fails, and drops it when it is cut', () => {
    const came: string[] = [];
    for (const how of ['fail', 'cut'] as const) {
      const { endpoint } = bench();
      endpoint.inbound.push(new Uint8Array(1));
      endpoint[how]('broken');
      const onData = () => came.push(`${how}: data`) > 0;
      endpoint.inbound.claim({ onData, onEnd: () => {}, onFailure: (reason) => came.push(`${how}: ${String(reason)}`), onBusy: () => {}, isEnding: () => false });
    }
    expect(came).toEqual(['fail: data', 'fail: broken', 'cut: broken']);
  });

  it('ends its write side on close, and waits for the peer', () => {
    const { endpoint, log } = bench();
    endpoint.close();
    expect(log).toEqual(['write ended']);
    endpoint.inbound.end();
    expect(log).toEqual(['write ended', 'free', 'close done', 'closed']);
  });

  it('lets its source go on up to the capacity on close, so that the end can arrive', () => {
    const { endpoint } = bench();
    let pulls = 0;
    endpoint.inbound.source = { pull: () => void (pulls += 1) };
    endpoint.close();
    expect(pulls).toBe(1);
  });

  it('answers a close that comes after the end at once', () => {
    const { endpoint, log } = bench();
    endpoint.shutdownWrite();
    endpoint.inbound.end();
    endpoint.close();
    endpoint.close();
    expect(log).toEqual(['write ended', 'free', 'closed', 'close done']);
  });

  it('runs the hook of a wire without a peer once, on close, after both directions have ended', () => {
    const { endpoint, log }: Bench = bench({
      stop: () => {
        log.push('stop');
        endpoint.inbound.end();
      },
      hook: (done) => {
        log.push('hook');
        done();
      },
    });
    endpoint.close();
    endpoint.close();
    expect(log).toEqual(['write ended', 'stop', 'free', 'hook', 'close done', 'closed']);
  });

  it('runs the hook on a close that comes after both sides were shut down, and not before', () => {
    const { endpoint, log }: Bench = bench({
      stop: () => endpoint.inbound.end(),
      hook: (done) => {
        log.push('hook');
        done('no');
      },
    });
    endpoint.shutdownRead();
    endpoint.shutdownWrite();
    expect(log).toEqual(['write ended', 'free', 'closed']);
    endpoint.close();
    expect(log).toEqual(['write ended', 'free', 'closed', 'hook', 'close failed no']);
  });

  it('stops its wire once, before it drops what came, and asks for nothing more', () => {
    const { endpoint, log }: Bench = bench({ stop: () => log.push(`stop with ${endpoint.inbound.bytes} bytes unread`) });
    endpoint.inbound.source = { pull: () => log.push('pull') };
    endpoint.inbound.push(Uint8Array.of(1, 2));
    endpoint.shutdownRead();
    endpoint.shutdownRead();
    expect(log).toEqual(['stop with 2 bytes unread']);
    expect(endpoint.inbound.bytes).toBe(0);
  });

  it('does not stop a wire whose read side has ended, or that is broken', () => {
    const { endpoint, log }: Bench = bench({ stop: () => log.push('stop') });
    endpoint.inbound.end();
    endpoint.shutdownRead();
    expect(log).toEqual([]);
    const other: Bench = bench({ stop: () => other.log.push('stop') });
    other.endpoint.abort('why');
    other.endpoint.shutdownRead();
    expect(other.log).toEqual(['cut why', 'broken why']);
  });

  it('drops inbound data after shutdownRead, and waits for the peer all the same', () => {
    const { endpoint, log } = bench();
    endpoint.shutdownRead();
    endpoint.shutdownWrite();
    expect(log).toEqual(['write ended']);
    endpoint.inbound.push(new Uint8Array(100));
    expect(endpoint.inbound.bytes).toBe(0);
    endpoint.inbound.end();
    expect(log).toEqual(['write ended', 'free', 'closed']);
  });

  it('cuts its wire when it is aborted, once', () => {
    const { endpoint, log } = bench();
    endpoint.abort('why');
    endpoint.abort('again');
    endpoint.fail('later');
    endpoint.close();
    expect(log).toEqual(['cut why', 'broken why']);
    expect(endpoint.isOver).toBe(true);
  });

  it('is broken by its wire without cutting it', () => {
    const { endpoint, log } = bench();
    endpoint.breakWith('reset', () => log.push('pipes'));
    endpoint.breakWith('again', () => log.push('pipes'));
    expect(log).toEqual(['pipes', 'broken reset']);
  });

  it('stays broken for its first reason when whoever hears of that from a pipe aborts', () => {
    const { endpoint, log } = bench();
    const abort = () => endpoint.abort('second');
    endpoint.inbound.claim({ onData: () => true, onEnd: abort, onFailure: abort, onBusy: abort, isEnding: () => false });
    endpoint.outbound.push(new Uint8Array(1000));
    endpoint.outbound.awaitRoom({ mark: 0, onRoom: () => {}, onRefused: abort });
    endpoint.fail('first');
    expect(log).toEqual(['broken first']);
  });

  it('ignores an abort after it is closed', () => {
    const { endpoint, log } = bench();
    endpoint.shutdownWrite();
    endpoint.inbound.end();
    endpoint.abort('late');
    endpoint.breakWith('late', () => log.push('pipes'));
    expect(log).toEqual(['write ended', 'free', 'closed']);
  });

  it('is not closed by a wire that gets free after an abort', () => {
    let done = () => {};
    const { endpoint, log } = bench({ free: (freed) => (done = freed) });
    endpoint.shutdownWrite();
    endpoint.inbound.end();
    endpoint.abort('impatient');
    done();
    expect(log).toEqual(['write ended', 'cut impatient', 'broken impatient']);
  });

  it('is broken by an abort or its wire, and not by an end', () => {
    const [ended, aborted, failed] = [bench().endpoint, bench().endpoint, bench().endpoint];
    expect([ended, aborted, failed].map(({ isBroken }) => isBroken)).toEqual([false, false, false]);
    ended.inbound.end();
    ended.outbound.end();
    aborted.abort('reason');
    failed.fail('reason');
    expect([ended, aborted, failed].map(({ isOver }) => isOver)).toEqual([true, true, true]);
    expect([ended, aborted, failed].map(({ isBroken }) => isBroken)).toEqual([false, true, true]);
  });

  it('counts the end of a write side once, and none after an abort', () => {
    const { endpoint, log } = bench();
    endpoint.writeEnded();
    endpoint.writeEnded();
    expect(log).toEqual(['write ended']);
    const other = bench();
    other.endpoint.abort('why');
    other.endpoint.writeEnded();
    expect(other.log).toEqual(['cut why', 'broken why']);
  });
});
