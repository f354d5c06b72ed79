/**
 * What came where something else was expected, for a `TypeError`: its kind and never its content.
 *
 * @example
 * describe('abc') // a string
 */
export function describe(value: unknown): string {
  const type = typeof value;
  if (value === null || value === undefined) return String(value);
  if (/^[bn]/.test(type)) return `${type} ${value as number}`; // bigint, boolean, number
  const name = type === 'object' ? nameOf(value) : type;
  return `${/^[aeio]/i.test(name) ? 'an' : 'a'} ${name}`;
}

function nameOf(value: object): string {
  if (Array.isArray(value)) return 'array';
  const name = (value as { constructor?: { name?: string } }).constructor?.name;
  return !name || name === 'Object' ? 'object' : name;
}
