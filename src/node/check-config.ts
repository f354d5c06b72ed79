/**
 * Checks a creator's configuration object, so that a wrong one fails where it was written, and in the caller's words.
 */
import { LONGEST_TIMER_MS } from '../flow/check-duration.js';
import { describe } from '../flow/describe.js';
import { isUrl } from '../flow/is-url.js';
import { isOneSlip } from './one-slip.js';

/** What a value must be, and whether one is. */
export interface Requirement {
  readonly what: string;
  readonly accepts: (value: unknown) => boolean;
}

const integer = (what: string, least: number, most: number): Requirement => ({
  what,
  accepts: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
});

export const aPort = integer('an integer from 1 to 65535', 1, 65535);
export const aPortOrZero = integer('an integer from 0 to 65535', 0, 65535);
export const aCount = integer('a positive integer', 1, Number.MAX_SAFE_INTEGER);
export const aDuration = integer(`an integer from 1 to ${LONGEST_TIMER_MS} (ms)`, 1, LONGEST_TIMER_MS);
export const aBoolean: Requirement = { what: 'a boolean', accepts: (value) => typeof value === 'boolean' };
export const aText: Requirement = {
  what: 'a string that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
};
export const aUrl: Requirement = {
  what: 'a string or a URL',
  accepts: (value) => typeof value === 'string' || isUrl(value),
};
export const textOrTexts: Requirement = {
  what: 'a string, or an array of them',
  accepts: (value) => (Array.isArray(value) ? value : [value]).every((one) => typeof one === 'string'),
};
export const aPath: Requirement = {
  what: 'a string that starts with /, without ? or #',
  accepts: (value) => typeof value === 'string' && /^\/[^?#]*$/.test(value),
};
export const aFunction: Requirement = { what: 'a function', accepts: (value) => typeof value === 'function' };
export const anObject: Requirement = {
  what: 'an object',
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};
export const anObserver: Requirement = {
  what: 'an observer with a next method',
  accepts: (value) => typeof (value as { next?: unknown } | null)?.next === 'function',
};

export function optional(requirement: Requirement): Requirement {
  return { what: requirement.what, accepts: (value) => value === undefined || requirement.accepts(value) };
}

/**
 * Throws a `TypeError` that names the caller, the property and what came, unless all requirements are met; and for a property
 * that is none of them, but hardly meant otherwise: `verfiy` would let everybody in. Others may be there for others.
 *
 * @example
 * checkConfig('connectTcp', config, { port: aPort, host: optional(aText) });
 * // TypeError: connectTcp: port must be an integer from 1 to 65535, not a string
 */
export function checkConfig(caller: string, config: unknown, requirements: Readonly<Record<string, Requirement>>): void {
  if (typeof config !== 'object' || config === null) {
    throw new TypeError(`${caller}: the configuration must be an object, not ${describe(config)}`);
  }
  for (const [property, requirement] of Object.entries(requirements)) {
    check(caller, property, (config as Record<string, unknown>)[property], requirement);
  }
  for (const property of Object.keys(config)) {
    if (property in requirements || ALIKE.includes(property)) continue;
    const meant = Object.keys(requirements).find((one) => !(one in config) && isOneSlip(property, one));
    if (meant !== undefined) throw new TypeError(`${caller}: there is no ${property}: is ${meant} meant?`);
  }
}

/** One is a listener's address, the other are the names that its certificates are for. */
const ALIKE: readonly string[] = ['host', 'hosts'];

/** As {@link checkConfig}, for one argument. */
export function check(caller: string, argument: string, value: unknown, { what, accepts }: Requirement): void {
  if (accepts(value)) return;
  throw new TypeError(`${caller}: ${argument} must be ${what}, not ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value === '') return 'an empty string';
  return Array.isArray(value) && value.length === 0 ? 'an empty array' : describe(value);
}
