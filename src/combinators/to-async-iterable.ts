/**
 * The bridge to `for await`: one item a turn, and between the turns the reader is held. The one file of this room that
 * is made of promises, since that is its job.
 */
import { isObservable, type Observable, type Subscription } from 'rxjs';
import { Ring } from '../engine/ring.js';
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { Holds } from '../flow/holds.js';

/**
 * For `for await`: each turn pulls one buffer of the flow, or of the flows behind an Observable, and between the turns
 * nothing is pulled. Subscribes at the first turn; ends where the source completes; an error rejects the turn that
 * meets it, after the items before it. Leaving the loop (`break`, `return`, `throw`) unsubscribes: a flow's next buffer
 * is then there for its next `read()`. Items that came with the last one of an Observable's chunk are dropped with the
 * subscription, and a source that is no flow is not slowed: what it emits between the turns is queued.
 *
 * @example
 * for await (const line of toAsyncIterable(flow.read().pipe(lines()))) await save(line);
 */
export function toAsyncIterable(flow: Flow): AsyncIterable<Uint8Array>;
export function toAsyncIterable<T>(source: Observable<T>): AsyncIterable<T>;
export function toAsyncIterable(source: Flow | Observable<unknown>): AsyncIterable<unknown> {
  const items = observableOf(source);
  return { [Symbol.asyncIterator]: () => new Turns(items) };
}

function observableOf(source: Flow | Observable<unknown>): Observable<unknown> {
  if (isObservable(source)) return source;
  const { read } = Object(source) as Partial<Flow>;
  if (typeof read === 'function') return source.read();
  throw new TypeError(`toAsyncIterable: source must be a Flow or an Observable, not ${describe(source)}`);
}

interface Turn<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(reason: unknown): void;
}

const DONE = { done: true, value: undefined } as const;

class Turns<T> implements AsyncIterator<T, undefined> {
  readonly #source: Observable<T>;
  readonly #holds = new Holds();
  /** Items nobody has asked for yet, or turns that no item has come for: one of the two is empty. */
  readonly #items = new Ring<T>();
  readonly #turns = new Ring<Turn<T>>();
  #subscription: Subscription | null = null;
  #end: { readonly failure?: unknown } | null = null;

  constructor(source: Observable<T>) {
    this.#source = source;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      const turn = { resolve, reject };
      if (this.#items.length > 0) resolve({ done: false, value: this.#items.shift() });
      else if (this.#end !== null) this.#settle(turn, this.#end);
      else this.#wait(turn);
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#items.clear();
    this.#end = {};
    this.#finish(this.#end);
    return Promise.resolve(DONE);
  }

  #wait(turn: Turn<T>): void {
    this.#turns.push(turn);
    if (this.#subscription !== null) {
      this.#holds.releaseWhile(() => this.#turns.length > 0);
      return;
    }
    this.#subscription = this.#source.subscribe({
      next: (item) => this.#take(item),
      error: (failure: unknown) => this.#finish({ failure }),
      complete: () => this.#finish({}),
    });
  }

  #take(item: T): void {
    if (this.#turns.length > 0) this.#turns.shift().resolve({ done: false, value: item });
    else this.#items.push(item);
    if (this.#turns.length === 0) this.#holds.take();
  }

  #finish(end: { readonly failure?: unknown }): void {
    this.#end ??= end;
    this.#subscription?.unsubscribe();
    this.#holds.release();
    while (this.#turns.length > 0) this.#settle(this.#turns.shift(), this.#end);
  }

  /** The first turn to meet a failure is rejected; to the later ones it is over. */
  #settle(turn: Turn<T>, end: { readonly failure?: unknown }): void {
    this.#end = {};
    if ('failure' in end) turn.reject(end.failure);
    else turn.resolve(DONE);
  }
}
