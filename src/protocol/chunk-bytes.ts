import { describe } from '../flow/describe.js';
import { isBytes } from '../flow/is-bytes.js';

/**
 * The bytes of a stream's chunk or a message, uncopied; `undefined` for what has none, as memory that was transferred
 * meanwhile. A shared buffer is not taken alone.
 */
export function chunkBytes(chunk: unknown): Uint8Array | undefined {
  if (isBytes(chunk) && chunk.byteLength > 0) return chunk;
  try {
    // Detached memory throws here; a view of it would pass for one of no bytes.
    if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    return isArrayBuffer(chunk) ? new Uint8Array(chunk) : undefined;
  } catch {
    return undefined;
  }
}

/** What came where bytes were expected, for a message. */
export function describeChunk(chunk: unknown): string {
  return ArrayBuffer.isView(chunk) || isArrayBuffer(chunk) ? 'memory that has been transferred' : describe(chunk);
}

/** Whether `value` is an `ArrayBuffer`, of this realm or another's. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return value instanceof ArrayBuffer || Object.prototype.toString.call(value) === '[object ArrayBuffer]';
}
