/** The one error class of flows: a code to act on, a message to read, and what caused it. */

/** Every way in which a flow can fail. */
export type FlowErrorCode =
  | 'closed'
  | 'reset'
  | 'aborted'
  | 'busy'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'overflow'
  | 'truncated'
  | 'too-large'
  | 'protocol'
  | 'unsupported'
  | 'failed';

/** A registered symbol rather than `instanceof`: two copies of this package recognise each other's errors. */
const TAG = Symbol.for('rxjs-flow/FlowError');

/**
 * A flow's failure. The message says where, what and the limit, never the payload; the adapter's own system error, if
 * any, is the `cause`.
 *
 * @example
 * new FlowError('closed', "tcp 127.0.0.1:80: write after shutdown('write')")
 */
export class FlowError extends Error {
  /** What went wrong, for programs to act on; the message is for people. */
  readonly code: FlowErrorCode;
  /** Declared only: an error made without a cause, or of `undefined`, has no such property at all. */
  declare readonly cause?: unknown;

  constructor(code: FlowErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message);
    this.code = code;
    if (options.cause !== undefined) this.cause = options.cause;
  }

  static {
    Object.defineProperty(this.prototype, 'name', { value: 'FlowError', writable: true });
    Object.defineProperty(this.prototype, TAG, { value: true });
  }
}

/**
 * Whether `error` is a {@link FlowError}, of the given code if one is given; true for those of another copy of this
 * package too.
 *
 * @example
 * flow.read().pipe(catchError((e) => (isFlowError(e, 'reset') ? EMPTY : throwError(() => e))))
 */
export function isFlowError(error: unknown): error is FlowError;
/** In the other branch `error` may still be a {@link FlowError}, of another code. */
export function isFlowError<C extends FlowErrorCode>(error: unknown, code: C): error is FlowError & { readonly code: C };
export function isFlowError(error: unknown, code?: FlowErrorCode): boolean {
  return typeof error === 'object' && error !== null && TAG in error && (code === undefined || (error as { code?: unknown }).code === code);
}
