import { once } from 'node:events';
import { MessageChannel, type Worker } from 'node:worker_threads';
import { firstValueFrom, Observable, take, zip } from 'rxjs';
import { collectText } from '../../../src/combinators/collect-text.js';
import { collect } from '../../../src/combinators/collect.js';
import { detach } from '../../../src/combinators/detach.js';
import type { Flow } from '../../../src/flow/flow.js';
import { utf8 } from '../../../src/flow/utf8.js';
import { listenParent } from '../../../src/node/worker/listen-parent.js';
import { workerFlow } from '../../../src/node/worker/worker-flow.js';
import { portMessage, portOf } from '../../../src/node/worker/worker-ports.js';
import { messagePortFlow } from '../../../src/protocol/message-port-flow.js';
import { startWorker } from '../../support/node-worker.js';
import { describeConformance } from '../../support/run-conformance.js';
import { pattern } from '../../web/support/bytes.js';
import { endOf, failureOf, watch } from '../support/settled.js';

const MIB = 2 ** 20;

const LISTEN = `
  import { parentPort } from 'node:worker_threads';
  import { catchError, EMPTY, mergeMap } from 'rxjs';
  import { copy } from './src/combinators/copy.js';
  import { listenParent } from './src/node/worker/listen-parent.js';
`;
const ECHO = `${LISTEN}
  parentPort.on('message', (message) => {
    if (message === 'stop') listening.unsubscribe();
    if (message === 'throw') setTimeout(() => { throw new Error('bug in the worker'); });
    if (typeof message === 'string') parentPort.postMessage('got ' + message);
  });
  const listening = listenParent().pipe(mergeMap((flow) => copy(flow, flow).pipe(mergeMap(() => flow.close()), catchError(() => EMPTY)))).subscribe();
`;
/** Joins the connections it gets two and two, so that both ends of a pair are here. */
const RELAY = `${LISTEN}
  import { proxy } from './src/combinators/proxy.js';
  let waiting;
  listenParent().subscribe((flow) => {
    if (waiting === undefined) { waiting = flow; return; }
    proxy(waiting, flow).subscribe({ error: () => {} });
    waiting = undefined;
  });
`;

let worker: Worker;
afterEach(() => worker?.terminate());

describe('worker threads', () => {
  let relay: Worker;
  beforeAll(() => {
    relay = startWorker(RELAY);
  });
  afterAll(() => relay.terminate());

  describeConformance('connections to a worker that joins them', {
    sides: 'a→b',
    create: () =>
      new Observable<[Flow, Flow]>((subscriber) =>
        zip(workerFlow(relay).pipe(detach()), workerFlow(relay).pipe(detach())).pipe(take(1)).subscribe(subscriber),
      ),
  });
});

