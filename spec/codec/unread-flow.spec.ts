import { of, take } from 'rxjs';
import { channel } from '../../src/codec/channel.js';
import { DETACH } from '../../src/flow/detached.js';
import type { Flow } from '../../src/flow/flow.js';
import { utf8 } from '../../src/flow/utf8.js';
import { flowPair } from '../../src/memory/pair.js';
import { describeConformanceInVirtualTime } from '../support/run-conformance.js';
import { isDetached } from '../support/is-detached.js';
import { foreignFlow } from '../support/foreign-flow.js';

/** A flow of which a channel has read one byte, with another byte unread. */
function unread(near: Flow, far: Flow): Flow {
  far.write(utf8('xy'));
  const ch = channel(near);
  ch.readSome(1).subscribe();
  return ch.rest();
}

/** The same, once that other byte has been read. */
function drained(near: Flow, far: Flow): Flow {
  const flow = unread(near, far);
  flow.read().pipe(take(1)).subscribe();
  return flow;
}

describeConformanceInVirtualTime("what a channel leaves of a flow, once the channel's bytes are read", {
  create: () => {
    const [a, b] = flowPair();
    return of([drained(a, b), drained(b, a)] as [Flow, Flow]);
  },
  capabilities: { immediate: true, byReference: true },
});

describeConformanceInVirtualTime('what a channel leaves of a flow that it has not read', {
  create: () => {
    const [a, b] = flowPair();
    return of([channel(a).rest(), channel(b).rest()] as [Flow, Flow]);
  },
  capabilities: { immediate: true, byReference: true },
});

describe('what a channel leaves of a flow', () => {
  it('is detached with the flow', () => {
    const [near, far] = flowPair();
    const flow = unread(near, far);
    expect(isDetached(flow)).toBe(false);
    (flow as unknown as { [DETACH](): void })[DETACH]();
    expect([isDetached(flow), isDetached(near)]).toEqual([true, true]);
  });

  it.each(['read', 'read_write'] as const)("drops the unread bytes on shutdown('%s')", (mode) => {
    const [near, far] = flowPair();
    const flow = unread(near, far);
    flow.shutdown(mode);
    const log: unknown[] = [];
    flow.read().subscribe({ next: (buffer) => log.push(buffer), complete: () => log.push('|') });
    expect(log).toEqual(['|']);
  });

  it("keeps them on shutdown('write'), on close and after the peer's end", () => {
    const [near, far] = flowPair();
    const flow = unread(near, far);
    flow.shutdown('write');
    flow.close();
    far.close();
    const log: unknown[] = [];
    flow.read().subscribe({ next: (buffer) => log.push(buffer), complete: () => log.push('|') });
    expect(log).toEqual([utf8('y'), '|']);
  });

  it('drops them on abort', () => {
    const [near, far] = flowPair();
    const flow = unread(near, far);
    flow.abort();
    const log: unknown[] = [];
    flow.read().subscribe({ next: (buffer) => log.push(buffer), error: (error: unknown) => log.push((error as { code: string }).code) });
    expect(log).toEqual(['aborted']);
  });

  it('says who the ends are, of a flow that tells it by getters too, and nothing that is its own', () => {
    const [near, far] = [{ host: 'here', port: 1 }, { host: 'there', port: 2 }];
    class Secretive {
      readonly secret = 1;
      get local() { return near; }
      get remote() { return far; }
    }
    const rest = channel(Object.assign(new Secretive(), foreignFlow(flowPair()[0]))).rest();
    expect([rest.local, rest.remote, 'secret' in rest]).toEqual([near, far, false]);
  });
});
