import { plainText } from '../inspect/plain-text.js';

/** A request's method for messages and answers: a client may send one as long as it likes. */
export function shownMethod(method: string): string {
  return plainText(method, LONGEST_METHOD);
}

/** Characters; those that are registered have 17 at most (UPDATEREDIRECTREF). */
const LONGEST_METHOD = 32;
