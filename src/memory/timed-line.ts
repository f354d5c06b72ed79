/**
 * One direction of a pair with a line in it: it takes what the near end writes, in chunks, and hands it to the far end
 * when it has arrived. It holds nothing but the buffer in hand: what is on its way is `Travel`'s, and what waits before
 * and after the line is in the two ends' pipes.
 *
 *     near.outbound ──▶ in hand ── room? ──▶ on its way ── due ──▶ far.inbound
 *
 * There is room while the bytes on their way and those unread at the far end are within that end's capacity.
 */
import type { Endpoint } from '../engine/endpoint.js';
import type { Reader, RoomWaiter } from '../engine/pipe.js';
import { OVERFLOW } from '../engine/status.js';
import { FlowError, isFlowError } from '../flow/flow-error.js';
import { Travel, type TravelTimes } from './travel.js';

export interface LineOptions extends TravelTimes {
  /** Bytes of the largest chunk; `Infinity`: written buffers travel as they are. */
  readonly maxChunk: number;
}

const EOF = Symbol('EOF');
const NOTHING = new Uint8Array(0);

export class TimedLine implements Reader, RoomWaiter {
  mark = 0;

  /** Chunks, the end, or the error that the far end is to break with. */
  readonly #travel: Travel<Uint8Array | typeof EOF | FlowError>;
  readonly #maxChunk: number;
  #bytesOnTheWay = 0;
  /** What is left of the buffer that `onData` came with. */
  #rest: Uint8Array = NOTHING;
  /** `onData` has answered `false`: the near end waits until all is sent and there is room again. */
  #inHand = false;
  #sending = false;
  #awaitsRoom = false;
  #isCut = false;

  constructor(
    private readonly near: Endpoint,
    private readonly far: Endpoint,
    private readonly name: string,
    { maxChunk, ...times }: LineOptions,
  ) {
    this.#maxChunk = maxChunk;
    this.#travel = new Travel(times, (load) => this.#arrive(load));
  }

  /** One end is gone: nothing arrives any more. */
  cut(): void {
    this.#isCut = true;
    this.#rest = NOTHING;
    this.#travel.clear();
  }

  /** The near end has aborted: what has departed arrives, what has not is dropped, and then the far end breaks. */
  reset(error: FlowError): void {
    this.#isCut = true;
    this.#rest = NOTHING;
    this.#travel.recall();
    this.#travel.send(error, 0);
  }

  // ── the near end's outbound pipe ───────────────────────────────────────────────────────────────────────────────

  onData(buffer: Uint8Array): boolean {
    if (this.#isCut) return true;
    this.#rest = buffer;
    this.#inHand = !this.#sendRest();
    return !this.#inHand;
  }

  onEnd(): void {
    this.near.writeEnded();
    if (!this.#isCut) this.#travel.send(EOF, 0);
  }

  onFailure(): void {
    // The near end was aborted and has reset the line, or the far end was and the line told it.
  }

  onBusy(): void {
    // Nobody else can claim the outbound pipe.
  }

  isEnding(): boolean {
    return false;
  }

  // ── room, and the far end's inbound pipe ───────────────────────────────────────────────────────────────────────

  onRoom(): void {
    this.#awaitsRoom = false;
    this.#goOn();
  }

  onRefused(): void {
    // The far end broke; the line is cut.
  }

  #goOn(): void {
    if (!this.#inHand || this.#sending || !this.#sendRest()) return;
    this.#inHand = false;
    this.near.outbound.resume(this);
  }

  /** Sends what is in hand while there is room. `true` once all is sent and there is room for more. */
  #sendRest(): boolean {
    this.#sending = true;
    while (this.#rest.length > 0 && this.#hasRoom()) this.#sendChunk();
    this.#sending = false;
    if (this.#isCut || (this.#rest.length === 0 && this.#hasRoom())) return true;
    if (!this.#awaitsRoom) {
      this.#awaitsRoom = true;
      const { inbound } = this.far;
      inbound.awaitRoom(this, inbound.pushed + this.#bytesOnTheWay);
    }
    return false;
  }

  #hasRoom(): boolean {
    const { inbound } = this.far;
    return this.#bytesOnTheWay + inbound.bytes <= inbound.capacity;
  }

  #sendChunk(): void {
    const rest = this.#rest;
    const isLast = rest.length <= this.#maxChunk;
    const chunk = isLast ? rest : rest.subarray(0, this.#maxChunk);
    this.#rest = isLast ? NOTHING : rest.subarray(this.#maxChunk);
    this.#bytesOnTheWay += chunk.length;
    this.#travel.send(chunk, chunk.length);
  }

  #arrive(load: Uint8Array | typeof EOF | FlowError): void {
    const { inbound } = this.far;
    if (load === EOF) inbound.end();
    else if (isFlowError(load)) this.far.fail(load);
    else {
      this.#bytesOnTheWay -= load.length;
      // As a list of one: that counts as pushed even where it goes straight to a reader, as `awaitRoom` needs it.
      if (inbound.pushAll([load]) === OVERFLOW) this.#overflow();
      this.#goOn();
    }
  }

  #overflow(): void {
    const { bytes, limit } = this.far.inbound;
    this.near.abort(new FlowError('overflow', `${this.name}: ${bytes} bytes wait unread at the peer (limit ${limit})`));
  }
}