describe('workerFlow and listenParent', () => {
  it('connect as often as they are asked to, and leave other messages alone', async () => {
    worker = startWorker(ECHO);
    const heard = once(worker, 'message');
    worker.postMessage('hello');
    const texts = ['one', 'two'].map(async (text) => {
      const flow = await firstValueFrom(workerFlow(worker, { name: text }).pipe(detach()));
      flow.write(utf8(text));
      flow.shutdown('write');
      const answer = await firstValueFrom(flow.read().pipe(collectText()));
      return [flow.name, answer, await endOf(flow)];
    });
    expect(await Promise.all(texts)).toEqual([['one', 'one', 'complete'], ['two', 'two', 'complete']]);
    expect(await heard).toEqual(['got hello']);
  });

  it('may be many to one worker, which keeps its limit of listeners for others', async () => {
    worker = startWorker(ECHO);
    const limit = worker.getMaxListeners();
    const flows = await Promise.all(Array.from({ length: 20 }, () => firstValueFrom(workerFlow(worker).pipe(detach()))));
    expect(worker.listenerCount('exit')).toBe(20);
    expect(worker.getMaxListeners() - worker.listenerCount('exit')).toBeGreaterThanOrEqual(limit);
    for (const flow of flows) flow.abort();
    expect([worker.listenerCount('exit'), worker.listenerCount('error'), worker.getMaxListeners()]).toEqual([0, 0, limit]);
  });

  it('carry 16 MiB there and back', async () => {
    worker = startWorker(ECHO);
    const flow = await firstValueFrom(workerFlow(worker).pipe(detach()));
    const data = pattern(16 * MIB);
    const came = firstValueFrom(flow.read().pipe(collect()));
    for (let at = 0; at < data.length; at += 65536) flow.write(data.subarray(at, at + 65536));
    await firstValueFrom(flow.close());
    expect(Buffer.compare(await came, data)).toBe(0);
  });

  it.each([
    ['is terminated', (one: Worker) => void one.terminate(), {}],
    ['throws', (one: Worker) => one.postMessage('throw'), { message: 'worker: the worker failed', cause: { message: 'bug in the worker' } }],
  ])('settle all within a second when the worker %s', async (_, end, told) => {
    worker = startWorker(ECHO);
    worker.on('error', () => {});
    const flow = await firstValueFrom(workerFlow(worker).pipe(detach()));
    flow.write(utf8('x'));
    await firstValueFrom(flow.read());
    const reading = watch(flow.read());
    const pending = watch(flow.write(new Uint8Array(8 * MIB)));
    const begin = performance.now();
    end(worker);
    expect(await reading.ended).toMatchObject({ code: 'reset', ...told });
    await pending.ended;
    expect(pending.values).toMatchObject([{ ok: false, error: { code: 'reset' } }]);
    expect(await endOf(flow)).toBe('reset');
    expect(performance.now() - begin).toBeLessThan(1000);
  });

  it('abort their flows when they are unsubscribed from', async () => {
    worker = startWorker(ECHO);
    const one = watch(workerFlow(worker));
    const [flow] = one.values;
    flow!.write(utf8('x'));
    await firstValueFrom(flow!.read());
    one.subscription.unsubscribe();
    expect(await endOf(flow!)).toBe('aborted');
    const other = await firstValueFrom(workerFlow(worker).pipe(detach()));
    other.write(utf8('x'));
    await firstValueFrom(other.read());
    worker.postMessage('stop'); // there
    expect(await failureOf(other.closed)).toMatchObject({ code: 'reset', message: 'worker: the far side aborted' });
  });

  it('error with closed for a worker that has ended, and with unsupported where there is no parent', async () => {
    worker = startWorker('');
    await once(worker, 'exit');
    expect(await failureOf(workerFlow(worker))).toMatchObject({ code: 'closed', message: 'worker: the worker has ended' });
    expect(await failureOf(listenParent())).toMatchObject({ code: 'unsupported' });
  });

  it('are busy for who would listen beside another in the same thread, until that one has stopped', async () => {
    worker = startWorker(`${LISTEN}
      const said = (end) => ({ error: ({ code }) => parentPort.postMessage(end + ' ' + code) });
      const first = listenParent().subscribe(said('first'));
      listenParent().subscribe(said('second'));
      first.unsubscribe();
      const third = listenParent().subscribe(said('third'));
      setTimeout(() => { third.unsubscribe(); parentPort.postMessage('over'); });
    `);
    const heard: unknown[] = [];
    worker.on('message', (message) => heard.push(message));
    await once(worker, 'exit');
    expect(heard).toEqual(['second busy', 'over']);
  });

  it('take no message but one of a port for a connection', () => {
    const { port1, port2 } = new MessageChannel();
    expect(portOf(portMessage(port1))).toBe(port1);
    for (const other of [undefined, null, 'rxjs-flow/port', port2, {}, { 'rxjs-flow/port': 7 }, [port2]]) expect(portOf(other)).toBeUndefined();
    port1.close();
  });

  it('share messagePortFlow with the ports of this thread', async () => {
    const { port1, port2 } = new MessageChannel();
    const [near, far] = [messagePortFlow(port1), messagePortFlow(port2)];
    near.write(utf8('hello'));
    near.close();
    far.close();
    expect(await firstValueFrom(far.read().pipe(collectText()))).toBe('hello');
    expect(await endOf(near)).toBe('complete');
  });

  it.each([[undefined], [{}], [new MessageChannel().port1]])('throw a TypeError for %p', (other) => {
    expect(() => workerFlow(other as never)).toThrow(/^workerFlow: worker must be a Worker of node:worker_threads, not /);
  });

  it('throw a TypeError for options that are none', () => {
    const worker = Object.assign(new MessageChannel().port1, { threadId: 1 }) as never;
    expect(() => workerFlow(worker, null as never)).toThrow(new TypeError('workerFlow: options must be an object, not null'));
    expect(() => listenParent(null as never)).toThrow(new TypeError('listenParent: options must be an object, not null'));
  });
});
