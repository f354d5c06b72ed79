import { firstValueFrom, of } from 'rxjs';
import { detach } from '../../src/combinators/detach.js';
import { flowLifetime } from '../../src/flow/flow-lifetime.js';
import type { Flow } from '../../src/flow/flow.js';
import { flowPair } from '../../src/memory/pair.js';
import { foreignFlow } from '../support/foreign-flow.js';

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

  it('passes flows of another kind on as they are', async () => {
    const flow = foreignFlow(flowPair()[0]);
    expect(await firstValueFrom(of(flow).pipe(detach()))).toBe(flow);
  });
});
