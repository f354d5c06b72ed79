import { firstValueFrom, map, take } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { collectText } from '../../src/combinators/collect-text.js';
import { detach } from '../../src/combinators/detach.js';
import type { Flow } from '../../src/flow/flow.js';
import { utf8 } from '../../src/flow/utf8.js';
import { connectWebTransport, type WebTransportLike } from '../../src/web/connect-web-transport.js';
import { fromWebStreams, type WebStreamPair } from '../../src/web/from-web-streams.js';
import { endOf, failureOf, watch } from '../node/support/settled.js';
import { describeConformance } from '../support/run-conformance.js';

/** A session whose server keeps the far end of each stream. */
class FakeSession implements WebTransportLike {
  static made: FakeSession[] = [];
  readonly far: Flow[] = [];
  closes = 0;
  fail!: (error: unknown) => void;
  open!: () => void;
  readonly ready: Promise<void>;
  readonly closed: Promise<unknown>;
  #lose!: (error: unknown) => void;

  constructor(
    readonly url = 'https://host/',
    readonly options?: unknown,
  ) {
    if (url.startsWith('http:')) throw new SyntaxError('only https');
    FakeSession.made.push(this);
    this.ready = new Promise((resolve, reject) => {
      this.open = resolve;
      this.fail = reject;
    });
    this.closed = new Promise((_, reject) => {
      this.#lose = reject;
    });
  }

  createBidirectionalStream(): Promise<WebStreamPair> {
    const [there, back] = [new TransformStream<Uint8Array, Uint8Array>(), new TransformStream<Uint8Array, Uint8Array>()];
    this.far.push(fromWebStreams({ readable: there.readable, writable: back.writable }));
    return Promise.resolve({ readable: back.readable, writable: there.writable });
  }

  close(): void {
    this.closes += 1;
  }

  lose(): void {
    this.#lose(new Error('session lost'));
    for (const flow of this.far) flow.abort();
  }
}

const WebTransportCtor = FakeSession;
const url = 'https://host/path?token=secret';
const settled = () => new Promise((resolve) => setImmediate(resolve));
const session = () => FakeSession.made[0]!;

describeConformance('WebTransport streams', {
  sides: 'a→b',
  create: () => {
    const shared = new FakeSession();
    shared.open();
    return connectWebTransport({ session: shared }).pipe(
      detach(),
      map((near): [Flow, Flow] => [near, shared.far[0]!]),
    );
  },
  capabilities: { keepsUnread: 'a stream that is reset drops what is queued in it' },
});

