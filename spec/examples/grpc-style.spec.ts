import { concat, concatMap, firstValueFrom, map, mergeMap, NEVER, of, ReplaySubject, scan, Subject, tap, throwError, type Observable } from 'rxjs';
import { WebSocket } from 'ws';
import { call } from '../../examples/grpc-style/call.js';
import { serveMethods, type Method } from '../../examples/grpc-style/serve.js';
import { CallError } from '../../examples/grpc-style/status.js';
import { detach } from '../../src/combinators/detach.js';
import { http2Client, type Http2Client } from '../../src/http2/client/http2-client.js';
import type { TcpAddress } from '../../src/node/socket/socket-flow.js';
import { listenWebSocket } from '../../src/node/web-socket/listen-web-socket.js';
import { connectWebSocket } from '../../src/web/connect-web-socket.js';
import { watch } from '../node/support/settled.js';

describe('the gRPC-style example, over a WebSocket', () => {
  let client: Http2Client;
  let cancelled: Promise<void>;
  let stop: () => void;

  beforeEach(async () => {
    let onCancelled!: () => void;
    cancelled = new Promise((resolve) => (onCancelled = resolve));
    const methods = new Map<string, Method>([
      ['/calculator/Sum', (numbers: Observable<number>) => numbers.pipe(scan((total, n) => total + n, 0))],
      ['/calculator/Fail', (numbers: Observable<number>) => numbers.pipe(mergeMap((n) => (n === 2 ? throwError(() => new CallError(3, 'two: no')) : of(n))))],
      ['/calculator/Endless', () => concat(of(1), NEVER).pipe(tap({ unsubscribe: () => onCancelled() }))],
    ]);
    const listening = new ReplaySubject<TcpAddress>(1);
    const server = listenWebSocket({ listeningObserver: listening, halfClose: true })
      .pipe(mergeMap((connection) => serveMethods(connection, methods)))
      .subscribe({ error: () => {} });
    const { port } = await firstValueFrom(listening);
    const flow = await firstValueFrom(connectWebSocket({ url: `ws://127.0.0.1:${port}`, WebSocketCtor: WebSocket, halfClose: true }).pipe(detach()));
    client = await firstValueFrom(http2Client(flow).pipe(detach()));
    stop = () => {
      flow.abort();
      server.unsubscribe();
    };
  });
  afterEach(() => stop());

  it('carries questions and answers at the same time, each answer before the next question', async () => {
    const questions = new Subject<number>();
    const answers: number[] = [];
    const calling = watch(
      call<number, number>(client, '/calculator/Sum', questions).pipe(
        tap((total) => {
          answers.push(total);
          if (answers.length < 10) questions.next(answers.length + 1);
          else questions.complete();
        }),
      ),
    );
    questions.next(1);
    expect(await calling.ended).toBe('complete');
    expect(answers).toEqual([1, 3, 6, 10, 15, 21, 28, 36, 45, 55]);
  });

  it('carries twenty calls at a time', async () => {
    const sums = Array.from({ length: 20 }, (_, at) => watch(call<number, number>(client, '/calculator/Sum', of(at, at)).pipe(concatMap((total) => of(total)))));
    await Promise.all(sums.map(({ ended }) => ended));
    expect(sums.map(({ values }) => values)).toEqual(Array.from({ length: 20 }, (_, at) => [at, 2 * at]));
  });

  it('tells in the trailers how a call ended, after its answers', async () => {
    const calling = watch(call<number, number>(client, '/calculator/Fail', of(1, 2, 3)));
    expect(await calling.ended).toEqual(new CallError(3, 'two: no'));
    expect(calling.values).toEqual([1]);
    expect(await watch(call(client, '/calculator/Nothing', of(1))).ended).toMatchObject({ status: 12, message: 'there is no /calculator/Nothing' });
  });

  it('cancels the method when the caller has enough', async () => {
    expect(await firstValueFrom(call<never, number>(client, '/calculator/Endless', NEVER).pipe(map((n) => n)))).toBe(1);
    await cancelled;
  });
});
