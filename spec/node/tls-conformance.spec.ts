import { defer, of } from 'rxjs';
import type { Flow } from '../../src/flow/flow.js';
import { flowPair } from '../../src/memory/pair.js';
import { authorityAndServer, type Certified } from '../support/certificates.js';
import { describeConformance } from '../support/run-conformance.js';
import { tlsOver, tlsPair } from './support/tls-pair.js';

let authority: Certified;
let server: Certified;

beforeAll(async () => {
  ({ authority, server } = await authorityAndServer());
});

describeConformance('TLS over TCP', { create: () => defer(() => tlsPair({ ca: authority.cert }, server)) });

describeConformance('TLS over flows in memory', {
  create: () => defer(() => tlsOver(of<[Flow, Flow]>(flowPair()), { ca: authority.cert }, server)),
});
