/** Whether two values say the same: bytes by content, errors by code and message, the rest by structure. */
import { isFlowError } from '../../flow/flow-error.js';
import { isBytes } from '../../flow/is-bytes.js';
import { firstDifference } from '../bytes.js';

export function sameValue(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (isBytes(one) && isBytes(other)) return firstDifference(one, other) < 0;
  if (one instanceof Error && other instanceof Error) return sameError(one, other);
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => key in other && sameValue((one as Fields)[key], (other as Fields)[key]));
}

/**
 * As {@link sameValue}, but what a `FlowError` was caused by says the same as that error, and an `expected` that is no
 * error names only the fields that count.
 */
export function matchesError(actual: unknown, expected: unknown): boolean {
  if (expected === undefined || sameValue(actual, expected)) return true;
  if (typeof actual !== 'object' || actual === null) return false;
  if (isFlowError(actual) && 'cause' in actual && sameValue(actual.cause, expected)) return true;
  if (typeof expected === 'string') return (actual as Fields)['code'] === expected;
  if (typeof expected !== 'object' || expected === null || expected instanceof Error) return false;
  return Object.entries(expected).every(([key, value]) => sameValue((actual as Fields)[key], value));
}

function sameError(one: Error, other: Error): boolean {
  return one.name === other.name && one.message === other.message && (one as Coded).code === (other as Coded).code;
}

type Fields = Record<string, unknown>;
type Coded = Error & { readonly code?: unknown };
