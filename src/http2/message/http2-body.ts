/** A message's body on its way out: from whatever a program gives as one into the stream's flow. */
import { isObservable, Subscription, type Observable } from 'rxjs';
import { isFlow } from '../../flow/check-flow.js';
import { describe } from '../../flow/describe.js';
import type { Flow } from '../../flow/flow.js';
import { Holds } from '../../flow/holds.js';
import { isBytes } from '../../flow/is-bytes.js';
import { utf8 } from '../../flow/utf8.js';

/**
 * What a message carries: a string (UTF-8), bytes, an Observable of buffers, or a flow, which is read to its end. A flow
 * waits while the peer's window is full; an Observable that is no flow's cannot be slowed, and what it emits queues up.
 * If the message fails, or is never sent, an Observable is unsubscribed from and a flow is aborted. Buffers travel by
 * reference.
 */
export type Http2Body = string | Uint8Array | Observable<Uint8Array> | Flow;

/** Throws a `TypeError` for anything that is no body. */
export function checkBody(where: string, body: unknown): void {
  if (isWhole(body as Http2Body | undefined) || isObservable(body) || isFlow(body)) return;
  throw new TypeError(`${where} must be a string, a Uint8Array, an Observable of Uint8Arrays or a Flow, not ${describe(body)}`);
}

/** Whether all of it is at hand; a body that is not is streamed. */
export function isWhole(body: Http2Body | undefined): body is string | Uint8Array | undefined {
  return body === undefined || typeof body === 'string' || isBytes(body);
}

/** A body that has no place to go, checked or not: a flow would otherwise wait to be read. */
export function discardBody(body: unknown): void {
  if (isFlow(body)) body.abort();
}

/**
 * Writes `body` into `target` and shuts its write side down; what is returned gives it up. A source that fails, or emits
 * something else than buffers, is reported to `onFailure`, and the write side stays open.
 */
export function sendBody(body: Http2Body, target: Flow, onFailure: (error: unknown) => void): Subscription {
  if (typeof body === 'string' || isBytes(body)) {
    const bytes = typeof body === 'string' ? utf8(body) : body;
    if (bytes.byteLength > 0) target.write(bytes);
    target.shutdown('write');
    return Subscription.EMPTY;
  }
  return new BodyPump(target, isFlow(body) ? body : null, onFailure).run(isFlow(body) ? body.read() : body);
}

class BodyPump extends Subscription {
  readonly #target: Flow;
  readonly #source: Flow | null;
  readonly #onFailure: (error: unknown) => void;
  readonly #holds = new Holds();
  #pending = 0;
  #isSent = false;

  constructor(target: Flow, source: Flow | null, onFailure: (error: unknown) => void) {
    super(() => this.#giveUp());
    this.#target = target;
    this.#source = source;
    this.#onFailure = onFailure;
  }

  run(buffers: Observable<Uint8Array>): this {
    this.add(
      buffers.subscribe({
        next: (buffer) => this.#onBuffer(buffer),
        error: (error: unknown) => {
          // Given up already, and this is the source's answer to that.
          if (!this.closed) this.#onFailure(error);
        },
        complete: () => {
          this.#isSent = true;
          this.#target.shutdown('write');
        },
      }),
    );
    return this;
  }

  #onBuffer(buffer: Uint8Array): void {
    if (!isBytes(buffer)) {
      this.#onFailure(new TypeError(`${this.#target.name}: a body emits Uint8Arrays, not ${describe(buffer)}`));
      return;
    }
    this.#pending += 1;
    this.#target.write(buffer).subscribe((result) => {
      this.#pending -= 1;
      if (!result.ok) this.unsubscribe();
      else this.#holds.releaseWhile(() => this.#pending === 0);
    });
    if (this.#pending > 0 && !this.closed) this.#holds.take();
  }

  #giveUp(): void {
    if (!this.#isSent) this.#source?.abort();
    this.#holds.release();
  }
}
