import { describeConformance } from '../../support/run-conformance.js';
import { unixPair } from '../support/connected.js';

describeConformance('Unix sockets', {
  create: () => unixPair(),
  capabilities: { reset: 'a Unix socket has no reset: it is closed, and the peer sees an end' },
});
