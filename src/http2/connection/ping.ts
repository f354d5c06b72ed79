/** PING: the round trip of a connection, whatever its streams are doing. Source: RFC 9113 §6.7. */
import { Observable } from 'rxjs';
import { checkOptions } from '../../flow/check-options.js';
import { describe } from '../../flow/describe.js';
import { FlowError } from '../../flow/flow-error.js';
import { isBytes } from '../../flow/is-bytes.js';
import type { Http2Connection } from './http2-connection.js';

/** What a PING carries. */
export interface Http2PingOptions {
  /** The 8 bytes that go there and back (default: chosen by `node:http2`). */
  readonly payload?: Uint8Array;
}

export function ping(connection: Http2Connection, options: Http2PingOptions = {}): Observable<number> {
  checkOptions('ping', options);
  const { payload } = options;
  if (payload !== undefined && (!isBytes(payload) || payload.byteLength !== PAYLOAD_BYTES)) {
    const came = isBytes(payload) ? `${payload.byteLength} bytes` : describe(payload);
    throw new TypeError(`ping: payload must be a Uint8Array of ${PAYLOAD_BYTES} bytes, not ${came}`);
  }
  return new Observable((subscriber) => {
    const { refusal, name, session } = connection;
    if (refusal !== null) {
      subscriber.error(refusal);
      return;
    }
    session.ping(payload as NodeJS.ArrayBufferView, (error: Error | null, ms, echo) => {
      if (error !== null) {
        subscriber.error(connection.refusal ?? new FlowError('overflow', `${name}: too many PINGs wait for an answer`));
      } else if (payload !== undefined && !payload.every((byte, at) => byte === echo[at])) {
        subscriber.error(new FlowError('protocol', `${name}: a PING came back with another payload`));
      } else {
        subscriber.next(ms);
        subscriber.complete();
      }
    });
  });
}

const PAYLOAD_BYTES = 8;
