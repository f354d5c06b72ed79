/**
 * A flow's write side as a Subject, in the manner of RxJS's `WebSocketSubject`. It queues nothing: buffers wait in the
 * flow, and while one waits the readers that feed the sink are held.
 */
import { Subject } from 'rxjs';
import { type Delivery, innermostDelivery } from '../engine/demand.js';
import type { Endpoint } from '../engine/endpoint.js';
import type { RoomWaiter } from '../engine/pipe.js';
import { FULL, OK } from '../engine/status.js';
import { checkFlow } from '../flow/check-flow.js';
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { Holds } from '../flow/holds.js';
import { isBytes } from '../flow/is-bytes.js';
import { endpointOf } from '../flow/piped-flow.js';
import { leadsTo } from '../flow/subscriber-chain.js';

/**
 * The write side of `flow` as a Subject: `next` writes the buffer, `complete` is `shutdown('write')`, `error` is
 * `abort(reason)`. While a write waits for room, the flows that are delivering to it are not pulled, so that
 * `a.read().subscribe(asSink(b))` is a pipe with backpressure.
 *
 * Subscribing to it taps the buffers as they are accepted. A tap completes when everything has been flushed and the
 * write side has shut down. It errors with the write's `FlowError` as soon as a write fails.
 *
 * After a failed write, `complete` or `error`, nothing more is taken. A flow whose read ends in the sink,
 * directly or through RxJS's operators, is paused for good: what it has not delivered is there for its next `read()`
 * once this one is unsubscribed; the buffer of the failed write is lost. A flow that may feed others too (behind
 * `share()`, a Subject, a handler that calls `next`) goes on for them, and sources that are no flows cannot be paused: what
 * comes of those is dropped. A failed write does not end the source's subscription: subscribe to the sink, or watch
 * `flow.closed`, to hear of it.
 *
 * Over a pair in memory, a reader that writes inside its own `next` is held by any sink that its bytes come back to within
 * that call: more than the pair's `capacity` then waits for ever. `copy` and `proxy` between flows that are not decorated
 * hold nobody, and a pair with a `latencyMs` has no such call.
 *
 * `next` throws a `TypeError` for anything but a `Uint8Array`, and RxJS reports that apart from the source, which
 * goes on: a later `complete` aborts with that error instead. `unsubscribe()` detaches the sink from both sides and leaves the flow
 * open.
 *
 * @example
 * const sink = asSink(b);
 * sink.subscribe({ error: (error) => a.abort(error) });
 * a.read().subscribe(sink);
 */
export function asSink(flow: Flow): Subject<Uint8Array> {
  checkFlow('asSink: flow', flow);
  return new FlowSink(flow);
}

class FlowSink extends Subject<Uint8Array> {
  readonly #flow: Flow;
  readonly #endpoint: Endpoint | undefined;
  readonly #holds = new Holds();
  #waiting = 0;
  /** Something came that could not be written: what is there without it must not look whole. */
  #fault: TypeError | null = null;
  #state: 'open' | 'ending' | 'over' = 'open';

  constructor(flow: Flow) {
    super();
    this.#flow = flow;
    this.#endpoint = endpointOf(flow);
  }

  override next(buffer: Uint8Array): void {
    if (this.closed) super.next(buffer); // throws, as every unsubscribed Subject does
    if (!isBytes(buffer)) throw (this.#fault = new TypeError(`${this.#flow.name}: a sink takes Uint8Arrays, not ${describe(buffer)}`));
    if (this.#state !== 'open') {
      this.#pause(innermostDelivery());
      return;
    }
    // The way of most buffers: straight into the engine, without a result.
    if (this.#endpoint !== undefined && buffer.length > 0) {
      const { outbound } = this.#endpoint;
      const status = outbound.push(buffer);
      if (status === OK && this.#waiting === 0) {
        if (this.observed) super.next(buffer);
        return;
      }
      if (status === OK || status === FULL) {
        outbound.awaitRoom(this.#wait(buffer));
        return;
      }
    }
    const waiter = this.#wait(buffer);
    this.#flow.write(buffer).subscribe((result) => (result.ok ? waiter.onRoom() : waiter.onRefused(result.error)));
  }

  override complete(): void {
    if (this.closed) super.complete();
    if (this.#state !== 'open') return;
    if (this.#fault !== null) {
      this.error(this.#fault);
      return;
    }
    this.#state = 'ending';
    this.#flow.shutdown('write').subscribe({
      error: (error: unknown) => this.fail(error),
      complete: () => {
        if (this.#state !== 'ending') return;
        this.#state = 'over';
        super.complete();
      },
    });
  }

  override error(reason: unknown): void {
    if (this.closed) super.error(reason);
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#flow.abort(reason);
    this.#holds.release();
    super.error(reason);
  }

  override unsubscribe(): void {
    this.#state = 'over';
    this.#holds.release();
    // eslint-disable-next-line rxjs-x/no-subject-unsubscribe -- what its caller asked for
    super.unsubscribe();
  }

  /** A buffer waits for room: its feeders wait with it. */
  #wait(buffer: Uint8Array): RoomWaiter {
    this.#waiting += 1;
    this.#holds.take();
    return new WaitingBuffer(this, buffer);
  }

  /** @internal A waiting buffer has found room. */
  accepted(buffer: Uint8Array): void {
    this.#waiting -= 1;
    if (this.#state === 'over') return;
    if (this.observed) super.next(buffer);
    this.#holds.releaseWhile(() => this.#waiting === 0);
  }

  /** @internal The sink takes no more: what feeds it alone stays held, all else goes on. */
  fail(error: unknown): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    for (const feeder of this.#holds.feeders) this.#pause(feeder);
    this.#holds.release();
    super.error(error);
  }

  /** For good, where it is this sink's: behind a Subject, as `share()` is one, there may be others who go on with it. */
  #pause(feeder: Delivery | null): void {
    if (leadsTo(feeder?.subscriber, this)) feeder!.hold();
  }
}

class WaitingBuffer implements RoomWaiter {
  mark = 0;

  constructor(
    private readonly sink: FlowSink,
    private readonly buffer: Uint8Array,
  ) {}

  onRoom(): void {
    this.sink.accepted(this.buffer);
  }

  onRefused(reason: unknown): void {
    this.sink.fail(reason);
  }
}
