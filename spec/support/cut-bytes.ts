import * as fc from 'fast-check';

/** `bytes` cut at the given places, in order: every byte once, empty pieces included where two places are one. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [...places].map((place) => place % (bytes.byteLength + 1)).sort((a, b) => a - b);
  return [0, ...cuts].map((start, i) => bytes.slice(start, cuts[i] ?? bytes.byteLength));
}

/** Bytes one by one, each in a buffer of its own. */
export function byteByByte(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

export function joined(buffers: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(buffers.flatMap((buffer) => [...buffer]));
}

/** Where to cut: few places, many, or none. */
export const anyCuts: fc.Arbitrary<number[]> = fc.array(fc.nat(), { maxLength: 40 });
