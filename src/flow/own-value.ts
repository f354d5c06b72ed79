/**
 * What stands in `table` under a key that came from outside; `undefined` for all that does not, also where every object
 * has such a property, and for what is no string.
 *
 * @example
 * ownValue({ EPIPE: 'reset' }, 'constructor') // undefined
 */
export function ownValue<T>(table: Readonly<Record<string, T>>, key: unknown): T | undefined {
  return typeof key === 'string' && Object.hasOwn(table, key) ? table[key] : undefined;
}
