/**
 * What Node's system errors mean in a flow's terms: a `FlowError` with one of its codes and the system error as cause.
 */
import { FlowError, isFlowError, type FlowErrorCode } from '../flow/flow-error.js';
import { formatError } from '../flow/format-error.js';
import { ownValue } from '../flow/own-value.js';

type Meaning = readonly [FlowErrorCode, string];

const UNRESOLVED: Meaning = ['unreachable', 'the host name does not resolve'];
const DENIED: Meaning = ['refused', 'permission denied'];

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ECONNRESET: ['reset', 'the peer reset the connection'],
  EPIPE: ['reset', 'the peer takes no more data'],
  ECONNABORTED: ['reset', 'the connection was aborted'],
  ECONNREFUSED: ['refused', 'connection refused'],
  'connect EAGAIN': ['refused', 'too many connections wait to be accepted there'], // a Unix socket's; elsewhere it means something else
  ENOENT: ['refused', 'no such file'],
  EADDRINUSE: ['refused', 'address in use'],
  EACCES: DENIED,
  EPERM: DENIED,
  EHOSTUNREACH: ['unreachable', 'no route to the host'],
  EHOSTDOWN: ['unreachable', 'the host is down'],
  ENETUNREACH: ['unreachable', 'no route to the network'],
  ENETDOWN: ['unreachable', 'the network is down'],
  EADDRNOTAVAIL: ['unreachable', 'address not available'],
  ETIMEDOUT: ['timeout', 'the connection timed out'],
  ERR_STREAM_PREMATURE_CLOSE: ['truncated', 'closed before its end'],
  ERR_STREAM_WRITE_AFTER_END: ['closed', 'write after the end'],
  ERR_STREAM_DESTROYED: ['closed', 'the stream was destroyed'],
};

/**
 * The `FlowError` for what a Node stream, socket or server reported about the flow `name`; a `FlowError` is returned as
 * it is, and what has no meaning here becomes `failed` with its text.
 *
 * @example
 * systemFlowError('tcp 127.0.0.1:1', error) // refused: tcp 127.0.0.1:1: connection refused
 */
export function systemFlowError(name: string, error: unknown): FlowError {
  if (isFlowError(error)) return error;
  const cause = spoken(error);
  const { code, syscall, message } = Object(cause) as Partial<NodeJS.ErrnoException>;
  const known = ownValue(MEANINGS, code) ?? ownValue(MEANINGS, `${syscall} ${code}`);
  const meaning = known ?? (syscall === 'getaddrinfo' ? UNRESOLVED : undefined);
  const [flowCode, text] = meaning ?? ['failed', message ?? String(error)];
  return new FlowError(flowCode, `${name}: ${text}`, { cause });
}

/** Of a host with several addresses Node says no more than that each has failed: here it says how. */
function spoken(error: unknown): unknown {
  const { code, message, errors } = Object(error) as { code?: unknown; message?: unknown; errors?: unknown };
  if (message !== '' || !Array.isArray(errors)) return error;
  return Object.assign(new AggregateError(errors, errors.map(formatError).join(', ')), { code });
}
