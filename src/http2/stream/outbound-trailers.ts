/** The trailers of a message that is going out: asked for once its body has been sent. */
import type { Http2Stream } from 'node:http2';
import { defaultIfEmpty, isObservable, of, take, type Observable } from 'rxjs';
import { describe } from '../../flow/describe.js';
import { outgoingHeaders, type HeadersInput } from '../message/headers.js';
import type { StreamTransport } from './stream-transport.js';

/**
 * Trailers to send: fields, or an Observable whose first value they are, for those that are known only when the body
 * has ended; it is subscribed to then, and the message ends when it has emitted (or completed: without trailers).
 */
export type Http2Trailers = HeadersInput | Observable<HeadersInput>;

/** Throws a `TypeError` for what cannot be sent as trailers. */
export function checkTrailers(where: string, trailers: Http2Trailers | undefined): void {
  if (trailers === undefined || isObservable(trailers)) return;
  if (typeof trailers !== 'object' || trailers === null) {
    throw new TypeError(`${where} must be an object or an Observable of one, not ${describe(trailers)}`);
  }
  outgoingHeaders(where, trailers);
}

/** Sends them when `node:http2` asks for them, which is when the body has gone; until then the message has not ended. */
export function sendTrailers(stream: Http2Stream, transport: StreamTransport, trailers: Http2Trailers, onFailure: (error: unknown) => void): void {
  transport.awaitTrailers();
  stream.once('wantTrailers', () => {
    const source = isObservable(trailers) ? (trailers as Observable<HeadersInput>) : of(trailers);
    const sending = source.pipe(defaultIfEmpty<HeadersInput, HeadersInput>({}), take(1)).subscribe({
      next: (fields) => {
        try {
          transport.sendTrailers(outgoingHeaders('trailers', fields));
        } catch (error) {
          onFailure(error);
        }
      },
      error: onFailure,
    });
    stream.once('close', () => sending.unsubscribe());
  });
}
