/**
 * The client: gets its requests through, whatever the line does. It asks one after the other, asks again on a new
 * connection when no answer comes, and waits longer each time.
 */
import { concat, defer, filter, map, mergeMap, type Observable, retry, take, tap, throwError, timeout, timer } from 'rxjs';
import { FlowError, type Flow } from 'rxjs-flow';
import { framed } from 'rxjs-flow/codec';
import { answerCodec, requestCodec } from './protocol.js';

export interface CountingClientOptions {
  readonly account: string;
  readonly amounts: readonly number[];
  /** Subscribing connects, and unsubscribing aborts, as with every creator of flows. */
  connect(): Observable<Flow>;
}

/** Emits the balance of each answer; completes when all amounts have been added, however many connections that takes. */
export function countingClient({ account, amounts, connect }: CountingClientOptions): Observable<number> {
  let done = 0;
  const codec = requestCodec();
  const ask = (flow: Flow) => flow.writev(codec.encode({ account, sequence: done + 1, amount: amounts[done]! }));

  const conversation = (flow: Flow) =>
    defer(() => {
      ask(flow);
      return concat(framed(flow, answerCodec()).read(), hungUp(account));
    }).pipe(
      timeout({ each: PATIENCE_MS }),
      // On a new connection, only the answer to what was asked last counts.
      filter((answer) => answer.sequence === done + 1),
      tap(() => {
        done += 1;
        if (done < amounts.length) ask(flow);
      }),
      map((answer) => answer.balance),
    );

  return connect().pipe(
    mergeMap(conversation),
    retry({ delay: (_, attempt) => timer(Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS)), resetOnSuccess: true }),
    take(amounts.length),
  );
}

/** An EOF in the middle of a conversation is as bad as a reset. */
function hungUp(account: string): Observable<never> {
  return throwError(() => new FlowError('truncated', `${account}: the server has hung up`));
}

const PATIENCE_MS = 2000;
const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 5000;
