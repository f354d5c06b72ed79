/**
 * Two endpoints joined by nothing: what one writes goes straight to the other's reader, by reference, and unread bytes
 * wait in the one pipe that both share per direction.
 */
import { Endpoint, type Wire } from '../engine/endpoint.js';
import { Pipe } from '../engine/pipe.js';
import { FlowError } from '../flow/flow-error.js';

export function directEnds(capacity: number, names: readonly [string, string]): [Endpoint, Endpoint] {
  const toB = new Pipe(capacity);
  const toA = new Pipe(capacity);
  const a = new Endpoint(toA, toB);
  const b = new Endpoint(toB, toA);
  a.wire = new PairWire(a, b, names[1]);
  b.wire = new PairWire(b, a, names[0]);
  connect(toB, a, b);
  connect(toA, b, a);
  return [a, b];
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
    const { inbound, outbound } = this.near;
    const breakPipes = () => inbound.cut(reason, reset, () => outbound.fail(reset, reason));
    if (this.far.isOver) breakPipes();
    else this.far.breakWith(reset, breakPipes);
  }
}
