/** What is in an object that no field of it shows: a map's entries, a date's time. It compares nothing. */

/** What its class is called; `object` if it has none. */
export function nameOf(value: object): string {
  return (value as { readonly constructor?: { readonly name?: string } }).constructor?.name ?? 'object';
}

/** As something whose content can be seen; `undefined` of an object of no such kind. */
export function contentOf(value: object): unknown {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (isError(value)) return contentOfError(value);
  return CONTENT[kindOf(value)]?.(value as never);
}

/** Its own fields, those under symbols too. */
export function fieldsOf(value: object): readonly (readonly [string | symbol, unknown])[] {
  const keys = Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  return keys.map((key) => [key, (value as Record<string | symbol, unknown>)[key]]);
}

/** Whether it is an error of any realm; one of this realm may go by a name of its own. */
export function isError(value: object): value is Error {
  return value instanceof Error || ['Error', 'DOMException'].includes(kindOf(value));
}

/** Whether it is all in its fields: an object without a class, of this realm or another's. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether its members come in no order that counts. */
export function isUnordered(value: object): value is Map<unknown, unknown> | Set<unknown> {
  return ['Map', 'Set'].includes(kindOf(value));
}

/** The platform's name for it: that of another realm's map is the same. */
export function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

function contentOfError(error: Error): unknown {
  const { name, message, cause, errors } = error as Error & { readonly cause?: unknown; readonly errors?: unknown };
  return { name, message, cause, errors };
}

const itsMembers = (value: Iterable<unknown>) => [...value];
const itsBytes = (value: ArrayBufferLike) => new Uint8Array(value);
const itsPrimitive = (value: object) => value.valueOf();

const CONTENT: Readonly<Record<string, (value: never) => unknown>> = {
  Array: (value: readonly unknown[]) => value.length, // its elements are fields, its holes are not
  ArrayBuffer: itsBytes,
  SharedArrayBuffer: itsBytes,
  Map: itsMembers,
  Set: itsMembers,
  Headers: itsMembers,
  FormData: itsMembers,
  Date: (value: Date) => value.toJSON(),
  RegExp: String,
  URL: (value: URL) => value.href,
  URLSearchParams: String,
  Boolean: itsPrimitive,
  Number: itsPrimitive,
  String: itsPrimitive,
  Symbol: itsPrimitive,
  BigInt: itsPrimitive,
};
