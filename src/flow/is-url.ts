/**
 * Whether `value` is a `URL`, of this realm or another's.
 */
export function isUrl(value: unknown): value is URL {
  return value instanceof URL || Object.prototype.toString.call(value) === '[object URL]';
}
