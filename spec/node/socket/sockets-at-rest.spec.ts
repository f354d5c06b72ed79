import { firstValueFrom, type Observable } from 'rxjs';
import type { Flow } from '../../../src/flow/flow.js';
import { authorityAndServer } from '../../support/certificates.js';
import { tcpPair, unixPair } from '../support/connected.js';
import { endOf, openedFromNow, watch } from '../support/settled.js';
import { tlsPair } from '../support/tls-pair.js';

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
