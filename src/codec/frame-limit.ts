/** The limit that every codec has, and the errors that name it. */
import { checkOptions } from '../flow/check-options.js';
import { checkWhole } from '../flow/check-whole.js';
import { describe } from '../flow/describe.js';
import { FlowError } from '../flow/flow-error.js';
import { isBytes } from '../flow/is-bytes.js';

/** The option that every codec takes. */
export interface FrameLimit {
  /** The payload of one frame, in bytes, without prefix, delimiter and escapes (default 1 MiB). */
  readonly maxFrameBytes?: number;
}

/** The limit that the options say, checked. */
export function frameLimit(codec: string, options: FrameLimit): number {
  checkOptions(codec, options);
  const { maxFrameBytes = 2 ** 20 } = options;
  checkWhole(`${codec}: maxFrameBytes`, maxFrameBytes);
  return maxFrameBytes;
}

/** `atLeast`: the frame is not over, and more may follow. */
export function tooLarge(codec: string, bytes: number, maxFrameBytes: number, atLeast: 'exactly' | 'at least'): FlowError {
  const size = bytes === Infinity ? 'more bytes than can be counted' : `${bytes} bytes${atLeast === 'at least' ? ' or more' : ''}`;
  return new FlowError('too-large', `${codec}: frame of ${size} exceeds maxFrameBytes ${maxFrameBytes}`);
}

/** Throws for an item that is no `Uint8Array`, or too large a one. */
export function checkFrame(codec: string, item: Uint8Array, maxFrameBytes: number): void {
  if (!isBytes(item)) throw new TypeError(`${codec}: an item must be a Uint8Array, not ${describe(item)}`);
  if (item.length > maxFrameBytes) throw tooLarge(codec, item.length, maxFrameBytes, 'exactly');
}
