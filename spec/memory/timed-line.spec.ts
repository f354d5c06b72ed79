import { Endpoint } from '../../src/engine/endpoint.js';
import { Pipe } from '../../src/engine/pipe.js';
import type { FlowError } from '../../src/flow/flow-error.js';
import { TimedLine } from '../../src/memory/timed-line.js';
import { bytes } from './log-of.js';

const ignore = () => undefined;

describe('TimedLine', () => {
  it('aborts the near end rather than lose a byte when the far end can queue no more', () => {
    const near = new Endpoint(new Pipe(0), new Pipe(0, { acknowledged: true }));
    const far = new Endpoint(new Pipe(100, { limit: 4 }), new Pipe(0, { acknowledged: true }));
    const reasons: unknown[] = [];
    const line = new TimedLine(near, far, 'line a', { latencyMs: 0, bytesPerSecond: Infinity, maxChunk: Infinity });
    near.listener = { onWriteEnded: ignore, onClosed: ignore, onBroken: ignore, onCloseDone: ignore };
    near.wire = { free: (done) => done(), cut: (reason) => void reasons.push(reason) };
    near.outbound.claim(line);
    for (const data of ['ab', 'cd']) near.outbound.push(bytes(data));
    expect(reasons).toEqual([]);
    near.outbound.push(bytes('e'));
    expect((reasons as FlowError[]).map(({ code, message }) => [code, message])).toEqual([
      ['overflow', 'line a: 4 bytes wait unread at the peer (limit 4)'],
    ]);
  });
});
