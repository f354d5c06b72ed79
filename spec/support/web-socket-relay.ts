// Joins WebSockets two and two: those that connect to the same path. What one sends, text or binary, goes to the other as it
// came, and so does the way it closes. With it a browser, which can only connect, has both ends of a connection.

import type { Server } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';

/** Answers upgrades under `prefix` on `server`, until the function it returns is called. */
export function relayWebSockets(server: Server, prefix: string): () => void {
  const relay = new WebSocketServer({ noServer: true });
  const alone = new Map<string, WebSocket>();
  server.on('upgrade', (request, socket, head) => {
    const path = request.url ?? '';
    if (!path.startsWith(prefix)) return;
    relay.handleUpgrade(request, socket, head, (one) => {
      const other = alone.get(path);
      if (other === undefined) {
        alone.set(path, one);
        return;
      }
      alone.delete(path);
      forward(one, other);
      forward(other, one);
    });
  });
  return () => {
    for (const client of relay.clients) client.terminate();
    relay.close();
  };
}

function forward(from: WebSocket, to: WebSocket): void {
  from.on('message', (data, binary) => {
    from.pause();
    to.send(data, { binary }, () => from.resume());
  });
  from.on('error', () => to.terminate());
  from.on('close', (code, reason) => {
    if (code === 1006) to.terminate();
    else if (code === 1005) to.close();
    else to.close(code, reason);
  });
}
