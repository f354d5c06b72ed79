import { describeConformance } from '../support/run-conformance.js';
import { tcpPair } from './support/connected.js';

describeConformance('TCP', { create: () => tcpPair() });
