import { of } from 'rxjs';
import { flowPair } from '../../src/memory/pair.js';
import { describeConformanceInVirtualTime } from '../support/run-conformance.js';

describeConformanceInVirtualTime('flowPair with chunks', {
  create: () => of(flowPair({ maxChunk: 1000 })),
  capabilities: { immediate: true, byReference: true },
});

// One side is enough where both are the same line.
describeConformanceInVirtualTime('flowPair with latency, a bandwidth and chunks', {
  create: () => of(flowPair({ latencyMs: 1, bytesPerSecond: 1_000_000_000, maxChunk: 100_000 })),
  capabilities: { byReference: true },
  sides: 'a→b',
});
