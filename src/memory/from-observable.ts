import { isObservable, type Observable } from 'rxjs';
import { checkWhole } from '../flow/check-whole.js';
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { checkNamed } from './check-arguments.js';
import { functionFlow } from './function-flow.js';
import { ObservableInput } from './observable-input.js';
import { ObserverOutput, type OutputObserver } from './observer-output.js';

/** What a flow reads and where it writes, and how much of its input may wait. */
export interface FromObservableOptions {
  /** What is read, each buffer as it is, by reference; empty ones are ignored. Left out, the flow is at EOF. */
  readonly input?: Observable<Uint8Array>;
  /** Takes what is written: any Observer, so a Subject too. Left out, every write is `closed`. */
  readonly output?: OutputObserver;
  /** For messages and pictures (default `observable`). */
  readonly name?: string;
  /** Bytes of the input that may wait unread, before the flow breaks with `overflow` (default 67108864, 64 MiB). */
  readonly maxQueuedBytes?: number;
}

/**
 * A flow of an Observable and an Observer.
 *
 * **Input.** Subscribed by the first read, once. An Observable cannot be slowed: what it emits while nobody reads is queued
 * up to `maxQueuedBytes`, then the flow breaks with `overflow`, after the data before it. Its completion is EOF. Its error
 * fails the flow (`failed`, with the cause; a `FlowError` as it is), and so does anything but a `Uint8Array`. It is
 * unsubscribed by `shutdown('read')`, `close()` and `abort()`.
 *
 * **Output.** `next` gets each written buffer and is taken at its word: the write is `ok`. One that throws fails that write
 * and all later ones (`failed`, with the cause), and reading goes on. `complete` is called on `shutdown('write')`, `error`
 * with the flow's error if the flow breaks before that. Writes to a Subscriber that is unsubscribed are `closed`.
 *
 * @example
 * const sent = new Subject<Uint8Array>();
 * const flow = fromObservable({ input: interval(1000).pipe(map((i) => Uint8Array.of(i))), output: sent });
 */
export function fromObservable(options: FromObservableOptions = {}): Flow {
  checkNamed('fromObservable', options);
  const { input, output, name = 'observable', maxQueuedBytes = DEFAULT_QUEUED_BYTES } = options;
  checkWhole('fromObservable: maxQueuedBytes', maxQueuedBytes);
  if (input !== undefined && !isObservable(input)) {
    throw new TypeError(`fromObservable: input must be an Observable, not ${describe(input)}`);
  }
  if (output !== undefined && typeof (output as Partial<OutputObserver> | null)?.next !== 'function') {
    throw new TypeError(`fromObservable: output must be an Observer, not ${describe(output)}`);
  }
  return functionFlow({
    name,
    maxQueuedBytes,
    input: input && ((link) => new ObservableInput(link, `${name}: the input`, input)),
    output: output && ((link) => new ObserverOutput(link, `${name}: the output`, output)),
  });
}

const DEFAULT_QUEUED_BYTES = 64 * 1024 * 1024;
