// The conformance suite over pairs, TCP, TLS, streams of HTTP/2, web streams and WebSockets (the web's and Node's), from the
// installed package, in whatever runtime runs this file, many cases at once, since most of a case's time is waiting. What a
// runtime cannot do at all must say so: `unsupported`. Prints a line for each failure, then one line of JSON for each
// transport. No test framework.

import { catchError, combineLatest, firstValueFrom, merge, mergeMap, NEVER, Observable, of, ReplaySubject, zip } from 'rxjs';
import { detach, flowPair } from 'rxjs-flow';
import { http2Client, http2Server } from 'rxjs-flow/http2';
import * as node from 'rxjs-flow/node';
import { connectTcp, connectTls, listenTcp, listenTls } from 'rxjs-flow/node';
import { conformance } from 'rxjs-flow/testing';
import { connectWebSocket, fromWebStreams, webSocketFlow } from 'rxjs-flow/web';
import { WebSocket as WsClient, WebSocketServer } from 'ws';

/** Known gaps of the runtimes: a text that the case's name begins with, and why it is left out. */
const GAPS = JSON.parse(process.env.KNOWN_GAPS ?? '{}');
const { TLS_CERT: CERT, TLS_KEY: KEY } = process.env;

const transports = {
  pairs: { create: () => of(flowPair()), capabilities: { immediate: true, byReference: true } },
  TCP: { create: () => connectedPair(connectTcp, listenTcp) },
  TLS: { create: () => connectedPair(connectTls, listenTls, { ca: CERT, servername: 'localhost' }, { cert: CERT, key: KEY }) },
  'HTTP/2': { create: () => tunnelOver(flowPair()) },
  'web streams': { create: () => of(streamPair()) },
  WebSocket: {
    create: () => webSocketPair(),
    // The runtime's own client has a browser's interface; the server's end is of `ws`.
    capabilities: { backpressure: 'a browser’s WebSocket cannot be paused' },
  },
  'WebSocket by ws': {
    create: () => connectedPair(({ port }) => node.connectWebSocket({ url: `ws://127.0.0.1:${port}/`, halfClose: true }), node.listenWebSocket, {}, { halfClose: true }),
  },
};
const LANES = 8;
/** For one case: with others beside it, and in a runtime that is slow at it. */
const LIMIT_MS = 30_000;

let failures = 0;
for (const [transport, options] of Object.entries(transports)) {
  const counts = { transport, passed: 0, failed: 0, skipped: 0 };
  if (GAPS[transport]?.['']) await isUnsupported(options.create(), counts);
  const cases = conformance({ ...options, capabilities: { endingsEmit: true, ...options.capabilities }, timeLimitMs: LIMIT_MS }).values();
  await Promise.all(Array.from({ length: LANES }, () => runAll(cases, counts)));
  console.log(JSON.stringify(counts));
  failures += counts.failed;
}
process.exit(failures === 0 ? 0 : 1);

async function runAll(cases, counts) {
  for (const one of cases) await run(one, counts);
}

async function run(one, counts) {
  const gap = Object.keys(GAPS[counts.transport] ?? {}).find((name) => one.name.startsWith(name));
  if (one.skipped !== undefined || gap !== undefined) {
    counts.skipped += 1;
    return;
  }
  try {
    await one.run();
    counts.passed += 1;
  } catch (error) {
    counts.failed += 1;
    console.log(`${counts.transport}: ${one.name}: ${error.message}${error.cause ? ` (${error.cause})` : ''}`);
  }
}

/** Beyond its cases: that it is told, and at once. */
async function isUnsupported(pair, counts) {
  const failure = await firstValueFrom(pair).catch((error) => error);
  if (failure.code === 'unsupported') {
    counts.passed += 1;
    return;
  }
  counts.failed += 1;
  console.log(`${counts.transport}: is left out, and does not error with unsupported: ${failure}`);
}

function connectedPair(connect, listen, ours = {}, theirs = {}) {
  return new Observable((subscriber) => {
    const listening = new ReplaySubject(1);
    const accepted = listen({ ...theirs, listeningObserver: listening }).pipe(detach());
    const connected = listening.pipe(mergeMap(({ port }) => connect({ ...ours, port }).pipe(detach(), catchError(() => NEVER))));
    return zip(connected, accepted).subscribe(subscriber);
  });
}

/** The two ends of a CONNECT stream. */
function tunnelOver([near, far]) {
  const asked = new ReplaySubject(1);
  const serve = (request) => {
    asked.next(request);
    return of({ status: 200 });
  };
  const serving = http2Server(far, serve).pipe(mergeMap(() => NEVER));
  // How a flow ends is the flow's to tell: here it would end the other one.
  const request = (client) => client.request({ method: 'CONNECT', authority: 'upper:1' }).pipe(catchError(() => NEVER));
  return merge(serving, zip(http2Client(near).pipe(mergeMap(request)), asked));
}

function streamPair() {
  const [there, back] = [new TransformStream(), new TransformStream()];
  return [
    fromWebStreams({ readable: back.readable, writable: there.writable }),
    fromWebStreams({ readable: there.readable, writable: back.writable }),
  ];
}

function webSocketPair() {
  return new Observable((subscriber) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const accepted = new ReplaySubject(1);
    server.on('connection', (socket) => accepted.next(webSocketFlow(socket, { halfClose: true })));
    subscriber.add(() => {
      for (const client of server.clients) client.terminate();
      server.close();
    });
    server.once('listening', () => {
      const url = `ws://127.0.0.1:${server.address().port}/`;
      // How a flow ends is the flow's to tell: here it would end the other one.
      const connected = connectWebSocket({ url, halfClose: true, WebSocketCtor: globalThis.WebSocket ?? WsClient });
      subscriber.add(combineLatest([connected.pipe(catchError(() => NEVER)), accepted]).subscribe(subscriber));
    });
  });
}
