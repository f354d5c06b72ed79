import { connectTcp, listenWebSocket, messagePortFlow, spawnFlow, stdio, tlsClient } from 'rxjs-flow/node';
import type { ConnectEndpointOptions, ListenEndpointOptions } from 'rxjs-flow/node';
import { concatMap, map } from 'rxjs';

export const terminal = stdio();
export const written = terminal.write(new Uint8Array(1));
export const failure = written.pipe(concatMap((result) => (result.ok ? [] : [{ error: result.error, code: result.error.code }])));
export const socket = connectTcp({ port: 80 });
export const secured = socket.pipe(concatMap((flow) => tlsClient(flow, { servername: 'localhost' })));
export const child = spawnFlow('true');
export const request = listenWebSocket().pipe(map((flow) => flow.request));
export const certificates = (near: ConnectEndpointOptions, far: ListenEndpointOptions) => [near.tls, far.tls] as const;
export const overPort = (...[port]: Parameters<typeof messagePortFlow>) => [port, messagePortFlow(port)] as const;
export const { shutdown } = terminal;
