import { generatorPair } from '../support/generator-pair.js';
import { describeConformanceInVirtualTime } from '../support/run-conformance.js';

const noPeer = 'made of functions: there is nobody to wait for';
const noReset = 'a generator is ended by an abort as by EOF: its return() says no more';

describeConformanceInVirtualTime('fromGenerator (async outputs)', {
  create: () => generatorPair('waiting'),
  capabilities: { peer: noPeer, reset: noReset },
});

describeConformanceInVirtualTime('fromGenerator (sync outputs)', {
  create: () => generatorPair('at once'),
  capabilities: { peer: noPeer, reset: noReset, backpressure: 'a synchronous generator cannot wait for room' },
});
