// What requests do over any transport is in `requests.spec.ts`; this is a CONNECT with a protocol before the server has said
// whether it takes one.

import { firstValueFrom, of } from 'rxjs';
import { detach, flowPair, type Flow } from 'rxjs-flow';
import { http2Client, http2Server } from 'rxjs-flow/http2';
import { failureOf, watch } from '../../node/support/settled.js';

const asking = { method: 'CONNECT', protocol: 'websocket' };

/** A client whose server has not said a word yet. */
async function unanswered() {
  const [near, far] = flowPair();
  const client = await firstValueFrom(http2Client(near).pipe(detach()));
  return { client, near, far };
}

describe('a CONNECT with a protocol, before the server’s SETTINGS have come', () => {
  it('waits for them, and for no others', async () => {
    const { client, near, far } = await unanswered();
    const answered = firstValueFrom(client.request(asking).pipe(detach()));
    const settings = { enableConnectProtocol: true };
    http2Server(far, () => of({ status: 200 }), { settings }).subscribe({ error: () => {} });
    expect((await answered).status).toBe(200);
    expect((await firstValueFrom(client.request(asking))).status).toBe(200);
    near.abort();
  });

  it.each<[string, string, (far: Flow) => unknown]>([
    ['are never said, as the connection is reset', 'reset', (far) => far.abort()],
    ['are never said, as the connection ends with nothing open', 'closed', (far) => far.shutdown('write')],
  ])('fails as any request from then on where they %s, and gives its body up', async (_, code, end) => {
    const { client, far } = await unanswered();
    const [body] = flowPair();
    const failure = failureOf(client.request({ ...asking, body }));
    end(far);
    expect(await failure).toMatchObject({ code });
    expect(await failureOf(body.closed)).toMatchObject({ code: 'aborted' });
  });

  it('is not sent any more when it is unsubscribed from, and gives its body up', async () => {
    const { client, near, far } = await unanswered();
    const [body] = flowPair();
    watch(client.request({ ...asking, body })).subscription.unsubscribe();
    expect(await failureOf(body.closed)).toMatchObject({ code: 'aborted' });
    const paths: string[] = [];
    const handler = ({ path }: { path: string }) => {
      paths.push(path);
      return of({ status: 200 });
    };
    http2Server(far, handler, { settings: { enableConnectProtocol: true } }).subscribe({ error: () => {} });
    await firstValueFrom(client.request({ ...asking, path: '/second' }));
    expect(paths).toEqual(['/second']);
    near.abort();
  });
});
