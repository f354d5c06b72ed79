import { describe } from './describe.js';

/**
 * A string's bytes, UTF-8, in a buffer of their own. A lone surrogate becomes U+FFFD.
 *
 * @example
 * flow.write(utf8('hello\n'))
 */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  if (typeof text !== 'string') throw new TypeError(`utf8: text must be a string, not ${describe(text)}`);
  encoder ??= new TextEncoder();
  return encoder.encode(text);
}

/** Made at its first use: to load this takes no platform (jest's jsdom has no `TextEncoder`). */
let encoder: TextEncoder | undefined;
