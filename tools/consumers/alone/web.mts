import { connectWebSocket, webSocketFlow } from 'rxjs-flow/web';
import { concatMap } from 'rxjs';

export const connecting = connectWebSocket({ url: 'ws://localhost/' });
export const written = connecting.pipe(concatMap((flow) => flow.write(new Uint8Array(1))));
export const failure = written.pipe(concatMap((result) => (result.ok ? [] : [{ error: result.error, code: result.error.code }])));
export class Feed {
  open = (socket: WebSocket) => webSocketFlow(socket);
  shutdown = this.open(new WebSocket('ws://localhost/')).shutdown;
}
