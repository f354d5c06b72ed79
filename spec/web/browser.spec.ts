// The web door in real Chromium: the conformance suite over what a page has, and what only a browser can show.

import { once } from 'node:events';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { WebSocketServer, type WebSocket } from 'ws';
import { copy } from '../../src/combinators/copy.js';
import { conformance } from '../../src/testing/conformance.js';
import { openBrowser, type TestBrowser } from '../support/browser.js';
import { endOf, failureOf } from '../node/support/settled.js';
import { runAhead } from '../support/run-ahead.js';
import { relayWebSockets } from '../support/web-socket-relay.js';
import { webSocketFlow } from '../../src/web/web-socket-flow.js';
import type { Scenarios } from './browser/page.js';
import { TRANSPORTS } from './browser/transports.js';

/** Unpacking and starting a browser on a busy machine. */
const START_MS = 120_000;
const CASE_MS = 10_000;
/** Cases at once in one page; a browser slows down the WebSockets of a page that opens many at once. */
const LANES = 4;

let browser: TestBrowser | undefined;
let stopRelay: (() => void) | undefined;
const sockets = new WebSocketServer({ noServer: true });

beforeAll(async () => {
  browser = await openBrowser(join(__dirname, 'browser'));
  stopRelay = relayWebSockets(browser.server, '/relay/');
  browser.server.on('upgrade', (request, socket, head) => {
    if (request.url?.startsWith('/relay/') !== true) sockets.handleUpgrade(request, socket, head, (one) => sockets.emit('connection', one));
  });
}, START_MS);

afterAll(async () => {
  stopRelay?.();
  for (const client of sockets.clients) client.terminate();
  await browser?.close();
}, START_MS);

/** Calls one of the scenarios of `browser/page.ts`. */
function call(page: Page, name: keyof Scenarios, ...args: readonly unknown[]): Promise<unknown> {
  return page.evaluate(`${name}(...${JSON.stringify(args)})`);
}

