// Two ends of a data channel as the W3C interface has them: messages go over in later turns, what was sent counts as
// buffered until then, and closing sends first what is buffered. The real ones are in the browser's specs.

import type { DataChannelLike } from '../../../src/web/data-channel-flow.js';

export class FakeDataChannel implements DataChannelLike {
  readonly label = 'fake';
  readonly ordered: boolean = true;
  readonly maxRetransmits: number | null = null;
  readonly maxPacketLifeTime: number | null = null;
  readyState = 'open';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  binaryType = 'blob';
  far: FakeDataChannel | undefined;
  readonly sent: unknown[] = [];
  #onWire: (() => void)[] = [];
  readonly #listeners = new Map<string, Set<(event: unknown) => void>>();

  send(data: string | Uint8Array): void {
    if (this.readyState !== 'open') throw new DOMException('not open', 'InvalidStateError');
    const message = typeof data === 'string' ? data : new Uint8Array(data).buffer;
    this.sent.push(message);
    this.bufferedAmount += data.length;
    this.#later(() => {
      const before = this.bufferedAmount;
      this.bufferedAmount -= data.length;
      if (before > this.bufferedAmountLowThreshold && this.bufferedAmount <= this.bufferedAmountLowThreshold) this.tell('bufferedamountlow');
      if (this.far?.readyState === 'open') this.far.tell('message', { data: message });
    });
  }

  close(): void {
    if (this.readyState === 'closed' || this.readyState === 'closing') return;
    this.readyState = 'closing';
    this.#later(() => {
      this.end();
      this.far?.end();
    });
  }

  /** The channel is gone, in order or not. */
  end(): void {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    this.tell('close');
  }

  addEventListener(type: string, listener: (event: unknown) => void): void {
    this.#listeners.set(type, (this.#listeners.get(type) ?? new Set()).add(listener));
  }

  tell(type: string, event: unknown = {}): void {
    for (const listener of [...(this.#listeners.get(type) ?? [])]) listener(event);
  }

  #later(step: () => void): void {
    this.#onWire.push(step);
    setImmediate(() => this.#onWire.shift()!());
  }
}

export function channelPair(): [FakeDataChannel, FakeDataChannel] {
  const [near, far] = [new FakeDataChannel(), new FakeDataChannel()];
  near.far = far;
  far.far = near;
  return [near, far];
}
