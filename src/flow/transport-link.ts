/**
 * Drives a transport from an endpoint's two pipes, and feeds the transport's news back: the reader of the outbound
 * pipe, the source of the inbound one, and the endpoint's wire. It has no queue and no flag of its own.
 */
import type { Endpoint, Wire } from '../engine/endpoint.js';
import type { Reader, Source } from '../engine/pipe.js';
import { CLOSED, OVERFLOW } from '../engine/status.js';
import { FlowError } from './flow-error.js';
import type { FlowLink, Transport } from './transport.js';

export class TransportLink implements FlowLink, Reader, Source, Wire {
  // Absent where the transport has no such method: the engine asks whether they are there.
  readonly onBatch?: (buffers: Uint8Array[]) => boolean;
  readonly stop?: () => void;
  readonly hook?: (done: (failure?: unknown) => void) => void;

  constructor(
    private readonly transport: Transport,
    private readonly endpoint: Endpoint,
  ) {
    if (transport.writev) this.onBatch = (buffers) => transport.writev!(buffers);
    if (transport.stop) this.stop = () => transport.stop!();
    if (transport.close) this.hook = (done) => transport.close!(done);
  }

  open(): void {
    const { endpoint, transport } = this;
    endpoint.wire = this;
    endpoint.inbound.onEnded = () => endpoint.readEnded();
    if (transport.pull) endpoint.inbound.source = this;
    transport.open?.(this);
    endpoint.outbound.claim(this);
  }

  // ── the transport's news ───────────────────────────────────────────────────────────────────────────────────────

  get wanted(): boolean {
    return this.endpoint.inbound.wanted;
  }

  push(buffer: Uint8Array): boolean {
    const { inbound } = this.endpoint;
    if (buffer.length > 0) {
      const status = inbound.push(buffer);
      if (status === CLOSED) return false;
      if (status === OVERFLOW) this.#overflow();
    }
    return inbound.keepFlowing();
  }

  end(): void {
    this.endpoint.inbound.end();
  }

  ready(): void {
    this.endpoint.outbound.resume(this);
  }

  refuse(error: FlowError): void {
    this.endpoint.outbound.cut(error);
    this.endpoint.writeEnded();
  }

  finished(): void {
    this.endpoint.writeEnded();
  }

  fail(error: FlowError): void {
    if (this.endpoint.isOver) return;
    this.endpoint.fail(error);
    this.transport.abort(error);
  }

  // ── the outbound pipe's reader ─────────────────────────────────────────────────────────────────────────────────

  onData(buffer: Uint8Array): boolean {
    return this.transport.write(buffer);
  }

  onEnd(): void {
    this.transport.end();
  }

  onFailure(): void {
    // The transport hears of it by `abort`, or has said so itself.
  }

  onBusy(): void {
    // Nobody else can claim the outbound pipe.
  }

  isEnding(): boolean {
    return false;
  }

  // ── the inbound pipe's source ──────────────────────────────────────────────────────────────────────────────────

  pull(): void {
    this.transport.pull!();
  }

  // ── the endpoint's wire ────────────────────────────────────────────────────────────────────────────────────────

  free(done: () => void): void {
    if (this.transport.free) this.transport.free(done);
    else done();
  }

  cut(reason: unknown): void {
    this.endpoint.cut(reason);
    this.transport.abort(reason as FlowError);
  }

  #overflow(): void {
    const { bytes, limit } = this.endpoint.inbound;
    const message = `${this.transport.name}: ${bytes} bytes wait unread (limit ${limit}): the source cannot be paused`;
    this.fail(new FlowError('overflow', message));
  }
}
