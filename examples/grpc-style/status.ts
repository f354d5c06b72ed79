/** How a call ends, as gRPC tells it: in the trailers, behind all the messages. */
import type { Headers } from 'rxjs-flow/http2';

export const OK = 0;
export const UNIMPLEMENTED = 12;
export const INTERNAL = 13;
export const CONTENT_TYPE = 'application/grpc+json';

export class CallError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'CallError';
  }
}

export function trailersOf(status: number, message = ''): Record<string, string> {
  return { 'grpc-status': String(status), ...(message === '' ? {} : { 'grpc-message': encodeURIComponent(message) }) };
}

/** The error that trailers tell; `null` for a call that ended well. */
export function errorOf(trailers: Headers): CallError | null {
  const status = Number(trailers['grpc-status'] ?? INTERNAL);
  if (status === OK) return null;
  const message = trailers['grpc-message'];
  return new CallError(status, typeof message === 'string' ? decodeURIComponent(message) : 'no message');
}
