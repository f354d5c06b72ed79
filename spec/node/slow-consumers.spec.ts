// Every adapter of this room, and message ports: 256 MiB for a consumer that stalls, of which next to nothing is held, and
// nothing lost.

import { defer, firstValueFrom, map, of, type Observable } from 'rxjs';
import { detach } from '../../src/combinators/detach.js';
import type { Flow } from '../../src/flow/flow.js';
import { flowPair } from '../../src/memory/pair.js';
import { fromNodeStream } from '../../src/node/node-stream/from-node-stream.js';
import { toNodeStream } from '../../src/node/node-stream/to-node-stream.js';
import { spawnFlow } from '../../src/node/process/spawn-flow.js';
import { workerFlow } from '../../src/node/worker/worker-flow.js';
import { messagePortFlow } from '../../src/protocol/message-port-flow.js';
import { authorityAndServer } from '../support/certificates.js';
import { startWorker } from '../support/node-worker.js';
import { plainSocketPair, tcpPair, unixPair } from './support/connected.js';
import { nodeProgram } from './support/node-program.js';
import { heldBetween, turnOfOthers } from './support/stalled.js';
import { tlsOver, tlsPair } from './support/tls-pair.js';
import { webSocketPair } from './support/web-sockets.js';

const KIB = 2 ** 10;
const MIB = 2 ** 20;
/** What the system's own buffers on both sides take of a connection is the larger part of it. */
const CONNECTION = 24 * MIB;

let certificates: Awaited<ReturnType<typeof authorityAndServer>>;

beforeAll(async () => {
  certificates = await authorityAndServer();
});

const trusting = () => ({ ca: certificates.authority.cert, servername: 'localhost' });
const memoryPair = (): Observable<[Flow, Flow]> => defer(() => of(flowPair()));

function messagePorts(): [Flow, Flow] {
  const { port1, port2 } = new MessageChannel();
  return [messagePortFlow(port1), messagePortFlow(port2)];
}

describe.each<[string, () => Observable<[Flow, Flow]>, number]>([
  ['TCP', tcpPair, CONNECTION],
  ['Unix sockets', unixPair, CONNECTION],
  ['TLS over sockets', () => tlsPair(trusting(), certificates.server), CONNECTION],
  ['TLS over flows in memory', () => tlsOver(memoryPair(), trusting(), certificates.server), MIB],
  ['WebSockets', webSocketPair, CONNECTION],
  ["net's own sockets", plainSocketPair, CONNECTION],
  ['Node streams', () => memoryPair().pipe(map(([a, b]): [Flow, Flow] => [fromNodeStream(toNodeStream(a)), b])), 512 * KIB],
  ['message ports', () => defer(() => of(messagePorts())), 768 * KIB],
])('a consumer that stalls behind %s', (_, pair, most) => {
  it.each([
    ['first', [0, 1]],
    ['second', [1, 0]],
  ] as const)('has next to nothing held for it, and loses nothing, where the %s of the two writes', async (_side, [from, to]) => {
    const flows = await firstValueFrom(pair());
    const { held, lost } = await heldBetween(flows[from], flows[to]);
    expect(held).toBeLessThanOrEqual(most);
    expect(lost).toBe(0);
  });
});

describe('a consumer of what comes back, that stalls behind', () => {
  const ends: (() => unknown)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  const echoOf = (flow: string) => `
    import { mergeMap } from 'rxjs';
    import { copy } from './src/combinators/copy.js';
    import { listenParent } from './src/node/worker/listen-parent.js';
    import { stdio } from './src/node/process/stdio.js';
    ${flow}.pipe(mergeMap((flow) => copy(flow, flow).pipe(mergeMap(() => flow.close())))).subscribe();
  `;
  const echoingWorker = () => {
    const worker = startWorker(echoOf('listenParent()'));
    ends.push(() => void worker.terminate());
    return workerFlow(worker);
  };
  /** Its `stdio()` is seen from without. */
  const echoingProgram = () => {
    const program = nodeProgram(`import { of } from 'rxjs'; ${echoOf('of(stdio())')}`);
    ends.push(() => program.remove());
    return spawnFlow(process.execPath, [program.path]);
  };

  it.each<[string, () => Observable<Flow>, number]>([
    ['a thread', echoingWorker, 1.5 * MIB],
    ['a process', () => spawnFlow('cat'), MIB],
    ['a process whose stdin and stdout are a flow', echoingProgram, MIB],
  ])('%s, has next to nothing held for it, and loses nothing', async (_, connect, most) => {
    const flow = await firstValueFrom(connect().pipe(detach()));
    // It runs by the time that what it sends back comes.
    flow.write(Uint8Array.of(0));
    await firstValueFrom(flow.read());
    const { held, lost } = await heldBetween(flow, flow, turnOfOthers);
    expect(held).toBeGreaterThan(131072);
    expect(held).toBeLessThanOrEqual(most);
    expect(lost).toBe(0);
  });
});
