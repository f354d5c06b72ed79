import { parentPort } from 'node:worker_threads';
import type { Observable } from 'rxjs';
import { checkOptions } from '../../flow/check-options.js';
import { FlowError } from '../../flow/flow-error.js';
import type { Flow } from '../../flow/flow.js';
import { listenerLifetime } from '../../flow/listener-lifetime.js';
import { messagePortFlow, type MessagePortFlowOptions } from '../../protocol/message-port-flow.js';
import { portOf } from './worker-ports.js';

/**
 * In a worker thread: a flow for each `workerFlow` that the parent thread connects. Cold, and lifetime is subscription;
 * unsubscribing stops listening and aborts the flows still open, those taken with `detach()` apart. It keeps the worker
 * running while it listens. Messages that are no connections are left to whoever listens to `parentPort` as well.
 *
 * Errors with `FlowError` `unsupported` in a thread that has no parent, `busy` while another listens in this one: each
 * connection would be taken twice.
 *
 * @example
 * listenParent()
 *   .pipe(mergeMap((flow) => copy(flow, flow).pipe(mergeMap(() => flow.close()), catchError(() => EMPTY)))) // one that breaks ends alone
 *   .subscribe();
 */
export function listenParent(options: MessagePortFlowOptions = {}): Observable<Flow> {
  checkOptions('listenParent', options);
  const { name = 'parent' } = options;
  return listenerLifetime<Flow>(({ accept, fail }) => {
    const port = parentPort;
    if (port === null) {
      fail(new FlowError('unsupported', 'listenParent: this is no worker thread'));
      return () => undefined;
    }
    if (isHeard) {
      fail(new FlowError('busy', 'listenParent: this thread is listening already'));
      return () => undefined;
    }
    isHeard = true;
    const hear = (message: unknown) => {
      const line = portOf(message);
      if (line !== undefined) accept(messagePortFlow(line, { ...options, name }));
    };
    port.on('message', hear);
    return () => {
      isHeard = false;
      port.off('message', hear);
    };
  });
}

/** A thread has one parent. */
let isHeard = false;
