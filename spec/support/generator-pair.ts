// Two flows made of generator functions, joined by two small channels: what one's output takes, the other's input yields.

import { firstValueFrom } from 'rxjs';
import type { Flow } from '../../src/flow/flow.js';
import { fromGenerator, type InputGenerator, type OutputGenerator } from '../../src/memory/from-generator.js';

/** How the outputs take a buffer: waiting until the channel has room, or at once. */
export type Taking = 'waiting' | 'at once';

/**
 * A generator that was never started never comes to its `finally`, and so could not tell its channel that it is over:
 * the first byte of each direction starts the generators, and goes no further.
 */
export async function generatorPair(taking: Taking): Promise<[Flow, Flow]> {
  const [toA, toB] = [new Channel(), new Channel()];
  const outputInto = taking === 'waiting' ? waitingOutput : hastyOutput;
  const a = fromGenerator({ input: inputFrom(toA), output: outputInto(toB), name: 'generator a' });
  const b = fromGenerator({ input: inputFrom(toB), output: outputInto(toA), name: 'generator b' });
  for (const flow of [a, b]) {
    await firstValueFrom(flow.write(new Uint8Array(1)));
    await firstValueFrom(flow.read());
  }
  return [a, b];
}

function inputFrom(channel: Channel): InputGenerator {
  return async function* () {
    try {
      yield new Uint8Array(1); // the starting byte
      for (;;) {
        const buffer = await channel.take();
        if (buffer === undefined) return;
        yield buffer;
      }
    } finally {
      channel.leave();
    }
  };
}

function waitingOutput(channel: Channel): OutputGenerator {
  return async function* (): AsyncGenerator<unknown, unknown, Uint8Array> {
    try {
      yield; // the starting byte
      for (;;) {
        channel.put(yield);
        await channel.room();
      }
    } finally {
      channel.end();
    }
  };
}

function hastyOutput(channel: Channel): OutputGenerator {
  return function* (): Generator<unknown, unknown, Uint8Array> {
    try {
      yield; // the starting byte
      for (;;) channel.put(yield);
    } finally {
      channel.end();
    }
  };
}

/** Buffers on their way, for one taker. */
class Channel {
  readonly #queue: Uint8Array[] = [];
  #ended = false;
  #left = false;
  #news: (() => void)[] = [];

  put(buffer: Uint8Array): void {
    if (!this.#left) this.#queue.push(buffer);
    this.#tell();
  }

  end(): void {
    this.#ended = true;
    this.#tell();
  }

  /** The taker goes: what is put from now on is dropped. */
  leave(): void {
    this.#left = true;
    this.#queue.length = 0;
    this.#tell();
  }

  /** The next buffer, `undefined` at the end. */
  async take(): Promise<Uint8Array | undefined> {
    while (this.#queue.length === 0 && !this.#ended) await this.#change();
    const buffer = this.#queue.shift();
    this.#tell();
    return buffer;
  }

  /** Resolves when no more than one buffer waits. */
  async room(): Promise<void> {
    while (this.#queue.length > 1) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#news.push(resolve));
  }

  #tell(): void {
    for (const resolve of this.#news.splice(0)) resolve();
  }
}
