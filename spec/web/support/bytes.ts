// Bytes for the web specs.

/** `size` bytes that are not all alike, from `start` of an endless pattern. */
export function pattern(size: number, start = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 1) bytes[at] = (start + at) * 31 + ((start + at) >>> 8);
  return bytes;
}

export function concat(buffers: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(buffers));
}
