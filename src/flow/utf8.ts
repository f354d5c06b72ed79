import { describe } from './describe.js';

/**
 * A string's bytes, UTF-8, in a buffer of their own. A lone surrogate becomes U+FFFD.
 *
 * @example
 * flow.write(utf8('hello\n'))
 */
export function utf8(text: string): Uint8Array {
  if (typeof text !== 'string') throw new TypeError(`utf8: text must be a string, not ${describe(text)}`);
  return ENCODER.encode(text);
}

const ENCODER = /* @__PURE__ */ new TextEncoder();
