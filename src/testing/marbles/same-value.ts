/**
 * Whether two values say the same: bytes, errors and what the platform knows by their content, the rest by structure.
 * What cannot be seen into is the same as nothing but itself, so that no difference goes unnoticed.
 */
import { isFlowError } from '../../flow/flow-error.js';
import { isBytes } from '../../flow/is-bytes.js';
import { firstDifference } from '../bytes.js';
import { contentOf, fieldsOf, isError, isPlain, isUnordered, kindOf, nameOf } from './content.js';

export function sameValue(one: unknown, other: unknown): boolean {
  return same(one, other, []);
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
  if (typeof expected !== 'object' || expected === null || !isPlain(expected)) return false;
  const fields = fieldsOf(expected);
  return fields.length > 0 && fields.every(([key, value]) => sameValue((actual as Fields)[key], value));
}

/** `around`: the pairs of objects that these two values are in. */
function same(one: unknown, other: unknown, around: readonly Pair[]): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (isBytes(one) && isBytes(other)) return firstDifference(one, other) < 0;
  // A cycle: whether these two differ is being found out further up.
  if (around.some((pair) => pair[0] === one && pair[1] === other)) return true;
  const inside: readonly Pair[] = [...around, [one, other]];
  return isSameKind(one, other) && sameContent(one, other, inside) && (ArrayBuffer.isView(one) || sameFields(one, other, inside));
}

/** An error says itself what it is. */
function isSameKind(one: object, other: object): boolean {
  if (isError(one) || isError(other)) return isError(one) && isError(other);
  if (isPlain(one) || isPlain(other)) return isPlain(one) && isPlain(other);
  return kindOf(one) === kindOf(other) && isSameClass(Object.getPrototypeOf(one) as object, Object.getPrototypeOf(other) as object);
}

/** By their prototypes, or by the names of all their line: one class may come from two realms, or from two copies of its package. */
function isSameClass(one: object | null, other: object | null): boolean {
  if (one === other) return true;
  if (one === null || other === null) return false;
  const name = ownNameOf(one);
  return name !== '' && name === ownNameOf(other) && isSameClass(Object.getPrototypeOf(one) as object, Object.getPrototypeOf(other) as object);
}

/** Of the class that the prototype is one of; empty if it has no name, or none of its own. */
function ownNameOf(prototype: object): string {
  return Object.hasOwn(prototype, 'constructor') ? nameOf(prototype) : '';
}

function sameContent(one: object, other: object, around: readonly Pair[]): boolean {
  if (isUnordered(one) && isUnordered(other)) return sameMembers([...one], [...other], around);
  const content = contentOf(one);
  if (content === undefined && fieldsOf(one).length === 0) return isPlain(one);
  return same(content, contentOf(other), around);
}

/** In any order. */
function sameMembers(ones: readonly unknown[], others: unknown[], around: readonly Pair[]): boolean {
  if (ones.length !== others.length) return false;
  return ones.every((one) => {
    const at = others.findIndex((other) => same(one, other, around));
    if (at >= 0) others.splice(at, 1);
    return at >= 0;
  });
}

function sameFields(one: object, other: object, around: readonly Pair[]): boolean {
  const fields = fieldsOf(one);
  const others = new Map(fieldsOf(other));
  return fields.length === others.size && fields.every(([key, value]) => others.has(key) && same(value, others.get(key), around));
}

type Pair = readonly [object, object];
type Fields = Record<string | symbol, unknown>;
