import { isArrayBuffer } from '../protocol/chunk-bytes.js';

/** The bytes as sockets and channels take them: shared memory cannot be sent, so it is copied. */
export function sendable(piece: Uint8Array): Uint8Array<ArrayBuffer> {
  return isArrayBuffer(piece.buffer) ? (piece as Uint8Array<ArrayBuffer>) : new Uint8Array(piece);
}
