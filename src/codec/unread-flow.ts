/**
 * A flow whose first bytes have been read already, by somebody who did not need them: it gives those first, and is the
 * flow itself in all else.
 */
import type { Observable } from 'rxjs';
import { DelegatingFlow } from '../flow/delegating-flow.js';
import type { Flow, ShutdownMode } from '../flow/flow.js';
import type { Decoder } from './codec.js';
import { Inbox } from './inbox.js';
import { InboxRead } from './inbox-read.js';

/** What a flow is read by: of an unread flow its own inbox, so that however often a flow changes hands, nothing is added. */
export function inboxOf(flow: Flow): Inbox {
  return flow instanceof UnreadFlow ? flow.inbox : new Inbox(flow);
}

/**
 * An inbox's flow with its bytes in front, those included that come to be there later. Who its ends are, where the flow
 * says so, is said by this one too.
 */
export function unreadFlow<F extends Flow>(inbox: Inbox): UnreadOf<F> {
  const unread = new UnreadFlow(inbox);
  const flow = inbox.flow as Flow & { readonly local?: unknown; readonly remote?: unknown };
  for (const end of ['local', 'remote'] as const) if (end in flow) Object.assign(unread, { [end]: flow[end] });
  return unread as unknown as UnreadOf<F>;
}

/** A flow that has all that `F` has as a flow, and says who its ends are if that does. */
export type UnreadOf<F extends Flow> = Flow & Pick<F, keyof F & ('local' | 'remote')>;

class UnreadFlow extends DelegatingFlow {
  readonly #read: Observable<Uint8Array>;

  constructor(readonly inbox: Inbox) {
    super(inbox.flow);
    this.#read = new InboxRead(inbox, inbox.flow.name, PIECES);
  }

  override read(): Observable<Uint8Array> {
    return this.#read;
  }

  override shutdown(mode: ShutdownMode): Observable<void> {
    if (mode === 'read' || mode === 'read_write') this.inbox.bytes.clear();
    return super.shutdown(mode);
  }

  override abort(reason?: unknown): void {
    this.inbox.bytes.clear();
    super.abort(reason);
  }
}

/** Bytes as they came. */
const PIECES: Decoder<Uint8Array> = {
  decode: (bytes) => (bytes.length > 0 ? bytes.takePiece() : undefined),
};
