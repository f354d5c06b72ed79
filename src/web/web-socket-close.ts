/** What a WebSocket's end means to a flow. Source: RFC 6455 §7.4.1, and the IANA registry of close codes. */
import type { FlowErrorCode } from '../flow/flow-error.js';

/** The close code that `abort()` sends where the connection cannot be cut: browsers allow 1000 and 3000 to 4999 only. */
export const ABORTED = 4000;
export const NORMAL = 1000;

const CODES: Readonly<Record<number, FlowErrorCode | null>> = {
  1000: null,
  1002: 'protocol',
  1003: 'protocol',
  // No code was given.
  1005: null,
  1007: 'protocol',
  1008: 'refused',
  1009: 'too-large',
  1010: 'unsupported',
  1011: 'failed',
  1015: 'failed',
};

/** `null` for an end in order; any code that says nothing better (1001, 1006, 4000, …) is a `reset`. */
export function closeFailure(code: number): FlowErrorCode | null {
  const failure = CODES[code];
  return failure === undefined ? 'reset' : failure;
}

/** What went wrong by the error that the `ws` package tells with its events; browsers tell none. */
export function errorCode(error: unknown): FlowErrorCode | undefined {
  const code = String((error as { code?: unknown } | undefined)?.code);
  return WORDS.find(([words]) => words.test(code))?.[1];
}

const WORDS: readonly (readonly [RegExp, FlowErrorCode])[] = [
  [/UNSUPPORTED_.+_LENGTH|TOO_MANY/, 'too-large'],
  [/^WS_ERR/, 'protocol'],
  [/NOTFOUND|EAI_|UNREACH/, 'unreachable'],
  [/TIMEDOUT/, 'timeout'],
];
