import { createSecureContext } from 'node:tls';
import { defer, of } from 'rxjs';
import type { Flow } from '../../../src/flow/flow.js';
import { flowPair } from '../../../src/memory/pair.js';
import type { TlsOptions } from '../../../src/node/tls/tls-options.js';
import { authorityAndServer } from '../../support/certificates.js';
import { describeConformance } from '../../support/run-conformance.js';
import { tlsOver, tlsPair } from '../support/tls-pair.js';

// Made once: some hundred connections have them in common.
let client: TlsOptions;
let server: TlsOptions;

beforeAll(async () => {
  const certified = await authorityAndServer();
  client = { secureContext: createSecureContext({ ca: certified.authority.cert }) };
  server = { secureContext: createSecureContext(certified.server) };
});

describeConformance('TLS over TCP', {
  create: () => defer(() => tlsPair(client, server)),
});

describeConformance('TLS over flows in memory', {
  create: () => defer(() => tlsOver(of<[Flow, Flow]>(flowPair()), client, server)),
  sides: 'a→b', // the other is the same code, and is covered above
});
