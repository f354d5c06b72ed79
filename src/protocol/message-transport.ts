/**
 * What transports over messages have in common: they hold the far side to the frame, and the platform to its word.
 *
 * A system's own end is the end. Behind an in-band `eof` more can come, which the engine would drop without a word: it is
 * a breach of the protocol. And a platform may throw what it cannot send, within `write()`, `abort()` or an event.
 */
import { FlowError, type FlowErrorCode } from '../flow/flow-error.js';
import type { FlowLink } from '../flow/transport.js';

export abstract class MessageTransport {
  abstract readonly name: string;
  /** Kept by `open`. Declared only, where every byte of a bundle counts. */
  declare protected link: FlowLink;
  #eofCame = false;

  /** As {@link FlowLink.push}; after the `eof`, `protocol`. */
  protected receive(buffer: Uint8Array): boolean {
    this.#checkFrame();
    return this.link.push(buffer);
  }

  /** The far side's `eof`; after another, `protocol`. */
  protected receiveEof(): void {
    this.#checkFrame();
    this.#eofCame = true;
    this.link.end();
  }

  /** Calls the platform. If that throws, the flow is `failed`, and the far side told before anything more is sent. */
  protected attempt(call: () => void): void {
    try {
      call();
    } catch (cause) {
      this.fail('failed', 'could not go on', cause);
    }
  }

  /** A flow that is over takes no notice. */
  protected fail(code: FlowErrorCode, what: string, cause?: unknown): void {
    this.link.fail(new FlowError(code, `${this.name}: ${what}`, { cause }));
  }

  #checkFrame(): void {
    if (this.#eofCame) this.fail('protocol', 'more came after the eof');
  }
}
