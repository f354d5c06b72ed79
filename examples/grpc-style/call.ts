/** The caller's side: a stream of questions out, a stream of answers in, at the same time and each at its reader's pace. */
import { concat, dematerialize, EMPTY, materialize, mergeMap, Observable, throwError } from 'rxjs';
import { drainMap, flowPair } from 'rxjs-flow';
import { decodeWith, framed } from 'rxjs-flow/codec';
import type { Http2Client, Http2Response } from 'rxjs-flow/http2';
import { messageCodec } from './message-codec.js';
import { CONTENT_TYPE, errorOf } from './status.js';

/**
 * Cold: subscribing makes the call. Emits the answers, and completes or errors with a `CallError` as the server says;
 * with a `FlowError` if it could not say so. Unsubscribing cancels the call, at the server too.
 */
export function call<Question, Answer>(client: Http2Client, path: string, questions: Observable<Question>): Observable<Answer> {
  return new Observable((subscriber) => {
    // What is written here is the request's body there.
    const [ours, body] = flowPair();
    const out = framed(ours, messageCodec<Question>());
    const sending = questions.pipe(drainMap((question) => out.write(question))).subscribe({
      error: (error: unknown) => ours.abort(error),
      complete: () => void ours.shutdown('write'),
    });
    const answers = client
      .request({ method: 'POST', path, headers: { 'content-type': CONTENT_TYPE, te: 'trailers' }, body })
      // Over with the trailers, whatever the questions do.
      .pipe(mergeMap((response) => answersOf<Answer>(response).pipe(materialize())), dematerialize());
    subscriber.add(sending);
    subscriber.add(answers.subscribe(subscriber));
  });
}

function answersOf<Answer>(response: Http2Response): Observable<Answer> {
  const verdict = response.trailers.pipe(
    mergeMap((trailers) => {
      const error = errorOf(trailers);
      return error === null ? EMPTY : throwError(() => error);
    }),
  );
  return concat(response.read().pipe(decodeWith(messageCodec<Answer>())), verdict);
}
