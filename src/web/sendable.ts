import { isArrayBuffer } from '../protocol/chunk-bytes.js';

/** The bytes as sockets, channels and streams take them: memory that is shared, or may change its size, is copied. */
export function sendable(piece: Uint8Array): Uint8Array<ArrayBuffer> {
  const buffer = piece.buffer as ArrayBuffer & { readonly resizable?: boolean };
  return !buffer.resizable && isArrayBuffer(buffer) ? (piece as Uint8Array<ArrayBuffer>) : new Uint8Array(piece);
}
