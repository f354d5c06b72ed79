import { defer, of } from 'rxjs';
import type { Flow } from '../../src/flow/flow.js';
import { flowPair } from '../../src/memory/pair.js';
import { authorityAndServer, type Certified } from '../support/certificates.js';
import { describeConformance } from '../support/run-conformance.js';
import { tcpPair } from './support/connected.js';
import { tlsOver } from './support/tls-pair.js';

let authority: Certified;
let server: Certified;

beforeAll(async () => {
  ({ authority, server } = await authorityAndServer());
});

const under = (pair: Parameters<typeof tlsOver<Flow, Flow>>[0]) => defer(() => tlsOver(pair, { ca: authority.cert, servername: 'localhost' }, server));

describeConformance('TLS on sockets', { create: () => under(tcpPair()) });

describeConformance('TLS on flows in memory', { create: () => under(defer(() => of(flowPair()))) });
