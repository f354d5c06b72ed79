import { DelegatingFlow } from '../../src/flow/delegating-flow.js';
import { detachFlow } from '../../src/flow/detached.js';
import type { Flow } from '../../src/flow/flow.js';
import { utf8 } from '../../src/flow/utf8.js';
import { flowPair } from '../../src/memory/pair.js';
import { isDetached } from '../support/is-detached.js';

/** A flow that notes what is asked of it, and answers each with what names the question. */
function noting(): { inner: Flow; asked: unknown[][] } {
  const asked: unknown[][] = [];
  const answer = (operation: string) => (...given: unknown[]) => {
    asked.push([operation, ...given]);
    return operation;
  };
  const operations = ['read', 'write', 'writev', 'shutdown', 'close', 'abort'].map((name) => [name, answer(name)]);
  return { inner: { name: 'inner', closed: 'closed', ...Object.fromEntries(operations) }, asked };
}

describe('DelegatingFlow', () => {
  it('asks the flow inside what it is asked, and gives its answer', () => {
    const { inner, asked } = noting();
    const flow = new DelegatingFlow(inner);
    const [buffer, reason] = [utf8('x'), new Error('enough')];
    const answers = [flow.read(), flow.write(buffer), flow.writev([buffer]), flow.shutdown('read'), flow.close(), flow.closed];
    flow.abort(reason);
    expect(answers).toEqual(['read', 'write', 'writev', 'shutdown', 'close', 'closed']);
    expect(asked).toEqual([['read'], ['write', buffer], ['writev', [buffer]], ['shutdown', 'read'], ['close'], ['abort', reason]]);
  });

  it("has the inner flow's name, or its own", () => {
    const { inner } = noting();
    expect(new DelegatingFlow(inner).name).toBe('inner');
    expect(new DelegatingFlow(inner, 'outer').name).toBe('outer');
  });

  it('is detached together with the flow inside', () => {
    const [inner] = flowPair();
    const flow = new DelegatingFlow(inner);
    expect(isDetached(flow)).toBe(false);
    detachFlow(flow);
    expect([isDetached(flow), isDetached(inner)]).toEqual([true, true]);
  });
});
