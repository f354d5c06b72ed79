import { map, type OperatorFunction } from 'rxjs';
import { decodeUtf8 } from '../flow/decode-utf8.js';
import { collect } from './collect.js';

/**
 * All text in one string, UTF-8, emitted once, when the source completes (`''` if nothing came). What is not UTF-8
 * becomes U+FFFD; a byte order mark is kept. `maxBytes` as for `collect`.
 *
 * @example
 * flow.read().pipe(collectText()).subscribe((page) => show(page))
 */
export function collectText(options: { readonly maxBytes?: number } = {}): OperatorFunction<Uint8Array, string> {
  const join = collect(options);
  return (source) => source.pipe(join, map(decodeUtf8));
}
