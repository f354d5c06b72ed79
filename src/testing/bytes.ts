/** Text to bytes and back for the tools of this room, and bytes joined. It decides nothing about streams. */

/** A string's UTF-8 bytes; bytes as they are. */
export function toBytes(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? new TextEncoder().encode(data) : data;
}

/** Bytes as UTF-8 text, with U+FFFD for what is none. */
export function toText(buffer: Uint8Array): string {
  return new TextDecoder().decode(buffer);
}

/** One new buffer with the bytes of all, in order. */
export function joinBytes(buffers: readonly Uint8Array[]): Uint8Array {
  const size = buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  const joined = new Uint8Array(size);
  let at = 0;
  for (const buffer of buffers) {
    joined.set(buffer, at);
    at += buffer.byteLength;
  }
  return joined;
}

/** The first offset at which the two differ, `-1` if they are equal; a missing byte is a difference. */
export function firstDifference(actual: Uint8Array, expected: Uint8Array): number {
  const longest = Math.max(actual.byteLength, expected.byteLength);
  for (let at = 0; at < longest; at += 1) if (actual[at] !== expected[at]) return at;
  return -1;
}
