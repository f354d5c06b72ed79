/**
 * How many bytes are about to be written, looked at before they are: a transport may hand their memory over, and then
 * nothing is left to be counted. What is no buffer counts for nothing here; the flow is the one to refuse it.
 */
export function sizeOf(buffers: readonly Uint8Array[]): number {
  let size = 0;
  if (Array.isArray(buffers)) for (const buffer of buffers as readonly (Uint8Array | undefined)[]) size += buffer?.length ?? 0;
  return size;
}