describe('in a browser', () => {
  let page: Page;
  let url: string;

  beforeAll(async () => {
    page = await browser!.openPage();
    url = `${browser!.origin.replace('http', 'ws')}/flow`;
  });
  afterAll(() => page.close());

  /** The server's end of the next connection. */
  const nextSocket = async () => (await once(sockets, 'connection'))[0] as WebSocket;

  describe('a WebSocket to Node', () => {
    it('carries 4 MiB there and back, and ends in order on both sides', async () => {
      const accepted = nextSocket();
      const echoed = call(page, 'webSocketEcho', url);
      const flow = webSocketFlow(await accepted, { halfClose: true });
      copy(flow, flow).subscribe({ complete: () => flow.shutdown('write') });
      expect(await echoed).toEqual([true, 'complete']);
      expect(await endOf(flow)).toBe('complete');
    }, CASE_MS);

    it('is reset on Node’s side within a second of the closing of the tab', async () => {
      const tab = await browser!.openPage();
      const accepted = nextSocket();
      await call(tab, 'webSocketOpen', url);
      const flow = webSocketFlow(await accepted);
      const reading = failureOf(flow.read());
      const began = performance.now();
      await tab.close();
      expect((await reading).code).toBe('reset');
      expect(performance.now() - began).toBeLessThan(1000);
    }, CASE_MS);

    it('is reset in the page when the server cuts it, with the pending write', async () => {
      const accepted = nextSocket();
      await call(page, 'webSocketOpen', url);
      const peer = await accepted;
      peer.pause();
      const ends = call(page, 'webSocketEnds', 2 ** 25);
      peer.terminate();
      expect(await ends).toEqual(['reset', false, 'reset']);
    }, CASE_MS);

    it.each([
      [1000, 'complete'],
      [1001, 'reset'],
      [1003, 'protocol'],
      [1008, 'refused'],
      [1009, 'too-large'],
      [1011, 'failed'],
      [4000, 'reset'],
    ])('understands close code %d as %s', async (code, end) => {
      const accepted = nextSocket();
      await call(page, 'webSocketOpen', url);
      (await accepted).close(code);
      expect(await call(page, 'webSocketEnds', 0)).toEqual([end, undefined, end]);
    }, CASE_MS);

    it('breaks with protocol for a text message', async () => {
      const accepted = nextSocket();
      await call(page, 'webSocketOpen', url);
      const peer = await accepted;
      const closed = once(peer, 'close') as Promise<[number]>;
      peer.send('text');
      expect(await call(page, 'webSocketEnds', 0)).toEqual(['protocol', undefined, 'protocol']);
      expect((await closed)[0]).toBe(4000);
    }, CASE_MS);

    it('is refused when nobody listens, and for a handshake that fails', async () => {
      expect(await call(page, 'webSocketRefused', 'ws://127.0.0.1:1/')).toBe('refused');
      expect(await call(page, 'webSocketRefused', 'gopher://host/')).toBe('unsupported');
    }, CASE_MS);

    it('breaks with overflow when nobody reads, after all that came before it', async () => {
      const accepted = nextSocket();
      const outcome = call(page, 'webSocketOverflow', url);
      const peer = await accepted;
      for (let at = 0; at < 64; at += 1) peer.send(new Uint8Array(65536));
      expect(await outcome).toEqual(['overflow', 'overflow', 2 ** 20]);
    }, CASE_MS);
  });

  it('carries 4 MiB to a worker and back, and ends in order', async () => {
    expect(await call(page, 'workerEcho')).toEqual([true, 'complete']);
  }, CASE_MS);

  it('waits for no lock that it holds itself, or its ports would never be collected', async () => {
    expect(await call(page, 'locksOfItsOwn')).toBe(0);
  }, CASE_MS);

  it('goes on with a worker that has not caught an error', async () => {
    expect(await call(page, 'workerUncaught')).toEqual([1, 2]);
  }, CASE_MS);

  it('is reset within a second when the worker is terminated, with the pending write', async () => {
    expect(await call(page, 'workerTerminated')).toEqual(['reset', false, 'reset', true]);
  }, CASE_MS);

  it('goes on with a frame of another origin, whose end it could not see', async () => {
    const foreign = browser!.origin.replace('127.0.0.1', 'localhost');
    expect(await call(page, 'foreignFrame', foreign)).toEqual([true, 'complete']);
  }, CASE_MS);

  it('carries 4 MiB over a data channel and back, and ends in order', async () => {
    expect(await call(page, 'dataChannelEcho')).toEqual([true, 'complete']);
  }, CASE_MS);

  it('is reset within a second when the far peer connection is closed', async () => {
    expect(await call(page, 'dataChannelPeerGone')).toEqual(['reset', 'reset', true]);
  }, CASE_MS);

  it('has sent all over a data channel when its flow has closed', async () => {
    expect(await call(page, 'dataChannelClosed')).toEqual(['complete', 'complete', 500_000]);
  }, CASE_MS);

  it('breaks a data channel with overflow when nobody reads, and tells the far side', async () => {
    expect(await call(page, 'dataChannelOverflow')).toEqual(['overflow', 'reset']);
  }, CASE_MS);

  it('gives flows the shape of streams, and streams that of flows', async () => {
    expect(await call(page, 'streams')).toEqual(['through gzip', 'byob', 'a body']);
  }, CASE_MS);
});

describe.each(Object.entries(TRANSPORTS))('conformance of %s in a browser', (transport, options) => {
  let page: Page;

  beforeAll(async () => {
    page = await browser!.openPage();
  });
  afterAll(() => page.close());

  const cases = conformance(options);
  for (const { name, skipped } of cases) if (skipped !== undefined) it.skip(`${name}: ${skipped}`, () => undefined);
  const wanted = cases.filter(({ skipped }) => skipped === undefined);
  const inPage = (name: string) => async () => {
    expect(await page.evaluate(`runCase(${JSON.stringify(transport)}, ${JSON.stringify(name)})`)).toBeUndefined();
  };
  // More than a case allows itself.
  const caseMs = CASE_MS + (options.timeLimitMs ?? 0);
  const ahead = runAhead(wanted.map(({ name }) => inPage(name)), LANES);
  wanted.forEach(({ name }, at) => it(name, () => ahead.run(at), caseMs));
});
