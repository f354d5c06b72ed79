// The suite under test: each broken flow must fail the very case that names its fault, which a sound one passes.

import { of } from 'rxjs';
import type { Flow } from '../../src/flow/flow.js';
import { flowPair } from '../../src/memory/pair.js';
import { conformance } from '../../src/testing/conformance.js';
import { brokenFlows } from './broken-flows.js';

function caseOf(name: string, breaking: (flow: Flow) => Flow, timeLimitMs: number) {
  const cases = conformance({
    create: () => of(flowPair().map(breaking) as [Flow, Flow]),
    capabilities: { immediate: true, keepsUnread: true, byReference: true, endingsEmit: true },
    sides: 'a→b',
    timeLimitMs,
  });
  return cases.filter((one) => one.name.startsWith(name));
}

describe('the conformance suite', () => {
  it.each(brokenFlows.map((broken) => [broken.fault, broken] as const))('catches a flow that %s', async (_, broken) => {
    const hangs = broken.saying.source.includes('still waiting');
    const named = caseOf(broken.caughtBy, (flow) => broken.break(flow), hangs ? 100 : 5000);
    expect(named).toHaveLength(1);
    await expect(named[0]!.run()).rejects.toThrow(broken.saying);
  });

  it.each([...new Set(brokenFlows.map((broken) => broken.caughtBy))])('lets a sound flow pass: %s', async (name) => {
    const [one] = caseOf(name, (flow) => flow, 5000);
    await expect(one!.run()).resolves.toBeUndefined();
  });
});
