import { firstValueFrom, mergeMap, NEVER, of, type Observable } from 'rxjs';
import { collectText, detach } from 'rxjs-flow';
import { http2Client, http2Server } from 'rxjs-flow/http2';
import { failureOf } from '../../node/support/settled.js';
import { connect } from '../support/connection.js';
import { Cleanup, transports } from '../support/transports.js';

describe.each(transports.map((transport) => [transport.name, transport] as const))('a flow with HTTP/2 on it, over %s', (_, transport) => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  it.each(['near', 'far'] as const)('is busy for any other at its %s end, and the first goes on', async (end) => {
    const { client, ...flows } = await connect(transport, cleanup, () => of({ body: 'here' }));
    const flow = flows[end];
    for (const second of [http2Client(flow), http2Server(flow, () => NEVER)] as Observable<unknown>[]) {
      expect(await failureOf(second)).toMatchObject({ code: 'busy', message: `http2 over ${flow.name}: there is HTTP/2 on this flow already` });
    }
    expect(await firstValueFrom(client.request({}).pipe(mergeMap((response) => response.read().pipe(collectText()))))).toBe('here');
  });

  it('is busy for a second subscription, also when the first was given up before it had begun', async () => {
    const { near, far, dispose } = await transport.connect();
    cleanup.add(dispose);
    cleanup.add(() => far.abort());
    const client = http2Client(near).pipe(detach());
    client.subscribe({ error: () => {} }).unsubscribe();
    expect(await failureOf(client)).toMatchObject({ code: 'busy' });
  });
});
