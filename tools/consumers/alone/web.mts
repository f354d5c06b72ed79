import { connectWebSocket, connectWebTransport, webSocketFlow, type ConnectWebTransportConfig } from 'rxjs-flow/web';
import { concatMap } from 'rxjs';

export const connecting = connectWebSocket({ url: 'ws://localhost/' });
export const written = connecting.pipe(concatMap((flow) => flow.write(new Uint8Array(1))));
export const failure = written.pipe(concatMap((result) => (result.ok ? [] : [{ error: result.error, code: result.error.code }])));
export const options = ({ sessionOptions }: ConnectWebTransportConfig) => sessionOptions;
const serverCertificateHashes = [{ algorithm: 'sha-256', value: new Uint8Array(32) }];
export const certified = connectWebTransport({ url: 'https://localhost/', sessionOptions: { serverCertificateHashes } });
export class Feed {
  open = (socket: WebSocket) => webSocketFlow(socket);
  shutdown = this.open(new WebSocket('ws://localhost/')).shutdown;
}
