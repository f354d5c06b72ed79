import { lastValueFrom, throwError } from 'rxjs';
import { copy } from '../../src/combinators/copy.js';
import { named } from '../../src/combinators/named.js';
import { FlowError } from '../../src/flow/flow-error.js';
import { flowPair } from '../../src/memory/pair.js';
import { foreignFlow } from '../support/foreign-flow.js';
import { channel } from '../../src/codec/channel.js';
import { concrete } from '../../src/combinators/concrete.js';
import { utf8 } from '../../src/flow/utf8.js';

describe('named', () => {
  it('names the flow in what is built on it', async () => {
    const [peer, flow] = flowPair();
    peer.abort();
    await expect(lastValueFrom(copy(named(flow, 'upload'), flowPair()[0]))).rejects.toThrow(
      'copy upload -> pair a: reading failed after 0 bytes',
    );
  });

  it('names the flow in its own errors, whose code and cause stay', async () => {
    const [inner] = flowPair({ name: 'inner' });
    const flow = named(inner, 'upload');
    flow.abort('enough');
    const error = await lastValueFrom(flow.closed).catch((e: unknown) => e as FlowError);
    expect(error).toMatchObject({ code: 'aborted', message: 'upload: aborted', cause: 'enough' });
  });

  it('leaves errors alone that do not begin with the old name', async () => {
    const error = new FlowError('failed', 'elsewhere: no');
    const flow = named({ ...foreignFlow(flowPair()[0]), read: () => throwError(() => error) }, 'upload');
    expect(await lastValueFrom(flow.read()).catch((e: unknown) => e)).toBe(error);
  });

  it('throws a TypeError for a name that is none', () => {
    expect(() => named(flowPair()[0], 7 as never)).toThrow(/^named: name must be a string, not number 7$/);
  });

  it('keeps what lies behind an error from nobody who acts on it', () => {
    const [inner, peer] = flowPair();
    const lines = channel(named(concrete(inner), 'upload'));
    peer.write(utf8('one\ntwo\n'));
    const said: string[] = [];
    lines.readLine().subscribe((line) => said.push(line));
    inner.abort();
    lines.readLine().subscribe({ next: (line) => said.push(line), error: ({ code }: FlowError) => said.push(code) });
    expect(said).toEqual(['one', 'failed']);
  });
});
