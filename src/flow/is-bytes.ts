/**
 * Whether `value` is a `Uint8Array` (a `Buffer` is one), of this realm or another's.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || (ArrayBuffer.isView(value) && (value as Partial<Uint8Array>)[Symbol.toStringTag] === 'Uint8Array');
}
