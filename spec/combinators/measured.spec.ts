import { asyncScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { formatStats } from '../../src/combinators/format-stats.js';
import { measured } from '../../src/combinators/measured.js';
import { flowPair } from '../../src/memory/pair.js';
import { transferringFlow } from '../support/transferring-flow.js';

const bytes = (size: number) => new Uint8Array(size);

describe('measured', () => {
  it('counts what is delivered and what is accepted, whether or not anybody looks at the results', () => {
    const [a, b] = flowPair();
    const { flow, stats } = measured(a);
    flow.write(bytes(3));
    flow.writev([bytes(2), bytes(2)]).subscribe();
    b.write(bytes(5));
    b.write(bytes(1));
    expect(stats()).toMatchObject({ readBytes: 0, readOps: 0, writeBytes: 7, writeOps: 2 });
    flow.read().subscribe();
    expect(stats()).toMatchObject({ readBytes: 6, readOps: 2, pendingWrites: 0, failedWrites: 0 });
  });

  it('shows writes that wait for room, and those that were refused', () => {
    const [a, b] = flowPair({ capacity: 2 });
    const { flow, stats } = measured(a);
    flow.write(bytes(2));
    flow.write(bytes(3));
    flow.write(bytes(4));
    expect(stats()).toMatchObject({ writeBytes: 2, pendingWrites: 2, pendingBytes: 7, failedWrites: 0 });
    b.read().subscribe();
    expect(stats()).toMatchObject({ writeBytes: 9, writeOps: 3, pendingWrites: 0, pendingBytes: 0 });
    flow.shutdown('write');
    flow.write(bytes(1));
    expect(stats()).toMatchObject({ writeBytes: 9, writeOps: 3, failedWrites: 1 });
  });

  it('counts nothing for a write that throws', () => {
    const { flow, stats } = measured(flowPair()[0]);
    expect(() => flow.write('x' as never)).toThrow(TypeError);
    expect(() => flow.writev('x' as never)).toThrow(TypeError);
    expect(stats()).toMatchObject({ writeOps: 0, pendingWrites: 0 });
  });

  it('measures the time until the flow ends', () => {
    new TestScheduler(() => {}).run(({ flush }) => {
      const [a, b] = flowPair();
      const { stats } = measured(a);
      asyncScheduler.schedule(() => expect(stats().durationMs).toBe(100), 100);
      asyncScheduler.schedule(() => b.abort(), 250);
      asyncScheduler.schedule(() => expect(stats().durationMs).toBe(250), 400);
      flush();
      expect.assertions(2);
    });
  });

  it('gives stats that formatStats prints', () => {
    const { stats } = measured(flowPair()[0]);
    expect(formatStats(stats())).toMatch(/^read 0 bytes \(0 ops\), wrote 0 bytes \(0 ops\) in \d+ ms/);
  });

  it('counts what is written to a transport that hands its memory over', () => {
    const { flow, stats } = measured(transferringFlow(flowPair()[0]));
    flow.write(bytes(1000));
    flow.writev([bytes(10), bytes(20)]);
    expect(stats()).toMatchObject({ writeBytes: 1030, writeOps: 2 });
  });
});
