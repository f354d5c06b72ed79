import { describe } from '../flow/describe.js';
import type { Codec } from './codec.js';

/** Throws the `TypeError` of a public function that was given something else than a codec. */
export function checkCodec<T>(argument: string, value: Codec<T>): void {
  const { encode, decoder } = Object(value) as Partial<Codec<T>>;
  if (typeof encode === 'function' && typeof decoder === 'function') return;
  throw new TypeError(`${argument} must be a Codec, not ${describe(value)}`);
}
