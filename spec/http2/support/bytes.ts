/** `size` bytes that are not all alike; fewer of them are the beginning of more. */
export function bytes(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => (at * 7 + (at >> 8)) & 255);
}
