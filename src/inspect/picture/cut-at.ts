/** Where a text may be cut so that it has at most `most` units, and no half of a surrogate pair. */
export function cutAt(text: string, most: number): number {
  const isInPair = text.length > most && /[\uD800-\uDBFF]/.test(text.charAt(most - 1));
  return isInPair ? most - 1 : Math.min(most, text.length);
}
