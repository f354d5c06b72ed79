import { abortUnlessDetached, detachedWith, detachFlow } from '../../src/flow/detached.js';
import type { Flow } from '../../src/flow/flow.js';
import { formatError } from '../../src/flow/format-error.js';
import { flowPair } from '../../src/memory/pair.js';
import { isDetached } from '../support/is-detached.js';

describe('detachFlow', () => {
  it('marks a flow as its holder\'s own', () => {
    const [flow, other] = flowPair();
    expect(isDetached(flow)).toBe(false);
    detachFlow(flow);
    expect(isDetached(flow)).toBe(true);
    expect(isDetached(other)).toBe(false);
  });

  it('leaves a foreign flow as it is', () => {
    const foreign = { name: 'foreign' } as Flow;
    expect(() => detachFlow(foreign)).not.toThrow();
    expect(isDetached(foreign)).toBe(false);
  });
});

describe('detachedWith', () => {
  it('takes the flow below along, whether what lives on it is a flow or not', () => {
    const [below, above] = flowPair();
    expect(detachedWith(above, below)).toBe(above);
    expect(isDetached(below)).toBe(false);
    detachFlow(above);
    expect([isDetached(above), isDetached(below)]).toEqual([true, true]);

    const [other] = flowPair();
    detachFlow(detachedWith({}, other));
    expect(isDetached(other)).toBe(true);
  });
});

describe('abortUnlessDetached', () => {
  it('aborts a flow, and says for whose sake to whoever holds it still', () => {
    const [flow] = flowPair();
    abortUnlessDetached(flow);
    const told: string[] = [];
    flow.closed.subscribe({ error: (error: unknown) => told.push(formatError(error)) });
    flow.write(new Uint8Array(1)).subscribe((result) => told.push(result.ok ? 'ok' : formatError(result.error)));
    const text = 'aborted: pair a: aborted (cause: unsubscribed without detach())';
    expect(told).toEqual([text, text]);
  });

  it('leaves a detached one alone', () => {
    const [flow] = flowPair();
    const abort = jest.spyOn(flow, 'abort');
    detachFlow(flow);
    abortUnlessDetached(flow);
    expect(abort).not.toHaveBeenCalled();
  });

  it('makes no error for one that is over, as most are when their subscription ends', () => {
    const [near, far] = flowPair();
    const abort = jest.spyOn(near, 'abort');
    near.close();
    far.close();
    abortUnlessDetached(near);
    expect(abort).not.toHaveBeenCalled();
  });
});
