/**
 * Copies runs of small buffers together, so that a burst of small writes is one write to the system. Large buffers pass
 * as they are: `writev` takes them without a copy.
 *
 * @example
 * mergeSmall([header, large, trailer]) // [header, large, trailer]
 * mergeSmall([a, b, c, large])         // [abc, large]
 */
export function mergeSmall(buffers: readonly Uint8Array[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < buffers.length; ) {
    const end = endOfRun(buffers, at);
    if (end - at > 1) pieces.push(Buffer.concat(buffers.slice(at, end)));
    else pieces.push(buffers[at] as Uint8Array);
    at = Math.max(end, at + 1);
  }
  return pieces;
}

/** Below this, a copy costs less than an entry of its own in `writev`. */
const SMALL = 4096;
const MOST_MERGED = 65536;

/** Where the run of small buffers that starts at `start` ends. */
function endOfRun(buffers: readonly Uint8Array[], start: number): number {
  let end = start;
  for (let bytes = 0; end < buffers.length; end += 1) {
    const { byteLength } = buffers[end] as Uint8Array;
    bytes += byteLength;
    if (byteLength > SMALL || bytes > MOST_MERGED) break;
  }
  return end;
}
