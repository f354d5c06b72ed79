// A producer that makes 256 MiB for as long as it is let, and a consumer that stalls: how much is held between the two.

import { lastValueFrom, take } from 'rxjs';
import { copy } from '../../../src/combinators/copy.js';
import type { Flow } from '../../../src/flow/flow.js';
import { fromGenerator } from '../../../src/memory/from-generator.js';

const PLENTY = 2 ** 28;
const BLOCK = Uint8Array.from({ length: 65536 }, (_, at) => at % 251);
/** Turns in which nothing is taken, after which nothing will be. */
const STILL_TURNS = 50;

/** How long a turn is: one of this event loop's, or long enough for another thread or process to have some of its own. */
export type Turn = () => Promise<unknown>;
const ownTurn: Turn = () => new Promise(setImmediate);
export const turnOfOthers: Turn = () => new Promise((resolve) => setTimeout(resolve, 2));

/** Blocks of one and the same memory, so that they cost nothing to make. */
export class Producer {
  /** Bytes handed over until now. */
  sent = 0;
  #isTold = false;

  /** What comes now is all: the next block is not made. */
  stop(): void {
    this.#isTold = true;
  }

  *blocks(): Generator<Uint8Array<ArrayBuffer>> {
    for (; this.sent < PLENTY && !this.#isTold; this.sent += BLOCK.byteLength) yield BLOCK;
  }

  /** Waits until no more is taken from it. */
  async stalls(turn = ownTurn): Promise<void> {
    for (let still = 0, before = 0; still < STILL_TURNS; still = this.sent === before ? still + 1 : 0) {
      before = this.sent;
      await turn();
    }
  }
}

/** Takes a producer's bytes, and looks at them: those out of place are an error. */
export class Consumer {
  received = 0;

  readonly take = (buffer: Uint8Array): void => {
    const at = this.received % BLOCK.byteLength;
    const isInPlace = buffer[0] === BLOCK[at] && buffer.at(-1) === BLOCK[(at + buffer.byteLength - 1) % BLOCK.byteLength];
    if (!isInPlace) throw new Error(`what comes after ${this.received} bytes is out of place`);
    this.received += buffer.byteLength;
  };
}

/**
 * Writes to `near` of 256 MiB as much as that takes. `far` is read a few buffers, and then not until no more is taken; that
 * again and again. Then the producer stops, and the rest is read to its end. Answers how much was `held` at most while
 * `far` stalled, and how much was `lost`.
 */
export async function heldBetween(near: Flow, far: Flow, turn = ownTurn): Promise<{ readonly held: number; readonly lost: number }> {
  const producer = new Producer();
  const consumer = new Consumer();
  const copying = lastValueFrom(copy(fromGenerator({ input: () => producer.blocks() }), near));
  const failing = copying.then(
    () => void near.shutdown('write'),
    (error: unknown) => error,
  );
  let held = 0;
  for (const buffers of [1, 50, 1]) {
    await far.read().pipe(take(buffers)).forEach(consumer.take);
    await producer.stalls(turn);
    held = Math.max(held, producer.sent - consumer.received);
  }
  producer.stop();
  await far.read().forEach(consumer.take);
  const failure = await failing;
  if (failure !== undefined) throw failure;
  near.abort();
  far.abort();
  return { held, lost: producer.sent - consumer.received };
}
