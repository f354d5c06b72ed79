/**
 * `concatMap` that flows feel: while as many projections run as may, the readers that fed it are held. It queues only
 * what comes all the same: the rest of the chunk that is being delivered, and the items of sources that are no flows.
 */
import { from, Observable, Subscriber, type ObservableInput, type ObservedValueOf, type OperatorFunction } from 'rxjs';
import { Ring } from '../engine/ring.js';
import { checkWhole } from '../flow/check-whole.js';
import { describe } from '../flow/describe.js';
import { Holds } from '../flow/holds.js';

/**
 * As `concatMap`, or `mergeMap` with a bound: emits what the projections emit, `concurrency` of them at a time, and
 * completes once the source and all of them have. While that many run, the flows upstream are not pulled: each flow
 * that was delivering when the limit was reached waits until a projection has completed and nothing is queued; several
 * take turns. This works through every synchronous operator (`map`, `filter`, `lines()`, `mergeMap((x) => [...])`,
 * `share`, `merge`); one that emits later (`delay`, `observeOn`, `bufferTime`) breaks the chain, and then the items
 * queue up here as they do in `mergeMap`.
 *
 * A projection that waits for data from the flow it holds waits for ever: answer on another flow, or take a `concurrency`
 * that is never reached. So does one that fills a pair in memory whose far reader is held because all of this
 * runs inside that reader's own `next`: there the pair takes a `latencyMs`, or the far side writes in a turn of its own.
 *
 * Errors as soon as the source or a projection does, or `project` throws. Unsubscribing ends the projections and lets
 * the flows go; items that are queued are dropped.
 *
 * @example
 * flow.read().pipe(lines(), map(parse), drainMap((row) => save(row))).subscribe()
 */
export function drainMap<T, O extends ObservableInput<unknown>>(
  project: (value: T, index: number) => O,
  concurrency = 1,
): OperatorFunction<T, ObservedValueOf<O>> {
  if (typeof project !== 'function') throw new TypeError(`drainMap: project must be a function, not ${describe(project)}`);
  if (concurrency !== Infinity) checkWhole('drainMap: concurrency', concurrency);
  return (source) =>
    new Observable((output) => source.subscribe(new Drain(output, project as Project<T, ObservedValueOf<O>>, concurrency)));
}

type Project<T, R> = (value: T, index: number) => ObservableInput<R>;

class Drain<T, R> extends Subscriber<T> {
  readonly #queue = new Ring<T>();
  readonly #holds = new Holds();
  #running = 0;
  #index = 0;
  /** The source has completed. */
  #ended = false;
  /** The queue is being worked off: a projection that completes at once must not begin the same again, deeper down. */
  #draining = false;

  constructor(
    private readonly output: Subscriber<R>,
    private readonly project: Project<T, R>,
    private readonly concurrency: number,
  ) {
    // A Subscriber, as RxJS's own operators are: the source sees at once that the output has closed.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    super(output);
    output.add(() => {
      this.#queue.clear();
      this.#holds.release();
    });
  }

  /** A projection has completed and is torn down. */
  onProjected(): void {
    this.#running -= 1;
    if (this.#draining) return;
    this.#draining = true;
    while (this.#queue.length > 0 && this.#running < this.concurrency) this.#start(this.#queue.shift());
    this.#draining = false;
    if (this.#running >= this.concurrency) return;
    if (this.#ended && this.#running === 0) this.output.complete();
    else this.#holds.releaseWhile(() => this.#running < this.concurrency);
  }

  /** @internal RxJS's hook for subclasses of Subscriber. */
  protected override _next(value: T): void {
    if (this.#running < this.concurrency && this.#queue.length === 0) this.#start(value);
    else this.#queue.push(value);
    if (this.#running >= this.concurrency && !this.output.closed) this.#holds.take();
  }

  /** @internal RxJS's hook for subclasses of Subscriber. */
  protected override _complete(): void {
    this.#ended = true;
    if (this.#running === 0 && this.#queue.length === 0) this.output.complete();
    this.unsubscribe();
  }

  #start(value: T): void {
    this.#running += 1;
    let projection: Observable<R>;
    try {
      projection = from(this.project(value, this.#index++));
    } catch (error) {
      this.output.error(error);
      return;
    }
    projection.subscribe(new Projection(this.output, this));
  }
}

/** Passes one projection's items on, and reports its end. */
class Projection<R> extends Subscriber<R> {
  constructor(
    output: Subscriber<R>,
    private readonly drain: { onProjected(): void },
  ) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as above
    super(output);
  }

  /** @internal RxJS's hook for subclasses of Subscriber. */
  protected override _complete(): void {
    this.unsubscribe();
    this.drain.onProjected();
  }
}
