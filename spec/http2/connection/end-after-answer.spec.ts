import { firstValueFrom } from 'rxjs';
import { detach, flowPair } from 'rxjs-flow';
import { http2Client } from 'rxjs-flow/http2';
import { watch } from '../../node/support/settled.js';
import { frame, GOAWAY, PING, RawPeer, words } from '../support/raw-peer.js';

/** A client that shuts down, and its server, which has seen its GOAWAY. */
async function goingClient() {
  const [near, far] = flowPair();
  const server = new RawPeer(far, false);
  const client = await firstValueFrom(http2Client(near).pipe(detach()));
  const said = server.next(GOAWAY);
  const over = watch(server.frames);
  const shutdown = watch(client.shutdown());
  await said;
  return { server, over, shutdown };
}

async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}

describe('the end of a transport, behind GOAWAY', () => {
  it('waits for the peer’s GOAWAY', async () => {
    const { server, over, shutdown } = await goingClient();
    let isOver = false;
    void over.ended.then(() => (isOver = true));
    server.send(frame(PING, 1, 0, new Uint8Array(8)));
    await someTurns();
    expect(isOver).toBe(false);
    server.send(frame(GOAWAY, 0, 0, words(0, 0)));
    expect(await over.ended).toBe('complete');
    server.flow.shutdown('write');
    expect(await shutdown.ended).toBe('complete');
  });

  it('waits for the peer’s end', async () => {
    const { server, over, shutdown } = await goingClient();
    server.flow.shutdown('write');
    expect([await over.ended, await shutdown.ended]).toEqual(['complete', 'complete']);
  });

  it('lets the connection end in order, though the transport breaks then: nothing was open', async () => {
    const { server, over, shutdown } = await goingClient();
    server.send(frame(GOAWAY, 0, 0, words(0, 0)));
    await over.ended;
    server.flow.abort();
    expect(await shutdown.ended).toBe('complete');
  });

  it('comes all the same to a peer that waits for it', async () => {
    const { server, over, shutdown } = await goingClient();
    expect(await over.ended).toBe('complete');
    server.flow.shutdown('write');
    expect(await shutdown.ended).toBe('complete');
  });
});
