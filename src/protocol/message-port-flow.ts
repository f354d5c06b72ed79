/**
 * A flow over a message port: another thread, frame, window or worker. Both ends must speak it.
 *
 * The frame. Each message is one of these, and in order:
 *
 *     ArrayBuffer, at least 1 byte    data; as many bytes as credit was given for, never more
 *     a positive integer              credit: so many more bytes may be sent
 *     'eof'                           this side has sent its last byte (needs no credit); no data or 'eof' may follow
 *     'reset'                         this side has aborted
 *     'agent ' and a name             first, where there are Web Locks: who this side is, see `agent-life.ts`; at most
 *                                     100 characters
 *
 * Both sides start without credit, and give each other `windowBytes` of it first; bytes that were read are given again
 * once they come to half the window. So at most a window waits in the port, however slow the reader is.
 */
import { delay, Subscription } from 'rxjs';
import { checkOptions } from '../flow/check-options.js';
import { checkWhole } from '../flow/check-whole.js';
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { makeFlow } from '../flow/make-flow.js';
import type { FlowLink, Transport } from '../flow/transport.js';
import { agentEnd, agentName } from './agent-life.js';
import { isArrayBuffer } from './chunk-bytes.js';
import { isClosed, listenTo, type MessagePortLike } from './message-port-like.js';
import { MessageTransport } from './message-transport.js';
import { PieceSender } from './piece-sender.js';

/** How a flow uses its message port. */
export interface MessagePortFlowOptions {
  /** For messages and pictures (default `port`). */
  readonly name?: string;
  /** Bytes that the far side may send before this side has read any (default 262144); the two sides' need not agree. */
  readonly windowBytes?: number;
  /**
   * Hand written memory over instead of copying it (default false): a buffer that is all of its `ArrayBuffer` is
   * detached by the write. Parts of a larger one, and what cannot be transferred, are copied all the same.
   */
  readonly transfer?: boolean;
}

/**
 * Makes a flow of a `MessagePort`, a `Worker` or a worker's `self`, of the web or of `node:worker_threads`. It must be
 * the port's only user. When the flow is over, a `MessagePort` is closed and anything else is left as it was.
 *
 * A write is accepted when it has been posted within the far side's window. `abort()` resets the far side. It fails with
 *
 * - `reset` when a worker or tab ends first: by the platform's word (Node), or because its Web Lock is free (browsers,
 *   where both are of one origin and see the same storage; across origins it is not seen: use `withIdleTimeout`). A
 *   browser's worker lives through an error that it does not catch, so that one counts only before it has said anything.
 * - `reset` when the port is closed under it, and `closed` when it was closed before: on Node. Browsers tell of neither.
 * - `protocol` for a message that is not of the frame, goes beyond the window or brings data after `eof`.
 * - `failed` where the port does not take a message, with what it threw as the cause.
 *
 * @example
 * const { port1, port2 } = new MessageChannel();
 * worker.postMessage(port2, [port2]); // there: messagePortFlow(event.data)
 * const flow = messagePortFlow(port1);
 */
export function messagePortFlow(port: MessagePortLike, options: MessagePortFlowOptions = {}): Flow {
  checkPort(port);
  checkOptions('messagePortFlow', options);
  const { windowBytes = 262144 } = options;
  checkWhole('messagePortFlow: windowBytes', windowBytes);
  return makeFlow(new PortTransport(port, windowBytes, options));
}

class PortTransport extends MessageTransport implements Transport {
  readonly name: string;
  readonly #transfer: boolean;
  /** All that this flow listens to. */
  readonly #heard = new Subscription();
  /** The far side's, once it has said so. */
  #agent: string | undefined;
  #hasSpoken = false;

