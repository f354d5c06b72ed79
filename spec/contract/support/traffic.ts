// Random traffic between two connected flows: what each side does, one thing after the other, and what came of it.

import fc from 'fast-check';
import { finalize, firstValueFrom, type Observable, Subject, take, takeUntil } from 'rxjs';
import { type Flow, isFlowError, type WriteResult } from 'rxjs-flow';
import { pattern } from '../../web/support/bytes.js';

/** One thing that a side does. A reading that is not over when the next is due goes on, and that is left out. */
export type Act =
  | { readonly do: 'write'; readonly sizes: readonly number[] }
  | { readonly do: 'read'; readonly buffers: number }
  | { readonly do: 'turns'; readonly count: number }
  | { readonly do: SimpleAct }
  /** Inside the delivery of the next buffer that it reads. */
  | { readonly do: 'on delivery'; readonly what: SimpleAct | 'write' };

type SimpleAct = 'stop reading' | "shutdown('write')" | "shutdown('read')" | 'close' | 'abort';

const SIMPLE = ['stop reading', "shutdown('write')", "shutdown('read')", 'close', 'abort'] as const;
const size = fc.oneof({ weight: 4, arbitrary: fc.nat(2000) }, { weight: 1, arbitrary: fc.nat(300_000) });
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), sizes: fc.array(size, { minLength: 1, maxLength: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const), buffers: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('stop reading' as const, "shutdown('write')" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("shutdown('read')" as const, 'close' as const, 'abort' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('on delivery' as const), what: fc.constantFrom('write' as const, ...SIMPLE) }) },
);
export const anyActs = fc.array(anyAct, { maxLength: 12 });

/** What came of one side. */
export interface Outcome {
  /** Of the bytes it wrote, how many were accepted before the first that failed. */
  accepted: number;
  /** Of the peer's bytes, how many it read; they are the peer's first ones. */
  read: number;
  /** Whether it gave reading up, by `shutdown('read')` or `abort`. */
  gaveUpReading: boolean;
  didAbort: boolean;
  /** How reading ended: `EOF`, or an error's code. */
  end: string;
  /** How the flow ended: `complete`, or an error's code. */
  closed: string;
}

const codeOf = (error: unknown): string => (isFlowError(error) ? error.code : `no FlowError: ${String(error)}`);

/** One of the two sides, as it goes through what it does. At the end it reads to the end, and closes. */
export class Side {
  readonly outcome: Outcome = { accepted: 0, read: 0, gaveUpReading: false, didAbort: false, end: '', closed: '' };
  readonly #flow: Flow;
  readonly #closed: Promise<string>;
  /** In the order of the calls. */
  readonly #results: Promise<{ readonly isOk: boolean; readonly total: number }>[] = [];
  #written = 0;
  readonly #stop = new Subject<void>();
  #isReading = false;
  #onDelivery: (() => void) | undefined;

  constructor(flow: Flow) {
    this.#flow = flow;
    this.#closed = endOf(flow.closed);
  }

  async act(acts: readonly Act[]): Promise<void> {
    for (const act of acts) await this.#do(act);
  }

  /** Settles when all there is has: the reads, each write's result, `closed`. */
  async finish(): Promise<Outcome> {
    this.#stop.next();
    const end = new Promise<string>((resolve) => {
      this.#flow.read().subscribe({ next: (buffer) => this.#take(buffer), error: (error) => resolve(codeOf(error)), complete: () => resolve('EOF') });
    });
    const ended = endOf(this.#flow.close());
    this.outcome.end = await end;
    this.outcome.accepted = acceptedOf(await Promise.all(this.#results));
    this.outcome.closed = await this.#closed;
    const closing = await ended;
    if (closing !== this.outcome.closed) throw new Error(`close() ended with ${closing}, and closed with ${this.outcome.closed}`);
    return this.outcome;
  }

  async #do(act: Act): Promise<void> {
    switch (act.do) {
      case 'write':
        this.#write(act.sizes);
        return;
      case 'read':
        if (this.#isReading) return;
        this.#isReading = true;
        this.#flow
          .read()
          .pipe(take(act.buffers), takeUntil(this.#stop), finalize(() => (this.#isReading = false)))
          .subscribe({ next: (buffer) => this.#take(buffer), error: () => {} });
        return;
      case 'turns':
        for (let at = 0; at < act.count; at += 1) await new Promise(setImmediate);
        return;
      case 'on delivery':
        this.#onDelivery = () => (act.what === 'write' ? this.#write([1000]) : this.#doNow(act.what));
        return;
      default:
        this.#doNow(act.do);
    }
  }

  #doNow(act: SimpleAct): void {
    const ignored = { error: () => {} };
    switch (act) {
      case 'stop reading':
        this.#stop.next();
        return;
      case "shutdown('write')":
        this.#flow.shutdown('write').subscribe(ignored);
        return;
      case "shutdown('read')":
        this.outcome.gaveUpReading = true;
        this.#flow.shutdown('read').subscribe(ignored);
        return;
      case 'close':
        this.#flow.close().subscribe(ignored);
        return;
      case 'abort':
        this.outcome.didAbort = true;
        this.outcome.gaveUpReading = true;
        this.#flow.abort(new Error('given up'));
    }
  }

  #write(sizes: readonly number[]): void {
    const buffers = sizes.map((one) => {
      const buffer = pattern(one, this.#written);
      this.#written += one;
      return buffer;
    });
    const total = sizes.reduce((sum, one) => sum + one, 0);
    const result = buffers.length === 1 ? this.#flow.write(buffers[0]!) : this.#flow.writev(buffers);
    this.#results.push(onlyOne(result).then(({ ok }) => ({ isOk: ok, total })));
  }

  #take(buffer: Uint8Array): void {
    if (buffer.length === 0) throw new Error('an empty buffer was read');
    if (Buffer.compare(buffer, pattern(buffer.length, this.outcome.read)) !== 0) throw new Error(`other bytes than were written, from ${this.outcome.read} on`);
    this.outcome.read += buffer.length;
    const act = this.#onDelivery;
    this.#onDelivery = undefined;
    act?.();
  }
}

/** The bytes that were accepted, by results in the order of their calls. */
function acceptedOf(results: readonly { readonly isOk: boolean; readonly total: number }[]): number {
  const sent = results.filter(({ total }) => total > 0);
  const failed = sent.findIndex(({ isOk }) => !isOk);
  if (failed >= 0 && sent.slice(failed).some(({ isOk }) => isOk)) throw new Error('a write succeeded after one that failed');
  return sent.filter(({ isOk }) => isOk).reduce((sum, { total }) => sum + total, 0);
}

/** A write's result, which is one value and then the end. */
async function onlyOne(result: Observable<WriteResult>): Promise<WriteResult> {
  const values: WriteResult[] = [];
  const end = await new Promise<unknown>((resolve) => {
    result.subscribe({ next: (value) => values.push(value), error: resolve, complete: () => resolve('complete') });
  });
  if (end !== 'complete' || values.length !== 1) throw new Error(`a write's result emitted ${values.length} values, and ended with ${String(end)}`);
  return firstValueFrom(result);
}

function endOf(source: Observable<void>): Promise<string> {
  return new Promise((resolve) => {
    source.subscribe({ error: (error) => resolve(codeOf(error)), complete: () => resolve('complete') });
  });
}
