// `expect(…).toEqual(…)` for properties that are tried thousands of times: Node's comparison first, jest's words if it fails.

import { isDeepStrictEqual } from 'node:util';

export function expectEqual(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}
