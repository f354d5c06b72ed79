/**
 * `npx tsx examples/grpc-style/main.ts` (in a checkout after `npm run build`): calls a method with a
 * stream each way over a WebSocket, from an end that could be a browser's as far as its flow goes.
 */
import { firstValueFrom, interval, map, mergeMap, ReplaySubject, scan, take } from 'rxjs';
import { detach } from 'rxjs-flow';
import { http2Client } from 'rxjs-flow/http2';
import { listenWebSocket, type TcpAddress } from 'rxjs-flow/node';
import { connectWebSocket } from 'rxjs-flow/web';
import { WebSocket } from 'ws';
import { call } from './call.js';
import { serveMethods, type Method } from './serve.js';

/** Each number is answered by the sum so far. */
const sum: Method = (numbers) => numbers.pipe(scan((total: number, n: number) => total + n, 0));

const listening = new ReplaySubject<TcpAddress>(1);
const server = listenWebSocket({ listeningObserver: listening, halfClose: true })
  .pipe(mergeMap((connection) => serveMethods(connection, new Map([['/calculator/Sum', sum]]))))
  .subscribe({ error: () => {} });

const { port } = await firstValueFrom(listening);
const socket = connectWebSocket({ url: `ws://127.0.0.1:${port}`, WebSocketCtor: WebSocket, halfClose: true });
const client = await firstValueFrom(socket.pipe(detach(), mergeMap((flow) => http2Client(flow)), detach()));

const numbers = interval(100).pipe(take(5), map((n) => n + 1));
call<number, number>(client, '/calculator/Sum', numbers).subscribe({
  next: (total) => console.log(total), // 1, 3, 6, 10, 15: each before the next number is sent
  complete: () => client.shutdown().subscribe(() => server.unsubscribe()),
});
