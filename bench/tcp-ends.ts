/** Two connected ends over loopback, as Node's sockets and as flows: what the TCP benchmarks run on. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { firstValueFrom } from 'rxjs';
import { detach, type Flow } from 'rxjs-flow';
import { connectTcp, listenTcp } from 'rxjs-flow/node';

export interface Ends<T> {
  readonly client: T;
  readonly server: T;
  readonly stop: () => Promise<void>;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Two connected sockets. */
export async function socketPair(): Promise<Ends<Socket>> {
  const listener = createServer({ allowHalfOpen: true, noDelay: true });
  const port = await listening(listener);
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  const [[server]] = (await Promise.all([once(listener, 'connection'), once(client, 'connect')])) as [[Socket], unknown];
  const stop = async () => {
    client.destroy();
    server.destroy();
    listener.close();
    await once(listener, 'close');
  };
  return { client, server, stop };
}

/** Two connected flows over TCP. */
export async function tcpFlowPair(): Promise<Ends<Flow>> {
  let resolvePort: (port: number) => void;
  const port = new Promise<number>((resolve) => (resolvePort = resolve));
  let listening: { unsubscribe(): void } | undefined;
  const accepted = new Promise<Flow>((resolve, reject) => {
    const observer = { next: (address: { port: number }) => resolvePort(address.port) };
    listening = listenTcp({ listeningObserver: observer }).subscribe({ next: resolve, error: reject });
  });
  const client = await firstValueFrom(connectTcp({ port: await port }).pipe(detach()));
  const server = await accepted;
  const stop = (): Promise<void> => {
    client.abort();
    listening?.unsubscribe();
    return Promise.resolve();
  };
  return { client, server, stop };
}
