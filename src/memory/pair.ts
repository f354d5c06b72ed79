/**
 * Two connected flows in memory. What one writes goes straight to the other's reader, by reference; unread bytes wait
 * in the one pipe that both share per direction. Delay and bandwidth are the timed line's (`timed-line.ts`).
 */
import { Endpoint, type Wire } from '../engine/endpoint.js';
import { Pipe } from '../engine/pipe.js';
import type { Flow } from '../flow/flow.js';
import { FlowError } from '../flow/flow-error.js';
import { PipedFlow } from '../flow/piped-flow.js';

export interface FlowPairOptions {
  /** Bytes that may wait unread in each direction before a write's result stays pending (default 65536). */
  readonly capacity?: number;
  readonly name?: string;
}

export function flowPair(options: FlowPairOptions = {}): [Flow, Flow] {
  const { capacity = 65536, name = 'pair' } = options;
  const toB = new Pipe(capacity);
  const toA = new Pipe(capacity);
  const endA = new Endpoint(toA, toB);
  const endB = new Endpoint(toB, toA);
  endA.wire = new PairWire(endA, endB, `${name} b`);
  endB.wire = new PairWire(endB, endA, `${name} a`);
  connect(toB, endA, endB);
  connect(toA, endB, endA);
  return [new PipedFlow(endA, `${name} a`), new PipedFlow(endB, `${name} b`)];
}

/** The end of a direction is its writer's flush and its reader's EOF at once. */
function connect(pipe: Pipe, writer: Endpoint, reader: Endpoint): void {
  pipe.onEnded = () => {
    writer.writeEnded();
    reader.readEnded();
  };
}

/** One side's way to the other. */
class PairWire implements Wire {
  constructor(
    private readonly near: Endpoint,
    private readonly far: Endpoint,
    private readonly farName: string,
  ) {}

  free(done: () => void): void {
    done();
  }

  cut(reason: unknown): void {
    const reset = new FlowError('reset', `${this.farName}: the peer aborted`);
    this.near.inbound.cut(reason, reset);
    this.near.outbound.fail(reset, reason);
    this.far.broke(reset);
  }
}
