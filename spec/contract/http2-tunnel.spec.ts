import { mergeMap } from 'rxjs';
import { flowPair } from 'rxjs-flow';
import { tcpPair } from '../node/support/connected.js';
import { describeConformance } from '../support/run-conformance.js';
import { tunnelOver } from './support/tunnel.js';

describeConformance('an HTTP/2 tunnel', { create: () => tunnelOver(flowPair()) });
// Past the bridge, where node:http2 has turns of the event loop of its own.
describeConformance('an HTTP/2 tunnel over TCP', { sides: 'b→a', create: () => tcpPair().pipe(mergeMap(tunnelOver)) });
