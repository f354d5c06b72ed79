/**
 * Bytes as text, UTF-8: what is none becomes U+FFFD, and a byte order mark is text like any other.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  decoder ??= new TextDecoder('utf-8', { ignoreBOM: true });
  return decoder.decode(bytes);
}

/** Made at its first use: to load this takes no platform (jest's jsdom has no `TextDecoder`). */
let decoder: TextDecoder | undefined;
