import { runInNewContext } from 'node:vm';
import { isUrl } from '../../src/flow/is-url.js';
import { connectEndpoint } from '../../src/node/endpoint/connect-endpoint.js';
import { connectWebSocket } from '../../src/web/connect-web-socket.js';
import { connectWebTransport } from '../../src/web/connect-web-transport.js';

/** As the `URL` of jsdom is one beside Node's. */
const another = runInNewContext(`
  new (class URL {
    get [Symbol.toStringTag]() { return 'URL'; }
    toString() { return 'ws://host/'; }
  })
`) as URL;

describe('isUrl', () => {
  it('is true for a URL, of this realm or another', () => {
    expect([new URL('ws://host/'), new (class Own extends URL {})('ws://host/'), another].map(isUrl)).toEqual([true, true, true]);
  });

  it('is false for anything else', () => {
    expect(['ws://host/', new URLSearchParams(), { href: 'ws://host/' }, 7, null, undefined].filter(isUrl)).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    ['connectWebSocket', () => connectWebSocket({ url: another })],
    ['connectWebTransport', () => connectWebTransport({ url: another })],
    ['connectEndpoint', () => connectEndpoint(another)],
  ])("lets %s take another realm's", (_, connect) => {
    expect(connect).not.toThrow();
  });
});
