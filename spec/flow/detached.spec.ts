import { detachFlow, isDetached } from '../../src/flow/detached.js';
import type { Flow } from '../../src/flow/flow.js';
import { flowPair } from '../../src/memory/pair.js';

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
