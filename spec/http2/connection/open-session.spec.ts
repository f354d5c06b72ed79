import { EventEmitter } from 'node:events';
import type { Http2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import { openSession } from '../../../src/http2/connection/open-session.js';
import { isCut } from '../../../src/node/stream/watch-cut.js';
import { flowPair } from '../../../src/memory/pair.js';
import { Cleanup, transports } from '../support/transports.js';

/** A session that never reads, and so hears of nothing. */
const deaf = (duplex: Duplex): Http2Session => {
  duplex.read = () => null;
  duplex.on('error', () => {});
  return new EventEmitter() as Http2Session;
};

describe('openSession', () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  it.each(transports.filter(({ name }) => name === 'TCP' || name === 'TLS'))('is on what the system can be asked for the connection of, over $name', async (transport) => {
    const { near, far, dispose } = await transport.connect();
    cleanup.add(dispose);
    cleanup.add(() => far.abort());
    const { duplex } = openSession(far, deaf);
    expect(isCut(duplex)).toBe(false);
    near.abort();
    while (!isCut(duplex)) await new Promise(setImmediate);
  });

  it('knows no system under a flow that shows no socket', () => {
    const [near, far] = flowPair();
    const { duplex } = openSession(far, deaf);
    near.abort();
    expect(isCut(duplex)).toBe(false);
  });
});
