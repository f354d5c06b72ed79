import { of } from 'rxjs';
import { flowPair } from '../../src/memory/pair.js';
import { describeConformanceInVirtualTime } from '../support/run-conformance.js';

describeConformanceInVirtualTime('flowPair', {
  create: () => of(flowPair()),
  capabilities: { immediate: true, byReference: true },
});