  #begun = false;
  /** Bytes this side may still send. */
  #credit = 0;
  readonly #sender = new PieceSender(
    () => (this.#begun ? this.#credit : 0),
    (piece) => this.attempt(() => this.#send(piece)),
  );
  /** Bytes the far side may still send. */
  #granted: number;
  /** Bytes that came, and for which no new credit was given yet. */
  #owed = 0;

  constructor(
    private readonly port: MessagePortLike,
    private readonly windowBytes: number,
    options: MessagePortFlowOptions,
  ) {
    super();
    this.name = options.name ?? 'port';
    this.#transfer = options.transfer ?? false;
    this.#granted = windowBytes;
  }

  open(link: FlowLink): void {
    this.link = link;
    const hear = (type: string, value: unknown) => {
      if (type === 'message') this.#take(value);
      // A script that failed before it said anything may never do so.
      else if (type !== 'uncaught' || !this.#hasSpoken) this.#lost(type, value);
    };
    this.#heard.add(listenTo(this.port, hear));
    if (isClosed(this.port)) this.fail('closed', 'the port was closed already');
    this.#heard.add(agentName().subscribe({ next: (name) => this.#say(AGENT + name), complete: () => this.#begin() }));
  }

  /** Only now, so that whoever has got anything from this side knows how to see its end. */
  #begin(): void {
    this.#begun = true;
    this.#say(this.windowBytes);
    this.#goOn();
  }

  pull(): void {
    this.#repay();
  }

  write(buffer: Uint8Array): boolean {
    return this.#sender.write(buffer);
  }

  end(): void {
    this.#say('eof');
    this.link.finished();
  }

  abort(): void {
    this.#say('reset');
    this.#leave();
  }

  free(done: () => void): void {
    this.#leave();
    done();
  }

  // ── what comes ─────────────────────────────────────────────────────────────────────────────────────────────────

  #take(message: unknown): void {
    this.#hasSpoken = true;
    if (isArrayBuffer(message)) this.#takeData(message);
    else if (typeof message === 'number') this.#takeCredit(message);
    else if (message === 'eof') this.receiveEof();
    else if (message === 'reset') this.fail('reset', 'the far side aborted');
    else if (this.#agent === undefined && isAgent(message)) this.#watch(message.slice(AGENT.length));
    else this.fail('protocol', `${describe(message)} came, which is no message of a flow`);
  }

  #takeData(data: ArrayBuffer): void {
    const size = data.byteLength;
    if (size === 0 || size > this.#granted) {
      this.fail('protocol', `${size} bytes came where 1 to ${this.#granted} were allowed`);
      return;
    }
    this.#granted -= size;
    this.#owed += size;
    if (this.receive(new Uint8Array(data))) this.#repay();
  }

  /** Gives credit for what was read; below half the window the far side has enough to go on with. */
  #repay(): void {
    if (this.#owed * 2 < this.windowBytes) return;
    this.#say(this.#owed);
    this.#granted += this.#owed;
    this.#owed = 0;
  }

  #takeCredit(bytes: number): void {
    if (!Number.isSafeInteger(bytes) || bytes < 1) {
      this.fail('protocol', `${describe(bytes)} came, which is no credit`);
      return;
    }
    this.#credit += bytes;
    this.#goOn();
  }

  #goOn(): void {
    if (this.#sender.resume()) this.link.ready();
  }

  /** An agent that has ended may have said its last words, `eof` among them, on another way than its lock comes free on. */
  #watch(agent: string): void {
    this.#agent = agent;
    const ended = agentEnd(agent).pipe(delay(LAST_WORDS_MS));
    this.#heard.add(ended.subscribe(() => this.fail('reset', 'the worker or tab ended')));
  }

  #lost(type: string, cause: unknown): void {
    const code = type === 'messageerror' ? 'protocol' : 'reset';
    this.fail(code, LOSSES[type] ?? 'the port ended', typeof cause === 'number' ? undefined : cause);
  }

  // ── what goes ──────────────────────────────────────────────────────────────────────────────────────────────────

  #send(piece: Uint8Array): void {
    this.#credit -= piece.byteLength;
    if (this.#transfer && piece.byteLength === piece.buffer.byteLength && isArrayBuffer(piece.buffer)) {
      try {
        this.#post(piece.buffer, [piece.buffer]);
        return;
      } catch {
        // Memory that may not move (WebAssembly's, Node's pool): copied, as without the option.
      }
    }
    // Posting a view would clone all of the memory behind it: a copy of the bytes alone is made, and that one moves.
    const copy = new Uint8Array(piece);
    this.#post(copy.buffer, [copy.buffer]);
  }

  /** A word, or a number: neither waits for credit. */
  #say(message: string | number): void {
    this.attempt(() => this.#post(message));
  }

  #post(message: unknown, transfer: ArrayBuffer[] = []): void {
    this.port.postMessage(message, transfer);
  }

  #leave(): void {
    this.#heard.unsubscribe();
    if (this.port.start !== undefined) this.attempt(() => this.port.close?.());
  }
}

const AGENT = 'agent ';
/** The word and the two UUIDs of a name, with room for other names; nothing longer is looked at. */
const LONGEST_AGENT = 100;
const LAST_WORDS_MS = 100;

function isAgent(message: unknown): message is string {
  return typeof message === 'string' && message.length <= LONGEST_AGENT && message.startsWith(AGENT);
}

const LOSSES: Readonly<Record<string, string>> = {
  messageerror: 'a message came that could not be read',
  close: 'the port was closed',
  error: 'the worker failed',
  uncaught: 'the worker failed',
  exit: 'the worker ended',
};

function checkPort(port: MessagePortLike): void {
  const { postMessage, addEventListener, on } = (port ?? {}) as Partial<MessagePortLike>;
  if (typeof postMessage === 'function' && typeof (addEventListener ?? on) === 'function') return;
  throw new TypeError(`messagePortFlow: port must be a MessagePort or a Worker, not ${describe(port)}`);
}
