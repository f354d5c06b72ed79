import { of } from 'rxjs';
import { flowPair } from '../../src/memory/pair.js';
import { describeConformance } from '../support/run-conformance.js';

describeConformance('flowPair', {
  create: () => of(flowPair()),
  capabilities: { immediate: true, byReference: true },
});
