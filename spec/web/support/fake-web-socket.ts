// A browser's WebSocket as far as a flow sees it: it cannot be paused or cut, and says how much it has not sent yet.

import type { WebSocketLike } from '../../../src/web/web-socket-like.js';

export class FakeWebSocket implements WebSocketLike {
  readonly url: string;
  binaryType = 'blob';
  readyState = 0;
  /** What was sent, in order; what is at the end of it still waits in the socket. */
  readonly sent: (string | Uint8Array)[] = [];
  closedWith: number | undefined;
  /** How often anybody looked at what waits. */
  looks = 0;
  #buffered = 0;
  readonly #listeners = new Map<string, Set<(event: unknown) => void>>();

  constructor(url = 'ws://fake/') {
    this.url = url;
  }

  get bufferedAmount(): number {
    this.looks += 1;
    return this.#buffered;
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.readyState === 0) throw new Error('InvalidStateError');
    this.sent.push(typeof data === 'string' ? data : new Uint8Array(data));
    this.#buffered += data.length;
  }

  close(code?: number): void {
    this.closedWith = code;
    this.readyState = Math.max(2, this.readyState);
  }

  addEventListener(type: string, listener: (event: unknown) => void): void {
    this.#listeners.set(type, (this.#listeners.get(type) ?? new Set()).add(listener));
  }

  // ── what the network does ──────────────────────────────────────────────────────────────────────────────────────

  open(): this {
    this.readyState = 1;
    this.#tell('open', {});
    return this;
  }

  message(data: unknown): void {
    this.#tell('message', { data });
  }

  drain(to = 0): void {
    this.#buffered = to;
  }

  /** As a browser: an error event without a word, then the close event. */
  fail(): void {
    this.#tell('error', {});
    this.closed(1006);
  }

  closed(code: number, reason = ''): void {
    this.readyState = 3;
    this.#tell('close', { code, reason });
  }

  #tell(type: string, event: unknown): void {
    for (const listener of [...(this.#listeners.get(type) ?? [])]) listener(event);
  }
}
