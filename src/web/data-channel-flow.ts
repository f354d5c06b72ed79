/**
 * A flow over a WebRTC data channel, which must be ordered and reliable. Both ends must speak it. It is told when the
 * channel's buffer has drained, but cannot make the far side wait: the API has no way. Source: W3C WebRTC, RFC 8831.
 *
 * The frame. A binary message is data; its boundaries mean nothing. The text message `eof` says that its sender has
 * written its last byte (no data and no other `eof` may follow it), `reset` that it has aborted. Each end closes the
 * channel once it has sent and received `eof`.
 */
import { checkOptions } from '../flow/check-options.js';
import { checkWhole } from '../flow/check-whole.js';
import { describe } from '../flow/describe.js';
import type { Flow } from '../flow/flow.js';
import { makeFlow } from '../flow/make-flow.js';
import type { FlowLink, Transport } from '../flow/transport.js';
import { chunkBytes } from '../protocol/chunk-bytes.js';
import { MessageTransport } from '../protocol/message-transport.js';
import { PieceSender } from '../protocol/piece-sender.js';
import { sendable } from './sendable.js';

/** The part of an `RTCDataChannel` (W3C WebRTC) that a flow needs. */
export interface DataChannelLike {
  readonly label: string;
  readonly readyState: string;
  /** Taken as 0 where it is missing. */
  readonly bufferedAmount?: number;
  bufferedAmountLowThreshold: number;
  binaryType: string;
  readonly ordered: boolean;
  readonly maxRetransmits: number | null;
  readonly maxPacketLifeTime: number | null;
  send(data: string): void;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: string, listener: (event: unknown) => void): void;
}

/** How a flow uses its data channel. */
export interface DataChannelFlowOptions {
  /** For messages and pictures (default `data channel` and its label). */
  readonly name?: string;
  /** Bytes that may wait in the channel before a write's result stays pending (default 1048576); no bound where it does not count them. */
  readonly highWaterMark?: number;
  /** Bytes that may wait unread before the flow breaks with `overflow` (default 64 MiB). */
  readonly maxQueuedBytes?: number;
  /** Longer writes are sent as several messages (default 65536, which every implementation takes: RFC 8841 §6.1). */
  readonly maxMessageBytes?: number;
}

/**
 * Makes a flow of a data channel, open or still connecting. The flow is its only user: it sets `binaryType` and
 * `bufferedAmountLowThreshold`, and closes it.
 *
 * A write is accepted while no more than `highWaterMark` bytes wait in the channel. What is not read waits here, up to
 * `maxQueuedBytes`, then `overflow`. A channel that closes before its `eof` is `reset`; a text message outside the frame,
 * or data after `eof`, is `protocol`. A channel that does not take a message is `failed`, with what it threw as the cause:
 * an `OperationError` where its buffer is full, a `TypeError` where `maxMessageBytes` is too much for the far side.
 * A connection closed by this side's own `RTCPeerConnection.close()` is reported to nobody, and drops what is buffered: let
 * the flow end first, which has closed when the channel has. Throws a `TypeError` for what is no channel, one that may
 * lose or reorder messages, or options of the wrong types.
 *
 * @example
 * const flow = dataChannelFlow(connection.createDataChannel('files'));
 */
export function dataChannelFlow(channel: DataChannelLike, options: DataChannelFlowOptions = {}): Flow {
  checkChannel(channel);
  checkOptions('dataChannelFlow', options);
  for (const name of ['highWaterMark', 'maxQueuedBytes', 'maxMessageBytes'] as const) {
    const { [name]: bytes = 1 } = options;
    checkWhole(`dataChannelFlow: ${name}`, bytes);
  }
  return makeFlow(new DataChannelTransport(channel, options));
}

class DataChannelTransport extends MessageTransport implements Transport {
  readonly name: string;
  readonly maxQueuedBytes: number;
  readonly #sender: PieceSender;
  #freed: (() => void) | undefined;

  constructor(
    private readonly channel: DataChannelLike,
    options: DataChannelFlowOptions,
  ) {
    super();
    const { highWaterMark = 2 ** 20, maxMessageBytes = 65536 } = options;
    this.name = options.name ?? `data channel ${channel.label}`.trimEnd();
    this.maxQueuedBytes = options.maxQueuedBytes ?? 2 ** 26;
    this.#sender = new PieceSender(
      () => (channel.readyState === 'open' && (channel.bufferedAmount ?? 0) <= highWaterMark ? maxMessageBytes : 0),
      (piece) => this.attempt(() => channel.send(sendable(piece))),
    );
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = highWaterMark;
  }

  open(link: FlowLink): void {
    this.link = link;
    const { channel } = this;
    if (channel.readyState === 'closing' || channel.readyState === 'closed') {
      this.fail('closed', 'the channel was closed already');
      return;
    }
    // Never removed: the channel is this flow's alone, and a flow that is over takes no notice.
    const goOn = () => {
      if (this.#sender.resume()) link.ready();
    };
    channel.addEventListener('open', goOn);
    channel.addEventListener('bufferedamountlow', goOn);
    channel.addEventListener('message', (event) => this.#take((event as MessageEvent).data));
    channel.addEventListener('error', (event) => this.fail('reset', 'the channel failed', (event as ErrorEvent).error));
    channel.addEventListener('close', () => this.#hearClose());
  }

  write(buffer: Uint8Array): boolean {
    return this.#sender.write(buffer);
  }

  end(): void {
    const { readyState } = this.channel;
    if (readyState === 'connecting') this.channel.addEventListener('open', () => this.end());
    // One that is closing takes no eof: it closes without, and the flow fails by that.
    if (readyState !== 'open') return;
    this.#say('eof');
    this.link.finished();
  }

  abort(): void {
    this.#say('reset');
    this.#close();
  }

  /** What is buffered, the `eof` too, is sent before the channel closes: until then its connection must not be closed. */
  free(done: () => void): void {
    this.#freed = done;
    if (this.channel.readyState === 'closed') this.#hearClose();
    else this.#close();
  }

  #hearClose(): void {
    const unsent = this.channel.bufferedAmount ?? 0;
    if (unsent === 0) this.#freed?.();
    // A flow that is over takes no notice.
    this.fail('reset', unsent === 0 ? 'the channel was closed without eof' : `the channel was closed, ${unsent} bytes were not sent`);
  }

  #say(word: 'eof' | 'reset'): void {
    if (this.channel.readyState === 'open') this.attempt(() => this.channel.send(word));
  }

  #close(): void {
    this.attempt(() => this.channel.close());
  }

  #take(data: unknown): void {
    const buffer = chunkBytes(data);
    if (buffer !== undefined) this.receive(buffer);
    else if (data === 'eof') this.receiveEof();
    else if (data === 'reset') this.fail('reset', 'the far side aborted');
    else this.fail('protocol', `${describe(data)} came, which is no message of a flow`);
  }
}

function checkChannel(channel: DataChannelLike): void {
  const { send, addEventListener, ordered, maxRetransmits, maxPacketLifeTime } = (channel ?? {}) as Partial<DataChannelLike>;
  if (typeof send !== 'function' || typeof addEventListener !== 'function') {
    throw new TypeError(`dataChannelFlow: channel must be an RTCDataChannel, not ${describe(channel)}`);
  }
  if (ordered === false || (maxRetransmits ?? null) !== null || (maxPacketLifeTime ?? null) !== null) {
    throw new TypeError('dataChannelFlow: channel must be ordered and reliable, not one that may reorder or lose messages');
  }
}
