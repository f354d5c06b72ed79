/**
 * From an HTTP request to a flow: who is let in, and the handshake. It does not listen, and knows no TLS. What went wrong
 * is the client's to know, by the status of the answer; no listener ends by it.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { defaultIfEmpty, defer, from, type Observable, type ObservableInput, of, Subscription, take } from 'rxjs';
import { WebSocketServer, type WebSocket } from 'ws';
import { makeFlow } from '../../flow/make-flow.js';
import { tcpEndsOf, tcpName } from '../socket/tcp-address.js';
import { webSocketRequest, type AcceptedWebSocketFlow, type WebSocketRequest } from './web-socket-flow.js';
import { wsOptions, type WebSocketOptions } from './web-socket-options.js';
import { WsTransport } from './ws-transport.js';

export interface UpgradeConfig extends WebSocketOptions {
  /** Takes requests for this path only, whatever their query; others get 404 (default: any path). */
  readonly path?: string;
  /** Subprotocols that are spoken here, the preferred first; of those that a client offers the first of these is taken. */
  readonly protocols?: string | readonly string[];
  /**
   * Takes a connection for `true` alone; one gets 403 for `false`, or for nothing, and 500 for whatever else this answers,
   * and if it throws or fails. WebSockets know no same-origin policy: where cookies say who somebody is, look at `origin`
   * here, or any page can act for its visitor. A client that leaves meanwhile is waited for no more (what this answered is
   * unsubscribed from), and one that speaks meanwhile gets 400.
   */
  readonly verify?: (request: WebSocketRequest) => boolean | ObservableInput<boolean>;
}

export class WebSocketUpgrades {
  readonly #handshakes: WebSocketServer;
  /** Those that wait for a verdict. */
  readonly #waiting = new Set<Socket>();

  constructor(
    private readonly config: UpgradeConfig,
    private readonly accept: (flow: AcceptedWebSocketFlow) => void,
  ) {
    const spoken = [config.protocols ?? []].flat();
    const handleProtocols = (offered: Set<string>) => spoken.find((protocol) => offered.has(protocol)) ?? false;
    this.#handshakes = new WebSocketServer({ ...wsOptions(config), noServer: true, clientTracking: false, handleProtocols });
  }

  /** `head` came behind the request. */
  take(request: IncomingMessage, head: Buffer): void {
    const { socket } = request;
    const about = webSocketRequest(request);
    const { path } = this.config;
    socket.on('error', () => socket.destroy());
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      refuse(socket, NO_WEB_SOCKET);
      return;
    }
    if (path !== undefined && about.path.replace(/\?.*/, '') !== path) {
      refuse(socket, '404 Not Found');
      return;
    }
    this.#waiting.add(socket);
    const silence = new Subscription();
    const verdict = this.#verdictOn(about).subscribe({
      next: (answer) => {
        silence.unsubscribe();
        // From here on it is the flow's, also if the listener stops in the middle of this.
        this.#waiting.delete(socket);
        if (answer === true) this.#handshakes.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, socket, about));
        // What is merely truthy was meant to say no, as likely as not.
        else refuse(socket, answer === false ? FORBIDDEN : FAILED);
      },
      error: () => refuse(socket, FAILED),
    });
    verdict.add(() => this.#waiting.delete(socket));
    socket.once('close', () => verdict.unsubscribe());
    if (verdict.closed) return;
    verdict.add(silence);
    silence.add(
      onWord(socket, head, (status) => {
        verdict.unsubscribe();
        if (status === null) socket.destroy();
        else refuse(socket, status);
      }),
    );
  }

  stop(): void {
    for (const socket of this.#waiting) socket.destroy();
  }

  #verdictOn(about: WebSocketRequest): Observable<unknown> {
    const { verify = () => true } = this.config;
    const answers = defer((): Observable<unknown> => {
      const answer = verify(about);
      return typeof answer === 'object' || typeof answer === 'function' ? from(answer) : of(answer);
    });
    return answers.pipe(take(1), defaultIfEmpty(false));
  }

  #open(webSocket: WebSocket, socket: Socket, request: WebSocketRequest): void {
    const { local, remote } = tcpEndsOf(socket);
    const name = tcpName(remote, 'encrypted' in socket ? 'wss' : 'ws');
    const flow = makeFlow(new WsTransport(name, webSocket, this.config));
    this.accept(Object.assign(flow, { protocol: webSocket.protocol, local, remote, request }));
  }
}

/**
 * While a client waits to be let in it has nothing to say (RFC 6455 §4.1), but may leave, which nobody sees who does not
 * read. `onSaid` is given the status for one that speaks, and `null` for one that has gone.
 */
function onWord(socket: Socket, head: Buffer, onSaid: (status: string | null) => void): () => void {
  const speaks = () => onSaid('400 Bad Request');
  const leaves = () => onSaid(null);
  if (head.byteLength > 0) speaks();
  else socket.on('data', speaks).on('end', leaves);
  return () => socket.off('data', speaks).off('end', leaves);
}

const NO_WEB_SOCKET = '426 Upgrade Required\r\nUpgrade: websocket';
const FORBIDDEN = '403 Forbidden';
const FAILED = '500 Internal Server Error';

function refuse(socket: Socket, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
