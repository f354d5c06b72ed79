import { Duplex, PassThrough } from 'node:stream';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { firstValueFrom, map, Observable, take } from 'rxjs';
import type { Flow } from '../../src/flow/flow.js';
import { utf8 } from '../../src/flow/utf8.js';
import { fromNodeStream } from '../../src/node/from-node-stream.js';
import { toNodeStream } from '../../src/node/to-node-stream.js';
import { collectText } from '../../src/combinators/collect-text.js';
import { flowPair } from '../../src/memory/pair.js';
import { tcpPair } from './support/connected.js';
import { describeConformance } from '../support/run-conformance.js';

describeConformance('Node streams over TCP flows', {
  create: () => tcpPair().pipe(map(([a, b]): [Flow, Flow] => [fromNodeStream(toNodeStream(a)), b])),
});

describeConformance("net's own sockets", {
  create: () =>
    new Observable<[Flow, Flow]>((subscriber) => {
      const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (accepted) => {
        subscriber.next([fromNodeStream(client), fromNodeStream(accepted)]);
      });
      let client: Socket;
      server.listen(0, '127.0.0.1', () => {
        client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
      });
      return () => void server.close();
    }),
});
