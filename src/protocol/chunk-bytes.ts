import { isBytes } from '../flow/is-bytes.js';

/** The bytes of a stream's chunk or a message, uncopied; `undefined` for what has none. A shared buffer is not taken alone. */
export function chunkBytes(chunk: unknown): Uint8Array | undefined {
  if (isBytes(chunk)) return chunk;
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return isArrayBuffer(chunk) ? new Uint8Array(chunk) : undefined;
}

/** Whether `value` is an `ArrayBuffer`, of this realm or another's. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return value instanceof ArrayBuffer || Object.prototype.toString.call(value) === '[object ArrayBuffer]';
}
