import { firstValueFrom, lastValueFrom, map, timer, type Observable } from 'rxjs';
import { copy } from '../../src/combinators/copy.js';
import { drainMap } from '../../src/combinators/drain-map.js';
import type { Flow } from '../../src/flow/flow.js';
import { fromGenerator } from '../../src/memory/from-generator.js';
import { authorityAndServer } from '../support/certificates.js';
import { tcpPair, unixPair } from './support/connected.js';
import { endOf, openedFromNow, watch } from './support/settled.js';
import { tlsPair } from './support/tls-pair.js';

const MIB = 2 ** 20;

type Pair = () => Observable<[Flow, Flow]>;

let certificates: Awaited<ReturnType<typeof authorityAndServer>>;

beforeAll(async () => {
  certificates = await authorityAndServer();
});

describe.each<[string, Pair]>([
  ['TCP', () => tcpPair()],
  ['Unix sockets', () => unixPair()],
  ['TLS', () => tlsPair({ ca: certificates.authority.cert }, certificates.server)],
])('flows over %s', (_, pair) => {
  it('never hold more than a few MiB between a fast producer and a slow consumer', async () => {
    const [near, far] = await firstValueFrom(pair());
    let sent = 0;
    let taken = 0;
    let most = 0;
    const source = fromGenerator({
      *input() {
        for (; sent < 256 * MIB; sent += 65536) yield new Uint8Array(65536);
      },
    });
    const copied = lastValueFrom(copy(source, near));
    copied.then(() => near.close(), () => {});
    await lastValueFrom(
      far.read().pipe(
        drainMap((buffer: Uint8Array) => {
          most = Math.max(most, sent - taken);
          taken += buffer.byteLength;
          // A consumer that stalls once in a while, for a turn of the event loop at least.
          return taken % (8 * MIB) < buffer.byteLength ? timer(1).pipe(map(() => taken)) : [taken];
        }),
      ),
    );
    expect(taken).toBe(256 * MIB);
    // The system's own buffers on both sides are the larger part of it.
    expect(most).toBeLessThan(24 * MIB);
    far.close();
    expect(await endOf(near)).toBe('complete');
  }, 30_000);

  it('leave no socket behind, however they end', async () => {
    const held = openedFromNow();
    for (const end of ['close', 'abort', 'shutdown and abort', 'abort with writes pending'] as const) {
      const [near, far] = await firstValueFrom(pair());
      const ends = [endOf(near), endOf(far)];
      if (end === 'close') {
        near.close();
        far.close();
      } else {
        watch(far.read());
        if (end === 'shutdown and abort') near.shutdown('write');
        if (end === 'abort with writes pending') {
          far.shutdown('read');
          for (let count = 0; count < 100; count += 1) near.write(new Uint8Array(MIB));
          near.shutdown('write');
        }
        near.abort();
        if (end !== 'abort') far.abort();
        else far.close();
      }
      await Promise.all(ends);
    }
    expect(await held()).toEqual([]);
  });
});
