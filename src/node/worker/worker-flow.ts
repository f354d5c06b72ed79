import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import { Subscription, timer, type Observable } from 'rxjs';
import { checkOptions } from '../../flow/check-options.js';
import { describe } from '../../flow/describe.js';
import { FlowError } from '../../flow/flow-error.js';
import { flowLifetime } from '../../flow/flow-lifetime.js';
import type { Flow } from '../../flow/flow.js';
import { messagePortFlow, type MessagePortFlowOptions } from '../../protocol/message-port-flow.js';
import type { MessagePortLike } from '../../protocol/message-port-like.js';
import { portMessage } from './worker-ports.js';

/**
 * Connects to a worker thread, which takes the flow by `listenParent`: a cold Observable. Each subscription is a
 * connection of its own, over a message port of its own; the worker's other messages go on as they were. The flow is
 * emitted at once; unsubscribing aborts it, unless it was taken with `detach()`. All else is as with `messagePortFlow`.
 *
 * A worker that ends first, whatever by, is `reset`, with the worker's error as the cause if it threw one. Errors with
 * `FlowError` `closed` for a worker that has ended already. Throws a `TypeError` for anything but a worker.
 *
 * @example
 * const worker = new Worker('./hash.js');
 * workerFlow(worker).pipe(switchMap((flow) => copy(file, flow))).subscribe();
 */
export function workerFlow(worker: Worker, options: MessagePortFlowOptions = {}): Observable<Flow> {
  checkWorker(worker);
  checkOptions('workerFlow', options);
  const { name = 'worker' } = options;
  return flowLifetime<Flow>(({ ready, fail }) => {
    if (worker.threadId === -1) {
      fail(new FlowError('closed', `${name}: the worker has ended`));
      return undefined;
    }
    const { port1, port2 } = new MessageChannel();
    worker.postMessage(portMessage(port2), [port2]);
    ready(messagePortFlow(lineTo(worker, port1), { ...options, name }));
    return undefined;
  });
}

/** The port, and the worker's own word on how it ended, which may come after the port's. */
function lineTo(worker: Worker, port: MessagePort): MessagePortLike {
  const late = new Subscription();
  const hear = (type: string, listener: (value: unknown) => void) => {
    if (type === 'close') port.on('close', () => late.add(timer(WORKERS_WORD_MS).subscribe(() => listener(undefined))));
    else if (isWorkers(type)) allowListeners(worker, 1).on(type, listener);
    else port.on(type, listener);
  };
  const ignore = (type: string, listener: (value: unknown) => void) => {
    late.unsubscribe();
    if (isWorkers(type)) allowListeners(worker, -1).off(type, listener);
    else port.off(type, listener);
  };
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer),
    on: hear,
    off: ignore,
    start: () => port.start(),
    close: () => port.close(),
  };
}

const WORKERS_WORD_MS = 50;

const isWorkers = (type: string) => type === 'error' || type === 'exit';

/** Each connection listens to the worker, and Node takes more than ten listeners for a leak. */
function allowListeners(worker: Worker, more: 1 | -1): Worker {
  const most = worker.getMaxListeners();
  return most === 0 ? worker : worker.setMaxListeners(most + more); // 0 is no limit
}

function checkWorker(worker: Worker): void {
  const { postMessage, on, threadId } = (worker ?? {}) as Partial<Worker>;
  if (typeof postMessage === 'function' && typeof on === 'function' && typeof threadId === 'number') return;
  throw new TypeError(`workerFlow: worker must be a Worker of node:worker_threads, not ${describe(worker)}`);
}
