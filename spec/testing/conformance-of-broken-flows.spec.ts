// The suite under test: each broken flow must fail the very case that names its fault, which a sound one passes. Time is
// virtual, so that no machine is so busy that a case meets its limit before its fault.

import { of } from 'rxjs';
import type { Flow } from '../../src/flow/flow.js';
import { flowPair } from '../../src/memory/pair.js';
import { conformance, type ConformanceCase } from '../../src/testing/conformance.js';
import { inVirtualTime, useVirtualTime } from '../support/virtual-time.js';
import { brokenFlows } from './broken-flows.js';

function casesOf(name: string, breaking: (flow: Flow) => Flow) {
  const cases = conformance({
    create: () => of(flowPair().map(breaking) as [Flow, Flow]),
    capabilities: { immediate: true, keepsUnread: true, byReference: true, endingsEmit: true },
    sides: 'a→b',
  });
  return cases.filter((one) => one.name.startsWith(name));
}

/** How the case ends: `undefined` if it passes. */
const verdictOf = (one: ConformanceCase): Promise<unknown> => inVirtualTime(() => one.run()).catch((error: unknown) => error);

describe('the conformance suite', () => {
  beforeEach(useVirtualTime);
  afterEach(() => jest.useRealTimers());

  it.each(brokenFlows.map((broken) => [broken.fault, broken] as const))('catches a flow that %s', async (_, broken) => {
    const named = casesOf(broken.caughtBy, (flow) => broken.break(flow));
    expect(named).toHaveLength(1);
    expect(await verdictOf(named[0]!)).toEqual(expect.objectContaining({ message: expect.stringMatching(broken.saying) as string }));
  });

  it.each([...new Set(brokenFlows.map((broken) => broken.caughtBy))])('lets a sound flow pass: %s', async (name) => {
    const [one] = casesOf(name, (flow) => flow);
    expect(await verdictOf(one!)).toBeUndefined();
  });
});