describe('connectWebTransport', () => {
  beforeEach(() => {
    FakeSession.made = [];
  });

  it('opens a session and a stream when it is subscribed to, and closes both', async () => {
    const sessionOptions = { congestionControl: 'throughput' } as const;
    const connecting = connectWebTransport({ url, WebTransportCtor, sessionOptions });
    expect(FakeSession.made).toEqual([]);
    const connection = watch(connecting);
    expect([session().url, session().options]).toEqual([url, sessionOptions]);
    session().open();
    await settled();
    const [flow] = connection.values;
    expect(flow!.name).toBe('webtransport host/path');
    flow!.write(utf8('question'));
    flow!.close();
    const [far] = session().far;
    expect(await firstValueFrom(far!.read().pipe(collectText()))).toBe('question');
    expect(session().closes).toBe(0);
    far!.close();
    expect(await connection.ended).toBe('complete');
    expect(session().closes).toBe(1);
  });

  it('opens one more stream in a session that it is given, and leaves that open', async () => {
    const shared = new FakeSession();
    shared.open();
    const flows = [connectWebTransport({ session: shared }), connectWebTransport({ session: shared, name: 'second' })].map((one) =>
      firstValueFrom(one.pipe(detach())),
    );
    const [first, second] = await Promise.all(flows);
    first!.abort();
    second!.write(utf8('still'));
    second!.shutdown('write');
    expect(await firstValueFrom(shared.far[1]!.read().pipe(collectText()))).toBe('still');
    expect([first!.name, second!.name, shared.closes]).toEqual(['webtransport', 'second', 0]);
    second!.abort();
  });

  it('aborts the flow and closes the session when it is unsubscribed from', async () => {
    const aborted = firstValueFrom(connectWebTransport({ url, WebTransportCtor }).pipe(take(1)));
    session().open();
    expect(await endOf(await aborted)).toBe('aborted');
    expect(session().closes).toBeGreaterThan(0);
    expect(await endOf(session().far[0]!)).toBe('reset');
  });

  it('gives up a session that is still opening', async () => {
    const connection = watch(connectWebTransport({ url, WebTransportCtor }));
    connection.subscription.unsubscribe();
    expect(session().closes).toBe(1);
    session().open();
    await settled();
    expect(connection.values).toEqual([]);
    expect(await endOf(session().far[0]!)).toBe('reset');
  });

  it('is reset when the session is lost', async () => {
    const connection = watch(connectWebTransport({ url, WebTransportCtor }));
    session().open();
    await settled();
    session().lose();
    expect(await connection.ended).toMatchObject({ code: 'reset' });
  });

  it('is refused when there is no session, with the reason as the cause', async () => {
    const failure = failureOf(connectWebTransport({ url, WebTransportCtor }));
    const cause = new Error('Opening handshake failed.');
    session().fail(cause);
    expect(await failure).toMatchObject({ code: 'refused', message: 'webtransport host/path: could not connect', cause });
  });

  it('is refused where the session gives what is no stream', async () => {
    const shared = new FakeSession();
    shared.createBidirectionalStream = () => Promise.resolve({} as WebStreamPair);
    shared.open();
    expect(await failureOf(connectWebTransport({ session: shared }))).toMatchObject({ code: 'refused', cause: { name: 'TypeError' } });
  });

  it('ends as the flow does where the session throws when it is closed', async () => {
    const connection = watch(connectWebTransport({ url, WebTransportCtor }));
    session().close = () => {
      throw new Error('closed already');
    };
    session().open();
    await settled();
    connection.values[0]!.close();
    session().far[0]!.close();
    expect(await connection.ended).toBe('complete');
    await settled();
  });

  it('gives up after connectTimeoutMs', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ expectObservable }) => {
      const error = expect.objectContaining({ code: 'timeout' }) as unknown;
      expectObservable(connectWebTransport({ url, WebTransportCtor, connectTimeoutMs: 50 })).toBe('50ms #', undefined, error);
    });
    expect(session().closes).toBe(1);
  });

  it('is unsupported for a URL that the platform does not take, and without a platform', async () => {
    const failure = await failureOf(connectWebTransport({ url: 'http://host/', WebTransportCtor }));
    expect(failure).toMatchObject({ code: 'unsupported', cause: { name: 'SyntaxError' } });
    expect(await failureOf(connectWebTransport({ url }))).toMatchObject({ code: 'unsupported' });
  });

  it.each([
    [undefined, 'connectWebTransport: url must be a string or a URL, not undefined'],
    [{ url: 7 }, 'connectWebTransport: url must be a string or a URL, not number 7'],
    [{ session: {} }, 'connectWebTransport: session must be a WebTransport, not an object'],
    [{ session: null }, 'connectWebTransport: session must be a WebTransport, not null'],
    [{ url, connectTimeoutMs: Infinity }, 'connectWebTransport: connectTimeoutMs must be from 1 to 2147483647 (ms), not number Infinity'],
    [{ url, connectTimeoutMs: 2 ** 31 }, 'connectWebTransport: connectTimeoutMs must be from 1 to 2147483647 (ms), not number 2147483648'],
    [{ url, connectTimeoutMs: NaN }, 'connectWebTransport: connectTimeoutMs must be from 1 to 2147483647 (ms), not number NaN'],
    [{ url, connectTimeoutMs: -1 }, 'connectWebTransport: connectTimeoutMs must be from 1 to 2147483647 (ms), not number -1'],
    [{ url, connectTimeoutMs: '5000' }, 'connectWebTransport: connectTimeoutMs must be from 1 to 2147483647 (ms), not a string'],
    [{ url, connectTimeoutMs: null }, 'connectWebTransport: connectTimeoutMs must be from 1 to 2147483647 (ms), not null'],
  ])('throws a TypeError for %p', (config, message) => {
    expect(() => connectWebTransport(config as never)).toThrow(new TypeError(message));
  });
});
