/** Two endpoints joined by a line in each direction: the wiring of a pair that has latency, a bandwidth or a chunk size. */
import { Endpoint, type Wire } from '../engine/endpoint.js';
import { Pipe } from '../engine/pipe.js';
import { FlowError } from '../flow/flow-error.js';
import { TimedLine, type LineOptions } from './timed-line.js';

export function timedEnds(capacity: number, names: readonly [string, string], options: LineOptions): [Endpoint, Endpoint] {
  const a = timedEnd(capacity);
  const b = timedEnd(capacity);
  const toB = new TimedLine(a, b, names[0], options);
  const toA = new TimedLine(b, a, names[1], options);
  a.wire = new LineWire(a, b, names[1], toB, toA);
  b.wire = new LineWire(b, a, names[0], toA, toB);
  a.outbound.claim(toB);
  b.outbound.claim(toA);
  return [a, b];
}

/** What arrives may wait unread up to the capacity; what is written waits only while the line has it in hand. */
function timedEnd(capacity: number): Endpoint {
  const end = new Endpoint(new Pipe(capacity), new Pipe(0, { acknowledged: true }));
  end.inbound.onEnded = () => end.readEnded();
  return end;
}

class LineWire implements Wire {
  constructor(
    private readonly near: Endpoint,
    private readonly far: Endpoint,
    private readonly farName: string,
    private readonly outgoing: TimedLine,
    private readonly incoming: TimedLine,
  ) {}

  free(done: () => void): void {
    // The peer's EOF is here: only a reset could still come, and it would find the flow closed.
    this.incoming.cut();
    done();
  }

  cut(reason: unknown): void {
    this.near.cut(reason);
    this.incoming.cut();
    if (this.far.isOver) this.outgoing.cut();
    else this.outgoing.reset(new FlowError('reset', `${this.farName}: the peer aborted`));
  }
}
