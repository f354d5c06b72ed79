/** The argument checks of this room's creators: each throws a `TypeError` that names the argument and what came. */
import { checkOptions } from '../flow/check-options.js';
import { describe } from '../flow/describe.js';

/** A configuration object, with a `name` that is a string if there is one. */
export function checkNamed(creator: string, options: { readonly name?: string }): void {
  checkOptions(creator, options);
  if (options.name !== undefined && typeof options.name !== 'string') {
    throw new TypeError(`${creator}: name must be a string, not ${describe(options.name)}`);
  }
}

/** A function, or nothing. */
export function checkFunction(argument: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new TypeError(`${argument} must be a function, not ${describe(value)}`);
}
