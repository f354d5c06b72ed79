import { isFlowError } from '../flow/flow-error.js';

/** Where a `FlowError` of this door keeps the code; registered, so that two copies of this package read each other's. */
export const HTTP2_CODE: unique symbol = Symbol.for('rxjs-flow/http2-code') as never;

/**
 * The code of the RST_STREAM or the GOAWAY that an error, or what caused it, tells of (RFC 9113 §7), e.g. 8 for CANCEL;
 * `undefined` where there was none.
 *
 * @example
 * client.request({ path }).pipe(retry({ delay: (error) => (http2CodeOf(error) === 7 ? timer(100) : throwError(() => error)) }));
 */
export function http2CodeOf(error: unknown): number | undefined {
  for (let one = error; isFlowError(one); one = one.cause) {
    const code = (one as { [HTTP2_CODE]?: number })[HTTP2_CODE];
    if (code !== undefined) return code;
  }
  return undefined;
}
