/**
 * What a codec is: how items become bytes and bytes items, and nothing about where they come from or go to. The same
 * codec serves an operator, a framed flow and a spec without any flow.
 */
import type { ByteQueue } from '../flow/byte-queue.js';

/**
 * A message format, without I/O. It keeps no state of its own: each stream gets a decoder.
 *
 * @example
 * // Frames of one byte that says how many bytes of text follow.
 * const shortText: Codec<string> = {
 *   name: 'short-text',
 *   encode(text) {
 *     const bytes = utf8(text);
 *     if (bytes.length > 255) throw new FlowError('too-large', `short-text: ${bytes.length} bytes (limit 255)`);
 *     return [Uint8Array.of(bytes.length), bytes];
 *   },
 *   decoder: () => ({
 *     decode(bytes) {
 *       if (bytes.length === 0 || bytes.length < 1 + bytes.byteAt(0)) return undefined;
 *       const size = bytes.byteAt(0);
 *       bytes.skip(1);
 *       return new TextDecoder().decode(bytes.take(size));
 *     },
 *   }),
 * };
 */
export interface Codec<T> {
  /** For messages, e.g. `length-prefixed`. */
  readonly name: string;

  /**
   * One item's bytes, in one buffer or several (which are written as one). The buffers may share memory with the item.
   * Throws for what is no item of this format; `framed` makes a failed write of that.
   */
  encode(item: T): readonly Uint8Array[];

  /** A decoder for one stream, at its start. */
  decoder(): Decoder<T>;
}

/** One stream's way from bytes to items. It is asked for one item at a time, so that what nobody takes stays bytes. */
export interface Decoder<T> {
  /**
   * Takes the next item off the front of `bytes`, the unread bytes of the stream in the order they came; `undefined`
   * (which is never an item) until more have come. Called again with the same bytes and some more behind them, so that
   * a search can go on where it stopped; `bytes.position` tells whether somebody else has taken bytes in between.
   *
   * A decoder takes bytes only together with their item: what it leaves is what `unframed()` gives back. It throws a
   * `FlowError` for what can be no item, `too-large` as soon as that is known and before the bytes have come.
   */
  decode(bytes: ByteQueue): T | undefined;

  /**
   * The stream has ended, and `decode` found no item more: takes a last one off the rest, if this format has frames
   * that the end of the stream ends. Called until it answers `undefined`, held or not; bytes that are left then are an
   * unfinished frame, and the stream fails with `truncated`.
   */
  finish?(bytes: ByteQueue): T | undefined;
}
