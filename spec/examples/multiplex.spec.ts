import { firstValueFrom, lastValueFrom, map } from 'rxjs';
import { acceptOver, openOver, type Opener } from '../../examples/multiplex/multiplex.js';
import { asSink } from '../../src/combinators/as-sink.js';
import { collectText } from '../../src/combinators/collect-text.js';
import { detach } from '../../src/combinators/detach.js';
import type { Flow } from '../../src/flow/flow.js';
import { utf8 } from '../../src/flow/utf8.js';
import { flowPair } from '../../src/memory/pair.js';
import { failureOf, watch } from '../node/support/settled.js';

/** Both ends over one pair, whose far end has an echo, and a well that takes no drop. */
async function connected(): Promise<{ opener: Opener; connection: Flow; accepted: string[]; serving: Promise<unknown> }> {
  const [near, far] = flowPair();
  const accepted: string[] = [];
  const serving = watch(
    acceptOver(far, (name, flow) => {
      accepted.push(name);
      if (name === 'echo') flow.read().subscribe(asSink(flow));
      return name === 'echo' || name === 'well';
    }),
  ).ended;
  const opener = new Promise<Opener>((resolve) => openOver(near).subscribe({ next: resolve, error: () => {} }));
  return { opener: await opener, connection: near, accepted, serving };
}

const open = (opener: Opener, name: string) => firstValueFrom(opener.open(name).pipe(detach()));

describe('the multiplex example', () => {
  it('carries a hundred flows over one, each with its own bytes and its own end', async () => {
    const { opener, connection } = await connected();
    const texts = Array.from({ length: 100 }, (_, at) => `flow ${at}`);
    const echo = async (text: string) => {
      const flow = await open(opener, 'echo');
      flow.write(utf8(text));
      flow.shutdown('write');
      return firstValueFrom(flow.read().pipe(collectText()));
    };
    expect(await Promise.all(texts.map(echo))).toEqual(texts);
    connection.abort();
  });

  it('lets a flow that stalls hold up no other', async () => {
    const { opener, connection } = await connected();
    const well = await open(opener, 'well');
    const results = Array.from({ length: 20 }, () => well.write(new Uint8Array(65536)));
    const echo = await open(opener, 'echo');
    const sent = 2 ** 20;
    echo.write(new Uint8Array(sent));
    echo.shutdown('write');
    let size = 0;
    expect(await lastValueFrom(echo.read().pipe(map((buffer) => (size += buffer.byteLength))))).toBe(sent);
    let settled = false;
    results[19]!.subscribe(() => (settled = true));
    expect(settled).toBe(false);
    connection.abort();
  });

  it('refuses a name that the other end does not have, and ends with its connection', async () => {
    const { opener, connection, accepted, serving } = await connected();
    expect(await failureOf(opener.open('nobody'))).toMatchObject({ code: 'refused', message: expect.stringContaining('has no nobody') });
    const flow = await open(opener, 'echo');
    connection.abort();
    expect(['reset', 'truncated', 'aborted']).toContain((await failureOf(flow.closed)).code);
    await serving;
    expect(accepted).toEqual(['nobody', 'echo']);
  });
});
