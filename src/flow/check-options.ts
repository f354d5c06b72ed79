import { describe } from './describe.js';

/**
 * Throws the `TypeError` of a public function that was given something else than an object of options: what stands where
 * they should, a list or an Observable say, would pass for an object without any.
 *
 * @example
 * checkOptions('copy', null) // TypeError: copy: options must be an object, not null
 */
export function checkOptions(where: string, options: object): void {
  if (typeof options === 'object' && (options as object | null) !== null && !(Symbol.iterator in options || 'subscribe' in options)) return;
  throw new TypeError(`${where}: options must be an object, not ${describe(options)}`);
}
