/**
 * What a WebSocket's end means to a flow. Source: RFC 6455 §7.4.1, and the IANA registry of close codes.
 */
import { FlowError, type FlowErrorCode } from '../flow/flow-error.js';

/** The close code that `abort()` sends where the connection cannot be cut: browsers allow 1000 and 3000 to 4999 only. */
export const ABORTED = 4000;
export const NORMAL = 1000;
const NO_STATUS = 1005;

const CODES: Readonly<Record<number, FlowErrorCode>> = {
  1002: 'protocol',
  1003: 'protocol',
  1007: 'protocol',
  1008: 'refused',
  1009: 'too-large',
  1010: 'unsupported',
  1011: 'failed',
  1015: 'failed',
};

/** `null` for an end in order; any code that says nothing better (1001, 1006, 4000, …) is a `reset`. */
export function closeFailure(name: string, code: number, cause: unknown): FlowError | null {
  if (code === NORMAL || code === NO_STATUS) return null;
  const options = cause === undefined ? {} : { cause };
  return new FlowError(CODES[code] ?? 'reset', `${name}: the WebSocket was closed with code ${code}`, options);
}

/** What went wrong by the error that the `ws` package tells with its events; browsers tell none. */
export function errorCode(error: unknown): FlowErrorCode | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code !== 'string') return undefined;
  if (code.startsWith('WS_ERR_')) return TOO_LARGE.test(code) ? 'too-large' : 'protocol';
  return SYSTEM[code];
}

const TOO_LARGE = /UNSUPPORTED_\w+_LENGTH|TOO_MANY/;

const SYSTEM: Readonly<Record<string, FlowErrorCode>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'timeout',
};
