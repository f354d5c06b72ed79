/** The called side: methods by their paths, over any flow. */
import { catchError, defer, EMPTY, from, mergeMap, of, type Observable } from 'rxjs';
import type { Flow } from 'rxjs-flow';
import { decodeWith } from 'rxjs-flow/codec';
import { http2Server, type Http2Reply, type Http2Request } from 'rxjs-flow/http2';
import { messageCodec } from './message-codec.js';
import { CallError, CONTENT_TYPE, INTERNAL, OK, trailersOf, UNIMPLEMENTED } from './status.js';

/** Answers a stream of questions by a stream of answers; its error is the call's. */
export type Method = (questions: Observable<never>) => Observable<unknown>;

/** Serves one connection to its end. */
export function serveMethods(connection: Flow, methods: ReadonlyMap<string, Method>): Observable<void> {
  return http2Server(connection, (request) => {
    const method = methods.get(request.path);
    if (method !== undefined) return of(answer(request, method));
    return of({ headers: { 'content-type': CONTENT_TYPE }, trailers: trailersOf(UNIMPLEMENTED, `there is no ${request.path}`) });
  });
}

function answer(request: Http2Request, method: Method): Http2Reply {
  let trailers = trailersOf(OK);
  const codec = messageCodec();
  const body = method(request.read().pipe(decodeWith(messageCodec<never>()))).pipe(
    mergeMap((item) => from(codec.encode(item))),
    catchError((error: unknown) => {
      const { status, message } = error instanceof CallError ? error : { status: INTERNAL, message: 'the method failed' };
      trailers = trailersOf(status, message);
      return EMPTY;
    }),
  );
  // Known only when the last answer has gone.
  return { headers: { 'content-type': CONTENT_TYPE }, body, trailers: defer(() => of(trailers)) };
}
