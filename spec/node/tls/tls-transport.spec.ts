import { Worker } from 'node:worker_threads';
import { firstValueFrom, ReplaySubject } from 'rxjs';
import { utf8, type Flow } from 'rxjs-flow';
import { listenTls, type TcpAddress } from 'rxjs-flow/node';
import { authorityAndServer } from '../../support/certificates.js';
import { failureOf, watch } from '../support/settled.js';

/** A client that says all it has to say behind its handshake, in one go with its end, and resets the connection. */
const HASTY_CLIENT = `
  const { connect } = require('node:net');
  const tls = require('node:tls');
  const { port, ca, gone } = require('node:worker_threads').workerData;
  const line = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
  const socket = tls.connect({ socket: line, ca, servername: 'localhost' }).on('error', () => {});
  socket.on('secureConnect', () => {
    socket.write('hello');
    socket.end(() => line.resetAndDestroy());
  });
  line.on('close', () => {
    Atomics.store(gone, 0, 1);
    Atomics.notify(gone, 0);
  });
`;

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanup.splice(0)) await clean();
});

describe('a TLS flow', () => {
  it('whose peer ends it and resets the line, all before the handshake is seen to be over: reads to the end, then breaks', async () => {
    const { authority, server } = await authorityAndServer();
    const listening = new ReplaySubject<TcpAddress>(1);
    const accepted = new ReplaySubject<Flow>(1);
    const listener = listenTls({ cert: server.cert, key: server.key, listeningObserver: listening }).subscribe(accepted);
    cleanup.push(() => listener.unsubscribe());
    const { port } = await firstValueFrom(listening);
    const gone = new Int32Array(new SharedArrayBuffer(4));
    const client = new Worker(HASTY_CLIENT, { eval: true, workerData: { port, ca: authority.cert, gone } });
    cleanup.push(() => client.terminate());
    // A server that has no time, until the client is gone.
    const busy = setInterval(() => Atomics.wait(gone, 0, 0, 50), 1);
    cleanup.push(() => clearInterval(busy));
    const flow = await firstValueFrom(accepted);
    const reading = watch(flow.read());
    expect(await reading.ended).toBe('complete');
    expect(Buffer.concat(reading.values).toString()).toBe('hello');
    const [result, shutdown] = [watch(flow.write(utf8('answer'))), failureOf(flow.shutdown('write'))];
    expect((await failureOf(flow.closed)).code).toBe('reset');
    expect((await shutdown).code).toBe('reset');
    expect(await result.ended).toBe('complete');
  });
});
