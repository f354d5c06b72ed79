/** `size` bytes that are not all alike; fewer of them are the beginning of more. */
export function bytes(size: number): Uint8Array {
  const made = new Uint8Array(size);
  for (let at = 0; at < size; at += 1) made[at] = at * 7 + (at >> 8);
  return made;
}
