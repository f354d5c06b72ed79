import { describe } from './describe.js';
import type { Flow } from './flow.js';

/**
 * Throws the `TypeError` of a public function that was given something else than a flow.
 *
 * @example
 * checkFlow('copy: src', src) // TypeError: copy: src must be a Flow, not a string
 */
export function checkFlow(argument: string, value: Flow): void {
  if (isFlow(value)) return;
  throw new TypeError(`${argument} must be a Flow, not ${describe(value)}`);
}

/** Whether it has all of a flow's operations: a Node stream has a `read()` as well. */
export function isFlow(value: unknown): value is Flow {
  if (typeof value !== 'object' || value === null) return false;
  return OPERATIONS.every((operation) => typeof (value as Partial<Flow>)[operation] === 'function');
}

const OPERATIONS = ['read', 'write', 'writev', 'shutdown', 'close', 'abort'] as const;
