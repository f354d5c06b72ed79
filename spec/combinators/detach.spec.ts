import { firstValueFrom, of } from 'rxjs';
import { channel } from '../../src/codec/channel.js';
import { framed } from '../../src/codec/framed.js';
import { linesCodec } from '../../src/codec/lines-codec.js';
import { detach } from '../../src/combinators/detach.js';
import { named } from '../../src/combinators/named.js';
import { flowLifetime } from '../../src/flow/flow-lifetime.js';
import type { Flow } from '../../src/flow/flow.js';
import { http2Client } from '../../src/http2/client/http2-client.js';
import { http2Server } from '../../src/http2/server/http2-server.js';
import { record } from '../../src/inspect/record/record.js';
import { flowPair } from '../../src/memory/pair.js';
import { withFaults } from '../../src/testing/with-faults.js';
import { foreignFlow } from '../support/foreign-flow.js';
import { isDetached } from '../support/is-detached.js';

describe('detach', () => {
  const connect = (flow: Flow) => flowLifetime<Flow>(({ ready }) => {
      ready(flow);
      return undefined;
    });

  it('keeps a flow open beyond the subscription that made it', async () => {
    const [a, b] = flowPair();
    const flow = await firstValueFrom(connect(a).pipe(detach()));
    expect(flow).toBe(a);
    b.write(Uint8Array.of(1));
    expect(await firstValueFrom(flow.read())).toEqual(Uint8Array.of(1));
  });

  it('is what makes the difference', async () => {
    const [a] = flowPair();
    const flow = await firstValueFrom(connect(a));
    await expect(firstValueFrom(flow.closed)).rejects.toMatchObject({ code: 'aborted' });
  });

  it.each<[string, (below: Flow) => Pick<Flow, 'closed'> | Promise<Pick<Flow, 'closed'>>]>([
    ['a framed flow', (below) => framed(below, linesCodec())],
    ['what a framed flow leaves', (below) => framed(below, linesCodec()).unframed()],
    ['a channel', (below) => channel(below)],
    ['what a channel leaves', (below) => channel(below).rest()],
    ['a decorated flow', (below) => named(below, 'another')],
    ['a flow with faults', (below) => withFaults(below, {})],
    ['a recorded flow', (below) => record(below).flow],
    ['an HTTP/2 client', (below) => firstValueFrom(http2Client(below).pipe(detach()))],
  ])('takes along the flow that %s lives on', async (_, layer) => {
    const [near, far] = flowPair();
    const server = http2Server(far, () => of({})).subscribe({ error: () => {} });
    await firstValueFrom(of(await layer(near)).pipe(detach()));
    expect(isDetached(near)).toBe(true);
    server.unsubscribe();
  });

  it('passes flows of another kind on as they are', async () => {
    const flow = foreignFlow(flowPair()[0]);
    expect(await firstValueFrom(of(flow).pipe(detach()))).toBe(flow);
  });
});
