/**
 * What came where something else was expected, for a `TypeError`: its kind and never its content.
 *
 * @example
 * describe('abc') // a string
 */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return `${typeof value} ${value}`;
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (Array.isArray(value)) return 'an array';
  const name = (value as { constructor?: { name?: string } }).constructor?.name;
  if (name === undefined || name === '' || name === 'Object') return 'an object';
  return `${/^[AEIOU]/.test(name) && !name.startsWith('Uint') ? 'an' : 'a'} ${name}`;
}
