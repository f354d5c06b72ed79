import { http2Client, http2Server, type Http2Client } from 'rxjs-flow/http2';
import { concatMap } from 'rxjs';

export const response = (client: Http2Client) => client.request({ path: '/' });
export const written = (client: Http2Client) => response(client).pipe(concatMap((flow) => flow.write(new Uint8Array(1))));
export const failure = (client: Http2Client) =>
  written(client).pipe(concatMap((result) => (result.ok ? [] : [{ error: result.error, code: result.error.code }])));
export const pushes = (client: Http2Client) => client.pushes;
export const ending = (client: Http2Client) => response(client).pipe(concatMap((flow) => [flow.shutdown]));
export const connect = (...[flow]: Parameters<typeof http2Client>) => [flow, http2Client(flow)] as const;
export const serve = (...[flow]: Parameters<typeof http2Server>) => http2Server(flow, (request) => [{ body: request }]);
