/**
 * A flow whose first bytes have been read already, by somebody who did not need them: it gives those first, and is the
 * flow itself in all else.
 */
import type { Observable } from 'rxjs';
import { DETACH, detachFlow, isDetached, type Detachable } from '../flow/detached.js';
import type { Flow, ShutdownMode, WriteResult } from '../flow/flow.js';
import type { Decoder } from './codec.js';
import type { Inbox } from './inbox.js';
import { InboxRead } from './inbox-read.js';

/** The flow with its inbox's bytes in front: the flow itself where there are none. */
export function unreadFlow(flow: Flow, inbox: Inbox): Flow {
  return inbox.bytes.length === 0 ? flow : new UnreadFlow(flow, inbox);
}

class UnreadFlow implements Flow, Detachable {
  readonly name: string;
  readonly #flow: Flow;
  readonly #inbox: Inbox;
  readonly #read: Observable<Uint8Array>;

  constructor(flow: Flow, inbox: Inbox) {
    this.name = flow.name;
    this.#flow = flow;
    this.#inbox = inbox;
    this.#read = new InboxRead(inbox, flow.name, PIECES);
  }

  get closed(): Observable<void> {
    return this.#flow.closed;
  }

  read(): Observable<Uint8Array> {
    return this.#read;
  }

  write(buffer: Uint8Array): Observable<WriteResult> {
    return this.#flow.write(buffer);
  }

  writev(buffers: readonly Uint8Array[]): Observable<WriteResult> {
    return this.#flow.writev(buffers);
  }

  shutdown(mode: ShutdownMode): Observable<void> {
    if (mode === 'read' || mode === 'read_write') this.#inbox.bytes.clear();
    return this.#flow.shutdown(mode);
  }

  close(): Observable<void> {
    return this.#flow.close();
  }

  abort(reason?: unknown): void {
    this.#inbox.bytes.clear();
    this.#flow.abort(reason);
  }

  get isDetached(): boolean {
    return isDetached(this.#flow);
  }

  [DETACH](): void {
    detachFlow(this.#flow);
  }
}

/** Bytes as they came. */
const PIECES: Decoder<Uint8Array> = {
  decode: (bytes) => (bytes.length > 0 ? bytes.takePiece() : undefined),
};
