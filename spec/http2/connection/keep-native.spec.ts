import { once } from 'node:events';
import * as http2 from 'node:http2';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { keepNative } from '../../../src/http2/connection/keep-native.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Whether it is still there when what nobody holds has been collected. */
async function survives(ref: WeakRef<object>): Promise<boolean> {
  await turn(); // what a WeakRef has shown lives on to the end of the turn
  collect();
  return ref.deref() !== undefined;
}

/** What is native of a session of which nothing else is left. */
function nativeKeptWith(duplex: PassThrough | null): WeakRef<object> {
  const native = {};
  const session = { [Symbol('kHandle')]: native } as unknown as http2.Http2Session;
  if (duplex !== null) keepNative(session, duplex);
  return new WeakRef(native);
}

describe('keepNative', () => {
  it('holds what is native of a session until its socket has closed', async () => {
    const duplex = new PassThrough();
    const [kept, other] = [nativeKeptWith(duplex), nativeKeptWith(null)];
    expect([await survives(kept), await survives(other)]).toEqual([true, false]);
    duplex.destroy();
    await once(duplex, 'close');
    expect(await survives(kept)).toBe(false);
  });

  it('holds nothing for a socket that has closed', async () => {
    const duplex = new PassThrough();
    duplex.destroy();
    await once(duplex, 'close');
    expect(await survives(nativeKeptWith(duplex))).toBe(false);
  });

  it('finds it where node:http2 has it', async () => {
    const server = http2.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = http2.connect(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
    await once(client, 'connect');
    const duplex = new PassThrough();
    keepNative(client, duplex);
    expect(duplex.listenerCount('close')).toBeGreaterThan(new PassThrough().listenerCount('close'));
    duplex.destroy();
    client.destroy();
    server.close();
    await once(server, 'close');
  });
});
