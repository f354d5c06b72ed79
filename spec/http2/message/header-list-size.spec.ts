// Header lists that are larger than this end takes, from a server that does not ask: `node:http2` itself.

import { once } from 'node:events';
import { connect as http2Connect, performServerHandshake, type ServerHttp2Stream } from 'node:http2';
import { firstValueFrom, mergeMap, NEVER, of, ReplaySubject } from 'rxjs';
import { collectText, detach, flowPair } from 'rxjs-flow';
import { http2Client, http2CodeOf, http2Server, type Http2Client, type Http2Push } from 'rxjs-flow/http2';
import { toNodeStream } from 'rxjs-flow/node';
import { failureOf, watch } from '../../node/support/settled.js';
import { END_HEADERS, END_STREAM, frame, GET_ROOT, HEADERS, literal, RawPeer, RST_STREAM, words } from '../support/raw-peer.js';
import { Cleanup, transports } from '../support/transports.js';

const long = { 'x-long': 'x'.repeat(2000) };
const ENHANCE_YOUR_CALM = 11;

const answers: Readonly<Record<string, (stream: ServerHttp2Stream) => void>> = {
  '/fine': (stream) => {
    stream.respond({});
    stream.end('fine');
  },
  '/head': (stream) => {
    stream.respond(long);
    stream.end('body');
  },
  '/trailers': (stream) => {
    stream.respond({}, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(long));
    stream.end('body');
  },
  '/promise': (stream) => {
    stream.pushStream(long, (_error, pushed) => pushed.on('error', () => {}).on('close', () => stream.respond({ 'x-code': pushed.rstCode }, { endStream: true })));
  },
  '/push': (stream) => {
    stream.pushStream({}, (_error, pushed) => answers['/head']!(pushed.on('error', () => {})));
    answers['/fine']!(stream);
  },
};

const bodyOf = (client: Http2Client, path: string) => client.request({ path }).pipe(mergeMap((response) => response.read()));

describe('without a limit of its own, which is 65535 then,', () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());
  /** Each field is one that HPACK takes. */
  const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-long-${at}`, 'x'.repeat(16_000)]));

  it('a server takes no longer list', async () => {
    const { near, far, dispose } = await transports[0]!.connect();
    cleanup.add(dispose);
    const serving = watch(http2Server(far, () => of({ body: 'fine' })));
    const session = http2Connect('http://localhost', { createConnection: () => toNodeStream(near), maxSendHeaderBlockLength: 200_000 });
    session.on('error', () => {});
    await once(session, 'remoteSettings');
    expect(session.remoteSettings.maxHeaderListSize).toBe(65535);
    const codeOf = async (count: number) => {
      const stream = session.request(fields(count)).on('error', () => {}).resume();
      await new Promise((resolve) => stream.on('close', resolve));
      return stream.rstCode;
    };
    expect([await codeOf(4), await codeOf(5)]).toEqual([0, ENHANCE_YOUR_CALM]);
    session.destroy();
    await serving.ended;
  });

  it('a server takes no longer list before the client has acknowledged its settings', async () => {
    const [near, far] = flowPair();
    const asked: string[] = [];
    const serving = watch(http2Server(far, ({ path }) => (asked.push(path), NEVER), { settings: { maxHeaderListSize: 1000 } }));
    const client = new RawPeer(near, true);
    const reset = client.next(RST_STREAM);
    const list = Uint8Array.from([...GET_ROOT, ...literal('x-long', 'x'.repeat(2000))]);
    client.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, list), frame(HEADERS, END_HEADERS | END_STREAM, 3, GET_ROOT));
    expect(await reset).toMatchObject({ stream: 1, payload: words(ENHANCE_YOUR_CALM) });
    expect(asked).toEqual(['/']);
    near.abort();
    await serving.ended;
  });

  it('a client takes no longer list', async () => {
    const { near, far, dispose } = await transports[0]!.connect();
    cleanup.add(dispose);
    const session = performServerHandshake(toNodeStream(far), { maxSendHeaderBlockLength: 200_000 });
    session.on('error', () => {});
    session.on('stream', (stream) => stream.on('error', () => {}).respond(fields(5), { endStream: true }));
    const client = await firstValueFrom(http2Client(near).pipe(detach()));
    expect(await failureOf(client.request({}))).toMatchObject({ code: 'too-large' });
    near.abort();
  });
});

describe.each(transports.map((transport) => [transport.name, transport] as const))('a client with a limit for header lists, over %s', (_, transport) => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  async function connect(): Promise<Http2Client> {
    const { near, far, dispose } = await transport.connect();
    cleanup.add(dispose);
    const session = performServerHandshake(toNodeStream(far));
    session.on('error', () => {});
    session.on('stream', (stream, { ':path': path }) => answers[path!]!(stream.on('error', () => {})));
    cleanup.add(() => near.abort());
    return firstValueFrom(http2Client(near, { settings: { maxHeaderListSize: 1000 } }).pipe(detach()));
  }

  const goesOn = async (client: Http2Client) => {
    expect(await firstValueFrom(bodyOf(client, '/fine').pipe(collectText()))).toBe('fine');
    expect(await watch(client.shutdown()).ended).toBe('complete');
  };

  describe.each(['first', 'later'])('in its %s request', (when) => {
    async function begin(): Promise<Http2Client> {
      const client = await connect();
      if (when === 'later') await firstValueFrom(client.ping()); // the limit has been acknowledged
      return client;
    }

    it('fails a response with a longer head, and goes on', async () => {
      const client = await begin();
      expect(await failureOf(client.request({ path: '/head' }))).toMatchObject({ code: 'too-large' });
      await goesOn(client);
    });

    it('fails a response with longer trailers, after its body, and goes on', async () => {
      const client = await begin();
      const response = await firstValueFrom(client.request({ path: '/trailers' }).pipe(detach()));
      const reading = watch(response.read());
      expect(await reading.ended).toMatchObject({ code: 'too-large' });
      expect(Buffer.concat(reading.values).toString()).toBe('body');
      expect(await failureOf(response.trailers)).toMatchObject({ code: 'too-large' });
      await goesOn(client);
    });
  });

  it('tells the size and the limit of a list that came before the limit was acknowledged', async () => {
    const failure = await failureOf((await connect()).request({ path: '/head' }));
    expect(failure.message).toMatch(/stream 1: header list of 2\d{3} bytes exceeds the limit of 1000$/);
  });

  it('fails a pushed response with a longer head, with HTTP/2’s code, and goes on', async () => {
    const client = await connect();
    const pushes = new ReplaySubject<Http2Push>(1);
    client.pushes.subscribe(pushes);
    await watch(bodyOf(client, '/push')).ended;
    const failure = await failureOf((await firstValueFrom(pushes)).response);
    expect(failure).toMatchObject({ code: 'too-large', message: expect.stringContaining('ENHANCE_YOUR_CALM (11), as for a header list that is too large') });
    expect(http2CodeOf(failure)).toBe(ENHANCE_YOUR_CALM);
    await goesOn(client);
  });

  it('resets a push with a longer promise, of which nobody hears, and goes on', async () => {
    const client = await connect();
    const pushes = watch(client.pushes);
    const { headers } = await firstValueFrom(client.request({ path: '/promise' }).pipe(detach()));
    expect(headers['x-code']).toBe(String(ENHANCE_YOUR_CALM));
    expect(pushes.values).toEqual([]);
    await goesOn(client);
  });
});
