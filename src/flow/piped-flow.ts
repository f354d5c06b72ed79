/**
 * The observable face of an engine endpoint: the one implementation of `Flow` in this package, whatever the transport.
 * It turns the engine's answers into results, errors and endings, and decides nothing itself.
 */
import { of, type Observable } from 'rxjs';
import type { Endpoint, EndpointListener } from '../engine/endpoint.js';
import type { Pipe } from '../engine/pipe.js';
import { CLOSED, FULL, OK, OVERFLOW, type PushStatus } from '../engine/status.js';
import { describe } from './describe.js';
import { DETACH, type Detachable } from './detached.js';
import { Ending } from './ending.js';
import type { Flow, ShutdownMode, WriteResult } from './flow.js';
import { FlowError, isFlowError } from './flow-error.js';
import { isBytes } from './is-bytes.js';
import { ReadObservable } from './read.js';
import { accepted, PendingWrite, refused } from './write-result.js';

const ENDPOINT = Symbol('endpoint');

export class PipedFlow implements Flow, EndpointListener, Detachable {
  readonly name: string;
  readonly closed: Observable<void>;
  readonly [ENDPOINT]: Endpoint;

  readonly #outbound: Pipe;
  readonly #read: ReadObservable;
  readonly #closed = new Ending();
  readonly #writeShutdown = new Ending();
  readonly #closing = new Ending();
  #detached = false;

  constructor(endpoint: Endpoint, name: string) {
    this.name = name;
    this[ENDPOINT] = endpoint;
    this.closed = this.#closed.observable;
    this.#outbound = endpoint.outbound;
    this.#read = new ReadObservable(endpoint.inbound, name);
    endpoint.listener = this;
  }

  read(): Observable<Uint8Array> {
    return this.#read;
  }

  write(buffer: Uint8Array): Observable<WriteResult> {
    if (!isBytes(buffer)) throw new TypeError(`${this.name}: write() takes a Uint8Array, not ${describe(buffer)}`);
    if (buffer.length === 0) return this.writev([]);
    const status = this.#outbound.push(buffer);
    return status === OK ? accepted : this.#outcome(status);
  }

  writev(buffers: readonly Uint8Array[]): Observable<WriteResult> {
    const pieces = this.#piecesOf(buffers);
    if (pieces.length === 0) return this.#outbound.isOpen ? accepted : this.#outcome(CLOSED);
    const status = this.#outbound.pushAll(pieces);
    return status === OK ? accepted : this.#outcome(status);
  }

  shutdown(mode: ShutdownMode): Observable<void> {
    if (mode !== 'read' && mode !== 'write' && mode !== 'read_write') {
      const came = typeof mode === 'string' ? JSON.stringify(mode) : describe(mode);
      throw new TypeError(`${this.name}: shutdown() takes 'read', 'write' or 'read_write', not ${came}`);
    }
    const endpoint = this[ENDPOINT];
    if (mode !== 'write') endpoint.shutdownRead();
    if (mode !== 'read') endpoint.shutdownWrite();
    if (mode !== 'read') return this.#writeShutdown.observable;
    return endpoint.isBroken ? this.closed : of(undefined);
  }

  close(): Observable<void> {
    this[ENDPOINT].close();
    return this.#closing.observable;
  }

  abort(reason?: unknown): void {
    this[ENDPOINT].abort(new FlowError('aborted', `${this.name}: aborted`, { cause: reason }));
  }

  // ── the engine's news ──────────────────────────────────────────────────────────────────────────────────────────

  onWriteEnded(): void {
    this.#writeShutdown.complete();
  }

  onClosed(): void {
    this.#closed.complete();
  }

  onCloseDone(failure?: unknown): void {
    if (failure === undefined) this.#closing.complete();
    else this.#closing.fail(failure);
  }

  onBroken(reason: unknown): void {
    this.#closed.fail(reason);
    this.#closing.fail(reason);
    this.#writeShutdown.fail(reason);
  }

  // ── lifetime ───────────────────────────────────────────────────────────────────────────────────────────────────

  get isDetached(): boolean {
    return this.#detached || this[ENDPOINT].isOver;
  }

  [DETACH](): void {
    this.#detached = true;
  }

  // ── inside ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #piecesOf(buffers: readonly unknown[]): Uint8Array[] {
    if (!Array.isArray(buffers)) throw new TypeError(`${this.name}: writev() takes an array, not ${describe(buffers)}`);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < buffers.length; at += 1) {
      const buffer: unknown = buffers[at];
      if (!isBytes(buffer)) {
        throw new TypeError(`${this.name}: writev() takes Uint8Arrays, not ${describe(buffer)} (buffers[${at}])`);
      }
      if (buffer.length > 0) pieces.push(buffer);
    }
    return pieces;
  }

  #outcome(status: PushStatus): Observable<WriteResult> {
    if (status === FULL) {
      const pending = new PendingWrite();
      this.#outbound.awaitRoom(pending);
      return pending;
    }
    if (status === OVERFLOW) this.#overflow();
    return refused(writeErrorOf(this));
  }

  /** The caller has queued more than the hard limit: its write fails, and so do all later ones; what is queued goes. */
  #overflow(): void {
    const { bytes, limit } = this.#outbound;
    const message = `${this.name}: ${bytes} bytes wait to be written (limit ${limit}): wait for results`;
    this[ENDPOINT].abort(new FlowError('overflow', message));
  }
}

/** The engine's end of a flow of this package, `undefined` for another's `Flow`. */
export function endpointOf(flow: Flow): Endpoint | undefined {
  return flow instanceof PipedFlow ? flow[ENDPOINT] : undefined;
}

/** Why a flow of this package takes no write any more. */
export function writeErrorOf(flow: Flow): FlowError {
  const failure = endpointOf(flow)?.outbound.writeFailure;
  if (isFlowError(failure)) return failure;
  return new FlowError('closed', `${flow.name}: write after shutdown('write')`);
}
