/**
 * From a flow to a flow over TLS: what both sides have in common. What each of them asks for is `tls-client.ts` and
 * `tls-server.ts`.
 */
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type Observable, timer } from 'rxjs';
import { FlowError } from '../../flow/flow-error.js';
import { flowLifetime, type Opening } from '../../flow/flow-lifetime.js';
import type { Flow } from '../../flow/flow.js';
import { onNode } from '../runtime.js';
import { FlowTlsLine } from './flow-tls-line.js';
import { SocketTlsLine } from './socket-tls-line.js';
import { cutError, isHandshakeCut } from './tls-error.js';
import { tlsFlow, type TlsFlow } from './tls-flow.js';
import type { TlsLine } from './tls-line.js';

/** One side of a handshake. */
export interface TlsSide {
  /** Of the flow to be, and of its errors, e.g. `tls 127.0.0.1:443`. */
  readonly name: string;
  readonly handshakeTimeoutMs: number;
  /** Starts it. */
  readonly start: (line: Duplex) => TLSSocket;
  /** The event after which both sides agree. */
  readonly agreed: 'secureConnect' | 'secure';
  /** What is wrong with the peer all the same. */
  readonly objection?: (socket: TLSSocket) => FlowError | null;
  /** What an error of the handshake's means. */
  readonly errorOf: (socket: TLSSocket, error: unknown) => FlowError;
}

/** Lifetime is subscription. The flow below is used up by the first one. */
export function tlsHandshake<Below extends Flow>(below: Below, side: TlsSide): Observable<TlsFlow<Below>> {
  const handshaken = flowLifetime<TlsFlow<Below>>((opening) => {
    if (inUse.has(below)) {
      opening.fail(new FlowError('busy', `${side.name}: there is TLS on this flow already`));
      return undefined;
    }
    inUse.add(below);
    const handshake = new Handshake(below, side, opening);
    return () => handshake.giveUp();
  });
  return onNode(side.name, 'node:tls', handshaken);
}

const inUse = new WeakSet<Flow>();

class Handshake<Below extends Flow> {
  readonly #line: TlsLine;
  readonly #socket: TLSSocket;
  readonly #late;

  constructor(
    private readonly below: Below,
    private readonly side: TlsSide,
    private readonly opening: Opening<TlsFlow<Below>>,
  ) {
    const { name, handshakeTimeoutMs } = side;
    this.#line = SocketTlsLine.under(below) ?? new FlowTlsLine(below);
    this.#socket = side.start(this.#line.stream);
    this.#line.watch(this.#socket);
    this.#late = timer(handshakeTimeoutMs).subscribe(() => {
      this.#fail(new FlowError('timeout', `${name}: no TLS handshake within ${handshakeTimeoutMs} ms`));
    });
    // It stays after a failure, so that a later one is not uncaught; the flow brings its own.
    this.#socket.on('error', this.#onError).on('end', this.#onCut).on('close', this.#onCut);
    this.#socket.once(side.agreed, () => this.#onAgreed());
  }

  giveUp(): void {
    this.#stop();
    this.#line.abort(this.#socket, new FlowError('aborted', `${this.side.name}: aborted during the TLS handshake`));
  }

  /** OpenSSL is in the middle of its work here, and would not survive an abort: the flow comes in a turn of its own. */
  #onAgreed(): void {
    this.#socket.off('end', this.#onCut);
    setImmediate(() => {
      const { below, side, opening } = this;
      const socket = this.#socket;
      if (this.#late.closed) return; // it has failed, or was given up, meanwhile
      const objection = side.objection?.(socket) ?? null;
      if (objection !== null) {
        this.#fail(objection);
        return;
      }
      this.#stop();
      socket.off('error', this.#onError);
      opening.ready(tlsFlow(below, side.name, socket, this.#line));
    });
  }

  readonly #onError = (error: unknown): void => {
    this.#fail(isHandshakeCut(error) ? cutError(this.side.name, error) : this.side.errorOf(this.#socket, error));
  };

  /** A server is told by these alone. */
  readonly #onCut = (): void => this.#fail(cutError(this.side.name));

  #fail(error: FlowError): void {
    this.#stop();
    this.#line.leave(this.#socket);
    this.opening.fail(error);
  }

  #stop(): void {
    this.#late.unsubscribe();
    this.#socket.off('end', this.#onCut).off('close', this.#onCut);
  }
}
