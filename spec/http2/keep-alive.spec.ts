// How a connection with `keepAliveMs` ends when its peer stays: there is nobody to ping between the session's end and the transport's.

import { firstValueFrom, NEVER, Subject, toArray } from 'rxjs';
import { detach, flowPair } from 'rxjs-flow';
import { http2Client, http2Server, type Http2Client } from 'rxjs-flow/http2';
import { failureOf, watch } from '../node/support/settled.js';
import { inVirtualTime, useVirtualTime } from '../support/virtual-time.js';
import { END_HEADERS, END_STREAM, frame, GET_ROOT, GOAWAY, HEADERS, PING, RawPeer, STATUS_200, words } from './support/raw-peer.js';
import { transports } from './support/transports.js';

const ACK = 1;
const WINDOW_UPDATE = 8;
const keepAliveMs = 40;
/** Between two beats an answer has all the turns of the event loop that it takes. */
const inTime = <T>(task: () => Promise<T>) => inVirtualTime(task, 20);

/** Answers each PING, and never ends by itself. */
function staying(peer: RawPeer): RawPeer {
  peer.frames.subscribe(({ type, flags, payload }) => {
    if (type === PING && flags !== ACK) peer.send(frame(PING, ACK, 0, payload));
  });
  return peer;
}

describe('a connection with keepAliveMs whose peer stays', () => {
  const thrown: unknown[] = [];
  const note = (error: unknown) => thrown.push(error);
  beforeAll(() => process.on('uncaughtException', note));
  afterAll(() => process.off('uncaughtException', note));
  beforeEach(useVirtualTime);
  afterEach(() => {
    jest.useRealTimers();
    expect(thrown.splice(0)).toEqual([]);
  });

  describe.each(transports.filter(({ name }) => /memory|TCP$/.test(name)).map((transport) => [transport.name, transport] as const))('over %s', (_, transport) => {
    it('ends in order, at the client, once it has shut down', () =>
      inTime(async () => {
        const { near, far, dispose } = await transport.connect();
        staying(new RawPeer(far, false));
        const client = await firstValueFrom(http2Client(near, { keepAliveMs }).pipe(detach()));
        expect(await watch(client.shutdown()).ended).toBe('complete');
        far.abort();
        dispose();
      }));

    it('ends in order, at the server, once it has shut down', () =>
      inTime(async () => {
        const { near, far, dispose } = await transport.connect();
        staying(new RawPeer(near, true));
        const stop = new Subject<void>();
        const serving = watch(http2Server(far, () => NEVER, { keepAliveMs, shutdown: stop }));
        stop.next();
        expect(await serving.ended).toBe('complete');
        near.abort();
        dispose();
      }));
  });

  it('waits for its streams as long as the peer answers', () =>
    inTime(async () => {
      const [near, far] = flowPair();
      const server = staying(new RawPeer(far, false));
      const client = await firstValueFrom(http2Client(near, { keepAliveMs: 20 }).pipe(detach()));
      const asked = server.next(HEADERS);
      const response = firstValueFrom(client.request({}).pipe(toArray()));
      await asked;
      const closed = watch(client.shutdown());
      await new Promise((resolve) => setTimeout(resolve, 100)); // five beats
      server.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, STATUS_200));
      expect(await response).toMatchObject([{ status: 200 }]);
      expect(await closed.ended).toBe('complete');
    }));

  it.each<[string, (client: Http2Client, server: RawPeer) => unknown]>([
    ['has shut down', (client) => client.shutdown()],
    ['was told to go', (_, server) => server.send(frame(GOAWAY, 0, 0, words(1, 0)))],
    ['waits for ten PINGs', (client) => Array.from({ length: 10 }, () => watch(client.ping()))],
  ])('fails with timeout when the peer falls silent, though it %s', (_, act) =>
    inTime(async () => {
      const [near, far] = flowPair();
      const server = new RawPeer(far, false);
      const client = await firstValueFrom(http2Client(near, { keepAliveMs }).pipe(detach()));
      const asked = server.next(HEADERS);
      const response = failureOf(client.request({}));
      await asked;
      act(client, server);
      server.send = () => {};
      expect(await response).toMatchObject({ code: 'timeout' });
    }));

  it('lives with ten PINGs of its own on their way to a peer that answers all else', () =>
    inTime(async () => {
      const [near, far] = flowPair();
      const server = new RawPeer(far, false);
      const client = await firstValueFrom(http2Client(near, { keepAliveMs: 20 }).pipe(detach()));
      const pings = Array.from({ length: 10 }, () => watch(client.ping()));
      const closed = watch(client.closed);
      await new Promise((resolve) => setTimeout(resolve, 100)); // five beats
      server.flow.abort();
      expect(await closed.ended).toMatchObject({ code: 'reset' });
      for (const ping of pings) expect(await ping.ended).toMatchObject({ code: 'reset' });
    }));

  it.each(['client', 'server'])('fails with what the peer did wrong, at the %s', (side) =>
    inTime(async () => {
      const [near, far] = flowPair();
      const broken = side === 'client' ? http2Client(near, { keepAliveMs: 5 }) : http2Server(near, () => NEVER, { keepAliveMs: 5 });
      const failure = failureOf(broken);
      const peer = staying(new RawPeer(far, side === 'server'));
      if (side === 'server') peer.send(frame(HEADERS, END_HEADERS, 1, GET_ROOT));
      peer.send(frame(WINDOW_UPDATE, 0, 0, words(0)));
      expect(await failure).toMatchObject({ code: 'protocol' });
    }));
});
