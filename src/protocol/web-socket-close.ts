/** What a WebSocket's end means to a flow. Source: RFC 6455 §7.4.1, and the IANA registry of close codes. */
import type { FlowErrorCode } from '../flow/flow-error.js';

/** The close code that `abort()` sends where the connection cannot be cut: browsers allow 1000 and 3000 to 4999 only. */
export const ABORTED = 4000;
export const NORMAL = 1000;

/** `in order` for an EOF (1005: no code was given); what says nothing better (1001, 1006, 4000, …) is a `reset`. */
export function closeMeaning(code: number): FlowErrorCode | 'in order' {
  if (code === NORMAL || code === 1005) return 'in order';
  if (code === 1002 || code === 1003 || code === 1007) return 'protocol';
  return code === 1008 ? 'refused' : code === 1009 ? 'too-large' : code === 1011 ? 'failed' : 'reset';
}

/** What went wrong by the error that the `ws` package tells with its events; browsers tell none. */
export function errorCode(error: unknown): FlowErrorCode | undefined {
  const code = String((error as { code?: unknown } | undefined)?.code);
  if (code.startsWith('WS_ERR')) return /UNSUPP|MANY/.test(code) ? 'too-large' : 'protocol';
  return /FOUND|EAI|UNREACH/.test(code) ? 'unreachable' : undefined;
}
