/**
 * A number of things for a picture.
 *
 * @example
 * formatCount(160000) // 160,000
 */
export function formatCount(count: number): string {
  return count.toLocaleString('en');
}
