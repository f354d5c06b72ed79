import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { firstValueFrom, ReplaySubject } from 'rxjs';
import { collectText } from '../../../src/combinators/collect-text.js';
import { detachFlow } from '../../../src/flow/detached.js';
import { utf8 } from '../../../src/flow/utf8.js';
import { listenTcp, type ListenTcpConfig } from '../../../src/node/socket/listen-tcp.js';
import type { SocketFlow, TcpAddress } from '../../../src/node/socket/socket-flow.js';
import { endOf, failureOf, watch, type Watched } from '../support/settled.js';

interface Started extends Watched<SocketFlow> {
  readonly address: TcpAddress;
}

describe('listenTcp', () => {
  const open: { unsubscribe(): void }[] = [];
  const clients: Socket[] = [];

  afterEach(() => {
    for (const one of open.splice(0)) one.unsubscribe();
    for (const client of clients.splice(0)) client.destroy();
  });

  async function start(config: ListenTcpConfig = {}): Promise<Started> {
    const listening = new ReplaySubject<TcpAddress>(1);
    const watched = watch(listenTcp({ ...config, listeningObserver: listening }));
    open.push(watched.subscription);
    return { ...watched, address: await firstValueFrom(listening) };
  }

  async function client({ host, port }: TcpAddress): Promise<Socket> {
    const socket = connect({ host, port, allowHalfOpen: true });
    clients.push(socket.on('error', () => {}));
    await once(socket, 'connect');
    return socket;
  }

  /** Connects and waits until the listener has emitted the flow. */
  async function accepted(listener: Started): Promise<[SocketFlow, Socket]> {
    const before = listener.values.length;
    const socket = await client(listener.address);
    while (listener.values.length === before) await new Promise(setImmediate);
    return [listener.values[before] as SocketFlow, socket];
  }

  it('listens on this machine only, on any free port, and reports where', async () => {
    const { address } = await start();
    expect(address).toEqual({ host: '127.0.0.1', port: expect.any(Number) as number });
    expect(address.port).toBeGreaterThan(0);
  });

  it('listens where it is told to', async () => {
    const { address } = await start({ host: '127.0.0.2' });
    expect(address.host).toBe('127.0.0.2');
  });

  it('emits a flow per connection, which knows both its ends', async () => {
    const listener = await start();
    const [flow, socket] = await accepted(listener);
    expect(flow.local).toEqual(listener.address);
    expect(flow.remote).toEqual({ host: '127.0.0.1', port: socket.localPort });
    expect(flow.name).toBe(`tcp 127.0.0.1:${socket.localPort}`);
    const [second] = await accepted(listener);
    expect(second).not.toBe(flow);
  });

  it('serves a connection half-open', async () => {
    const [flow, socket] = await accepted(await start());
    socket.end('question');
    expect(await firstValueFrom(flow.read().pipe(collectText()))).toBe('question');
    flow.write(utf8('answer'));
    flow.close();
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toBe('answer');
    expect(await endOf(flow)).toBe('complete');
  });

  it('stops listening and aborts its open flows when it is unsubscribed from, detached ones apart', async () => {
    const listener = await start();
    const [flow, socket] = await accepted(listener);
    const [detached, other] = await accepted(listener);
    detachFlow(detached);
    const reset = once(socket, 'error');
    listener.subscription.unsubscribe();
    expect(await endOf(flow)).toBe('aborted');
    expect((await reset)[0]).toMatchObject({ code: 'ECONNRESET' });
    detached.write(utf8('still here'));
    detached.close();
    expect(String((await once(other, 'data'))[0])).toBe('still here');
    const refused = connect(listener.address);
    expect((await once(refused, 'error'))[0]).toMatchObject({ code: 'ECONNREFUSED' });
    detached.abort();
  });

  it('goes on when a connection breaks', async () => {
    const listener = await start();
    const [flow, socket] = await accepted(listener);
    const reading = failureOf(flow.read());
    socket.resetAndDestroy();
    expect((await reading).code).toBe('reset');
    const [second] = await accepted(listener);
    expect(second.name).not.toBe(flow.name);
  });

  it('errors with refused where the port is in use, with the system error as the cause', async () => {
    const { address } = await start();
    const error = await failureOf(listenTcp(address));
    expect(error.code).toBe('refused');
    expect(error.message).toBe(`tcp 127.0.0.1:${address.port}: address in use`);
    expect(error.cause).toMatchObject({ code: 'EADDRINUSE' });
  });

  it('errors with unreachable where there is no such address on this machine', async () => {
    const error = await failureOf(listenTcp({ host: '192.0.2.1' }));
    expect(error.code).toBe('unreachable');
    expect(error.cause).toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  it('closes connections beyond maxConnections, and takes new ones when there is room again', async () => {
    const listener = await start({ maxConnections: 1 });
    const [flow, first] = await accepted(listener);
    const second = await client(listener.address);
    await Promise.race([once(second.resume(), 'end'), once(second, 'close')]);
    expect(listener.values).toHaveLength(1);
    first.destroy();
    flow.abort();
    await endOf(flow);
    await once(first, 'close');
    await new Promise(setImmediate);
    await accepted(listener);
    expect(listener.values).toHaveLength(2);
  });

  it('leaves no server behind when it is unsubscribed from while it starts', async () => {
    let reported = 0;
    const { port } = (await start()).address;
    for (const one of open.splice(0)) one.unsubscribe();
    listenTcp({ port, listeningObserver: { next: () => (reported += 1) } })
      .subscribe()
      .unsubscribe();
    // It would hold the port, and take the connection.
    const again = await start({ port });
    await accepted(again);
    expect(reported).toBe(0);
  });

  it.each([
    [{ port: -1 }, 'listenTcp: port must be an integer from 0 to 65535, not number -1'],
    [{ port: 1.5 }, 'listenTcp: port must be an integer from 0 to 65535, not number 1.5'],
    [{ host: 7 }, 'listenTcp: host must be a string that is not empty, not number 7'],
    [{ maxConnections: 0 }, 'listenTcp: maxConnections must be a positive integer, not number 0'],
    [{ backlog: '5' }, 'listenTcp: backlog must be a positive integer, not a string'],
    [{ listeningObserver: () => {} }, 'listenTcp: listeningObserver must be an observer with a next method, not a function'],
    [{ noDelay: 'yes' }, 'listenTcp: noDelay must be a boolean, not a string'],
    [null, 'listenTcp: the configuration must be an object, not null'],
  ])('throws a TypeError for %j', (config, message) => {
    expect(() => listenTcp(config as never)).toThrow(new TypeError(message));
  });
});
