import { ABORTED } from '../protocol/web-socket-close.js';

/** The part of a `WebSocket` (WebSockets Standard) that a flow needs; the class of the `ws` package has it too. */
export interface WebSocketLike {
  readonly url: string;
  readonly readyState: number;
  /** Bytes that `send` took and the network has not yet; taken as 0 where they are not counted, as in React Native. */
  readonly bufferedAmount?: number;
  binaryType: string;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: string, listener: (event: unknown) => void): void;
  /** Where reading can be paused, as in `ws`. */
  pause?(): void;
  resume?(): void;
  /** Where the connection can be cut without a handshake, as in `ws`. */
  terminate?(): void;
}

/** At once where that is possible; elsewhere it is closed, and says that it was aborted. */
export function cutWebSocket(socket: WebSocketLike): void {
  if (socket.terminate) socket.terminate();
  else socket.close(ABORTED);
}

/** `readyState`, WebSockets Standard. */
export const CONNECTING = 0;
export const OPEN = 1;
