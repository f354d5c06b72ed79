import { describe } from '../flow/describe.js';
import { FlowError } from '../flow/flow-error.js';

/** The error of a refill that says it filled or took a number of bytes that cannot be; `undefined` if it can. */
export function countError(where: string, count: number, most: number): FlowError | undefined {
  if (Number.isInteger(count) && count >= 0 && count <= most) return undefined;
  return new FlowError('protocol', `${where} answered ${describe(count)}, not a count of 0 to ${most} bytes`);
}
